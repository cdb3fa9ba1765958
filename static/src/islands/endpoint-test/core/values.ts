import { isObject, MOST_ROWS, type Column, type Json, type Scalar, type Shape, type Table } from './shapes.ts';

/** Whether a form of this shape can show a value, and give it back as it was. */
export function fits(shape: Shape, value: Json | undefined): value is Json {
  if (value === undefined) return false;
  if (shape.kind === 'fields') {
    return (
      isObject(value) &&
      Object.keys(value).every((name) => shape.fields.some((field) => field.name === name)) &&
      shape.fields.every(({ name, shape: inner }) => !(name in value) || fits(inner, value[name]))
    );
  }
  if (shape.kind === 'table') return fitsTable(shape, value);
  return fitsScalar(shape, value);
}

export function fitsScalar(type: Scalar, value: Json): boolean {
  if (value === null || type.kind === 'json') return true;
  if (type.kind === 'number') return typeof value === 'number' && (!type.isWhole || Number.isInteger(value));
  return typeof value === (type.kind === 'flag' ? 'boolean' : 'string');
}

function fitsTable({ layout, columns }: Table, value: Json): boolean {
  const names = columns.map(({ name }) => name);
  let rows: Json[];
  if (layout === 'split') {
    if (!isObject(value) || !Array.isArray(value['columns']) || !Array.isArray(value['data'])) return false;
    if (JSON.stringify(value['columns']) !== JSON.stringify(names)) return false;
    if (Object.keys(value).some((name) => !['columns', 'data'].includes(name))) return false;
    rows = value['data'];
  } else if (Array.isArray(value)) rows = value;
  else return false;
  if (rows.length > MOST_ROWS) return false;
  return rows.every((row) => {
    if (layout === 'list') return columns.every(({ type }) => fitsScalar(type, row));
    if (layout === 'records') {
      return (
        isObject(row) &&
        Object.keys(row).every((name) => names.includes(name)) &&
        columns.every(({ name, type }) => fitsScalar(type, row[name] ?? null))
      );
    }
    return (
      Array.isArray(row) &&
      row.length === columns.length &&
      columns.every(({ type }, at) => fitsScalar(type, row[at] ?? null))
    );
  });
}

/** The cells of a value that fits. A cell that a record leaves out is `undefined`. */
export function rowsOf({ layout, columns }: Table, value: Json): (Json | undefined)[][] {
  const rows = (layout === 'split' && isObject(value) ? value['data'] : value) as Json[];
  return rows.map((row) => {
    if (layout === 'list') return [row];
    if (layout === 'records') return columns.map(({ name }) => (row as Record<string, Json>)[name]);
    return row as Json[];
  });
}

/** The value that cells make. */
export function tableValue({ layout, columns }: Table, rows: (Json | undefined)[][]): Json {
  const cells = rows.map((row) => row.map((cell) => cell ?? null));
  if (layout === 'list') return cells.map(([only]) => only ?? null);
  if (layout === 'split') return { columns: columns.map(({ name }) => name), data: cells };
  if (layout === 'grid') return cells;
  return rows.map((row) => {
    const pairs = columns.map(({ name }, at): [string, Json | undefined] => [name, row[at]]);
    return Object.fromEntries(pairs.filter((pair): pair is [string, Json] => pair[1] !== undefined));
  });
}

/** What a new field or row holds. */
export function emptyScalar(type: Scalar): Json {
  if (type.kind === 'number') return 0;
  if (type.kind === 'flag') return false;
  if (type.kind === 'text') return type.choices[0] ?? '';
  return null;
}

export function emptyValue(shape: Shape): Json {
  if (shape.kind === 'fields') {
    return Object.fromEntries(shape.fields.map(({ name, shape: inner }) => [name, emptyValue(inner)]));
  }
  if (shape.kind === 'table') return tableValue(shape, [shape.columns.map(({ type }) => emptyScalar(type))]);
  return emptyScalar(shape);
}

/** What somebody typed into a cell; `undefined` where it cannot be that. An empty one is null, or left out where it may be. */
export function typed(type: Scalar, text: string): { ok: true; value: Json } | { ok: false } {
  const plain = text.trim();
  if (type.kind === 'text') return { ok: true, value: text };
  if (!plain) return { ok: true, value: null };
  if (type.kind === 'flag')
    return plain === 'true' || plain === 'false' ? { ok: true, value: plain === 'true' } : { ok: false };
  if (type.kind === 'number') {
    const value = Number(plain);
    return Number.isFinite(value) && (!type.isWhole || Number.isInteger(value)) ? { ok: true, value } : { ok: false };
  }
  try {
    return { ok: true, value: JSON.parse(plain) as Json };
  } catch {
    return { ok: false };
  }
}

/** What a cell shows of a value. */
export function shown(type: Scalar, value: Json | undefined): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' || type.kind === 'json' ? JSON.stringify(value) : String(value);
}

/** What a column takes, in a word. */
export function wordOf({ type }: Pick<Column, 'type'>): string {
  if (type.kind === 'number') return type.isWhole ? 'integer' : 'number';
  if (type.kind === 'flag') return 'boolean';
  return type.kind === 'text' ? 'string' : 'JSON';
}
