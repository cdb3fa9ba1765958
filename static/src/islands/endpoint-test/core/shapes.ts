/** What a request may look like, as far as a form can show it. Pure. */

export type Scalar =
  | { kind: 'number'; isWhole: boolean }
  | { kind: 'flag' }
  | { kind: 'text'; choices: string[] }
  /** Anything else, written as JSON. */
  | { kind: 'json' };

export interface Column {
  name: string;
  type: Scalar;
  isRequired: boolean;
}

/**
 * Rows: `records` are objects, `split` is MLflow's `{"columns", "data"}`, `grid` lists of lists, `list` plain values.
 */
export interface Table {
  kind: 'table';
  layout: 'records' | 'split' | 'grid' | 'list';
  columns: Column[];
}

export interface Fields {
  kind: 'fields';
  fields: { name: string; shape: Shape }[];
}

export type Shape = Scalar | Table | Fields;
export type Json = null | boolean | number | string | Json[] | { [name: string]: Json };

interface Schema {
  type?: string;
  format?: string;
  enum?: unknown[];
  items?: Schema;
  properties?: Record<string, Schema>;
  required?: unknown;
  columns?: (Schema & { name: string })[];
}

const ANY: Scalar = { kind: 'json' };
const MOST_COLUMNS = 200;
/** With more rows than this a form is slow and no help. */
export const MOST_ROWS = 200;

/** The shape that a JSON schema describes; `sample` helps where it leaves something open, such as how wide a list is. */
export function shapeOf(schema: unknown, sample: Json | undefined): Shape {
  const said = isSchema(schema) ? schema : {};
  if (said.columns)
    return { kind: 'table', layout: 'split', columns: said.columns.map((one) => column(one.name, one)) };
  if (said.properties) return fieldsOf(said.properties, sample);
  if (said.type === 'array') return arrayOf(said, sample);
  const scalar = scalarOf(said);
  return scalar.kind === 'json' && sample !== undefined ? inferred(sample) : scalar;
}

/** The shape that fits a value, where nothing else is known. */
export function inferred(value: Json): Shape {
  if (Array.isArray(value)) return inferredList(value);
  if (value !== null && typeof value === 'object') return inferredFields(value);
  return scalarLike([value]);
}

function fieldsOf(properties: Record<string, Schema>, sample: Json | undefined): Fields {
  const known = isObject(sample) ? sample : {};
  return {
    kind: 'fields',
    fields: Object.entries(properties).map(([name, schema]) => ({ name, shape: shapeOf(schema, known[name]) })),
  };
}

function arrayOf(schema: Schema, sample: Json | undefined): Shape {
  const items = schema.items ?? {};
  if (items.properties) {
    const required = Array.isArray(items.required) ? items.required : [];
    const columns = Object.entries(items.properties).map(([name, one]) => ({
      ...column(name, one),
      isRequired: required.includes(name),
    }));
    return tableOf('records', columns);
  }
  const found = Array.isArray(sample) ? inferredList(sample) : null;
  if (items.type === 'array') {
    if (items.items?.type === 'array') return ANY;
    const type = scalarOf(items.items ?? {});
    if (found?.kind !== 'table' || found.layout !== 'grid') return ANY;
    return { ...found, columns: found.columns.map((one) => (type.kind === 'json' ? one : { ...one, type })) };
  }
  const type = scalarOf(items);
  return type.kind === 'json' ? (found ?? ANY) : tableOf('list', [{ name: '', type, isRequired: true }]);
}

function scalarOf(schema: Schema): Scalar {
  if (schema.type === 'integer' || schema.type === 'number')
    return { kind: 'number', isWhole: schema.type === 'integer' };
  if (schema.type === 'boolean') return { kind: 'flag' };
  if (schema.type !== 'string') return ANY;
  const choices = (schema.enum ?? []).filter((one): one is string => typeof one === 'string');
  return { kind: 'text', choices };
}

function column(name: string, schema: Schema): Column {
  return { name, type: scalarOf(schema), isRequired: schema.required !== false };
}

function inferredFields(value: Record<string, Json>): Shape {
  const split = splitOf(value);
  if (split) return split;
  const names = Object.keys(value);
  if (!names.length || names.length > MOST_COLUMNS) return ANY;
  return { kind: 'fields', fields: names.map((name) => ({ name, shape: inferred(value[name] ?? null) })) };
}

function splitOf(value: Record<string, Json>): Shape | null {
  const { columns, data } = value;
  if (!Array.isArray(columns) || !Array.isArray(data) || !data.length) return null;
  if (!columns.every((one) => typeof one === 'string')) return null;
  const rows = data.filter((row) => Array.isArray(row));
  if (rows.length < data.length) return null;
  return tableOf(
    'split',
    columns.map((name, at) => ({ name, type: scalarLike(rows.map((row) => row[at] ?? null)), isRequired: false })),
  );
}

function inferredList(value: Json[]): Shape {
  if (!value.length) return ANY;
  if (value.every(isObject)) {
    const names = [...new Set(value.flatMap((row) => Object.keys(row)))];
    return tableOf(
      'records',
      names.map((name) => ({ name, type: scalarLike(value.map((row) => row[name] ?? null)), isRequired: false })),
    );
  }
  if (value.every((row) => Array.isArray(row))) {
    const width = Math.max(...value.map((row) => row.length));
    if (!value.every((row) => row.length === width && row.every(isScalar))) return ANY;
    const columns = Array.from({ length: width }, (_none, at) => ({
      name: String(at + 1),
      type: scalarLike(value.map((row) => row[at] ?? null)),
      isRequired: true,
    }));
    return tableOf('grid', columns);
  }
  return value.every(isScalar) ? tableOf('list', [{ name: '', type: scalarLike(value), isRequired: true }]) : ANY;
}

function tableOf(layout: Table['layout'], columns: Column[]): Shape {
  return columns.length && columns.length <= MOST_COLUMNS ? { kind: 'table', layout, columns } : ANY;
}

function scalarLike(values: Json[]): Scalar {
  const known = values.filter((value) => value !== null);
  if (known.length && known.every((value) => typeof value === 'number')) return { kind: 'number', isWhole: false };
  if (known.length && known.every((value) => typeof value === 'boolean')) return { kind: 'flag' };
  if (known.length && known.every((value) => typeof value === 'string')) return { kind: 'text', choices: [] };
  return ANY;
}

function isScalar(value: Json): boolean {
  return value === null || typeof value !== 'object';
}

export function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null;
}
