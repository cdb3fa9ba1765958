/** The column selector: which columns of a table its rules, or its names, mean. It mirrors the SDK's; no DOM. */
import { t } from '../../../lib/strings.ts';
import type { Column } from '../core/checks.ts';

export const TYPES = ['Numeric', 'Integer', 'Double', 'String', 'Boolean', 'DateTime', 'Categorical'] as const;
export const ROLES = ['Features', 'Labels', 'Scores'] as const;
const ROLE_OF: Record<string, string> = { Features: 'feature', Labels: 'label', Scores: 'score' };

export type Action = 'include' | 'exclude';
export type Way = 'all' | 'names' | 'indices' | 'types' | 'roles';
export const WAYS: readonly Way[] = ['all', 'names', 'indices', 'types', 'roles'];

/** `values`: names, indices such as `1-3`, or words of `TYPES` or `ROLES`; none for all columns. */
export interface Rule {
  action: Action;
  by: Way;
  values: string[];
}

export interface ByNames {
  mode: 'names';
  names: string[];
}

/** `keep_order` keeps the order of the rules, and columns that they name twice. */
export interface ByRules {
  mode: 'rules';
  begin: 'none' | 'all';
  rules: Rule[];
  keep_order: boolean;
}

export type Selector = ByNames | ByRules;

/** A selection that means nothing for this table; `rule` is its place in the chain, or -1. */
export class SelectionFault extends Error {
  constructor(
    message: string,
    readonly rule = -1,
  ) {
    super(message);
  }
}

function isNumeric(column: Column): boolean {
  return (column.type === 'Integer' || column.type === 'Double') && !column.categorical;
}

function isOfType(column: Column, type: string): boolean {
  if (type === 'Numeric') return isNumeric(column);
  if (type === 'Categorical') return column.categorical === true;
  return column.type === type;
}

/**
 * Return a selector with every key present.
 *
 * @param given a selector, a list of names, a text with names between commas or JSON; null means no column
 * @throws SelectionFault where it is none
 */
export function parsed(given: unknown): Selector {
  let value = given;
  if (typeof value === 'string') {
    const text = value.trim();
    if (text.startsWith('{') || text.startsWith('[')) {
      try {
        value = JSON.parse(text);
      } catch {
        throw unreadable();
      }
    } else value = split(text);
  }
  if (value === null || value === undefined) value = [];
  if (Array.isArray(value)) value = { mode: 'names', names: value };
  if (typeof value !== 'object') throw unreadable();
  const { mode, names = [], begin = 'none', rules = [], keep_order = false } = value as Record<string, unknown>;
  if (mode === 'names') return { mode, names: texts(names) };
  if (mode !== 'rules' || (begin !== 'none' && begin !== 'all') || !Array.isArray(rules)) throw unreadable();
  return { mode, begin, rules: rules.map(ruleOf), keep_order: Boolean(keep_order) };
}

/**
 * Return the names of the columns that a selector means.
 *
 * @throws SelectionFault for a name, index or type that the table has not
 */
export function select(given: unknown, columns: readonly Column[]): string[] {
  const selector = parsed(given);
  if (selector.mode === 'names') return known(selector.names, columns, -1);
  const every = columns.map((column) => column.name);
  let chosen = selector.begin === 'all' ? every : [];
  selector.rules.forEach((rule, place) => {
    const meant = meantBy(rule, columns, place);
    if (rule.action === 'include') chosen = [...chosen, ...meant];
    else {
      const gone = new Set(meant);
      chosen = chosen.filter((name) => !gone.has(name));
    }
  });
  if (selector.keep_order) return chosen;
  const wanted = new Set(chosen);
  return every.filter((name) => wanted.has(name));
}

/** Whether it can mean no column in any table. */
export function isEmpty(selector: Selector): boolean {
  return selector.mode === 'names' ? !selector.names.length : selector.begin === 'none' && !selector.rules.length;
}

/** A selector in words, for where there is room for one line. */
export function inWords(selector: Selector): string {
  if (isEmpty(selector)) return t('No columns');
  if (selector.mode === 'names') return selector.names.join(', ');
  const parts = selector.rules.map(({ action, by, values }) => {
    const what = by === 'all' ? t('all columns') : values.join(', ');
    return action === 'include' ? t('include {what}', { what }) : t('exclude {what}', { what });
  });
  if (selector.begin === 'all') parts.unshift(t('All columns'));
  return parts.join('; ');
}

/** The pieces of a text between commas. */
export function split(text: string): string[] {
  return text
    .split(',')
    .map((piece) => piece.trim())
    .filter(Boolean);
}

function ruleOf(rule: unknown): Rule {
  const { action, by, values = [] } = (rule ?? {}) as Partial<Rule>;
  if ((action !== 'include' && action !== 'exclude') || !by || !WAYS.includes(by)) throw unreadable();
  return { action, by, values: texts(values) };
}

function texts(values: unknown): string[] {
  if (!Array.isArray(values)) throw unreadable();
  return values.map((value) => {
    if (typeof value !== 'string' && typeof value !== 'number') throw unreadable();
    return String(value);
  });
}

function meantBy({ action, by, values }: Rule, columns: readonly Column[], place: number): string[] {
  const every = columns.map((column) => column.name);
  if (by === 'all') return every;
  // A column that shall be left out, and is not there, is left out.
  if (by === 'names') return action === 'include' ? known(values, columns, place) : values;
  if (by === 'indices')
    return values.flatMap((part) => {
      const [low, high] = range(part, columns.length, place);
      return every.slice(low - 1, high);
    });
  const words: readonly string[] = by === 'types' ? TYPES : ROLES;
  const unknown = values.find((value) => !words.includes(value));
  if (unknown !== undefined) throw new SelectionFault(t('“{value}” is not known here.', { value: unknown }), place);
  const fits = (column: Column, value: string): boolean =>
    by === 'types' ? isOfType(column, value) : (column.role ?? 'feature') === ROLE_OF[value];
  return columns.filter((column) => values.some((value) => fits(column, value))).map((column) => column.name);
}

function known(wanted: string[], columns: readonly Column[], place: number): string[] {
  const names = new Set(columns.map((column) => column.name));
  const missing = wanted.find((name) => !names.has(name));
  if (missing !== undefined)
    throw new SelectionFault(t('The column “{name}” does not arrive here.', { name: missing }), place);
  return wanted;
}

function range(part: string, count: number, place: number): [number, number] {
  const found = /^\s*(\d+)\s*(?:-\s*(\d+)\s*)?$/.exec(part);
  if (!found) throw new SelectionFault(t('“{part}” is no column index: write 1-3, 5.', { part }), place);
  const low = Number(found[1]);
  const high = Number(found[2] ?? low);
  if (low < 1 || high > count || low > high)
    throw new SelectionFault(t('“{part}” does not fit: there are {count} columns.', { part, count }), place);
  return [low, high];
}

function unreadable(): SelectionFault {
  return new SelectionFault(t('This column selection cannot be read. Choose the columns again.'));
}
