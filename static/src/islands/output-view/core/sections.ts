import type { Json } from '../remote.ts';

/** Facts of a transformation or model as a page shows them: single ones, lists, and tables. */
export interface Section {
  title: string;
  facts: [name: string, value: string][];
  table: { head: string[]; rows: string[][] } | null;
}

type Plain = Record<string, Json>;

/**
 * Put nested facts in order: what is single comes first, then a section for each part that holds more.
 *
 * @param words makes a text of a single value
 */
export function sectionsOf(facts: Plain, words: (value: Json) => string): Section[] {
  const single: [string, string][] = [];
  const parts: Section[] = [];
  for (const [name, value] of Object.entries(facts)) {
    if (isSingle(value)) single.push([titleOf(name), words(value)]);
    else parts.push(...partOf(titleOf(name), value, words));
  }
  return [...(single.length ? [{ title: '', facts: single, table: null }] : []), ...parts];
}

function partOf(title: string, value: Json, words: (value: Json) => string): Section[] {
  if (Array.isArray(value)) {
    if (!value.length) return [];
    if (value.every(isPlain))
      return [
        {
          title,
          facts: [],
          table: tableOf(
            value.map((row) => ['', row]),
            words,
          ),
        },
      ];
    if (value.every(Array.isArray)) {
      return [{ title, facts: [], table: { head: [], rows: value.map((row) => row.map(words)) } }];
    }
    return [{ title, facts: [[title, value.map(words).join(', ')]], table: null }];
  }
  if (!isPlain(value)) return [];
  const entries = Object.entries(value);
  if (!entries.length) return [];
  if (entries.every(([, inner]) => isPlain(inner) && Object.values(inner).every(isSingle))) {
    return [{ title, facts: [], table: tableOf(entries as [string, Plain][], words) }];
  }
  const rows = entries.map(([name, inner]): [string, string] => [
    name,
    Array.isArray(inner) ? inner.map(words).join(', ') : words(inner),
  ]);
  return [{ title, facts: rows, table: null }];
}

/** Rows of facts as a table; the names of rows are its first column, where they have any. */
function tableOf(rows: [name: string, facts: Plain][], words: (value: Json) => string): Section['table'] {
  const keys = [...new Set(rows.flatMap(([, facts]) => Object.keys(facts)))];
  const isNamed = rows.some(([name]) => name);
  return {
    head: [...(isNamed ? [''] : []), ...keys.map(titleOf)],
    rows: rows.map(([name, facts]) => [...(isNamed ? [name] : []), ...keys.map((key) => words(facts[key] ?? null))]),
  };
}

/** "minimum_ratio" for people. Names of columns are not for this. */
export function titleOf(name: string): string {
  const text = name.replace(/_/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function isSingle(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

function isPlain(value: Json): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
