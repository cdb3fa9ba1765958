/** What the server says of runs that are side by side, and what follows from it. Pure. */

export type Summary = 'last' | 'min' | 'max';
export type Cell = string | number | boolean | null;

export interface ComparedRun {
  id: string;
  name: string;
  title: string;
  number: number;
  url: string;
  experiment: string;
  status_label: string;
  tone: string;
  submitted_by: string;
  created_at: string;
  duration_s: number | null;
}

/** One thing of all runs; the values stand in the order of the runs. */
export interface Row<V = Cell> {
  name: string;
  values: V[];
}

export interface Compared {
  runs: ComparedRun[];
  parameters: Row[];
  metrics: Row<Record<Summary, number | null> | null>[];
  tags: Row[];
  data: Row[];
  settings: Row[];
  /** How many names there are beyond those given, by kind. */
  left_out: Record<string, number>;
}

export type Kind = 'metric' | 'parameter' | 'data' | 'setting' | 'tag';

/** A line of the table: what is compared, and its value for each run. */
export interface Line extends Row {
  kind: Kind;
  differs: boolean;
}

/** All that is compared, metrics first. Args: summary: which value of a metric counts. */
export function linesOf(compared: Compared, summary: Summary): Line[] {
  const metrics = compared.metrics.map((row) => ({
    name: row.name,
    values: row.values.map((value) => value?.[summary] ?? null),
  }));
  const kinds: [Kind, Row[]][] = [
    ['metric', metrics],
    ['parameter', compared.parameters],
    ['data', compared.data],
    ['setting', compared.settings],
    ['tag', compared.tags],
  ];
  return kinds.flatMap(([kind, rows]) => rows.map((row) => ({ ...row, kind, differs: differs(row.values) })));
}

/** Whether runs have different values; one that has none differs from one that has. */
export function differs(values: readonly Cell[]): boolean {
  return new Set(values.map((value) => numberOf(value) ?? value)).size > 1;
}

/** A number, also one that was logged as a text; null for anything else. */
export function numberOf(value: Cell): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || !/^\s*[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?\s*$/i.test(value)) return null;
  return Number(value);
}

/** Whether every value is a number, and there are at least two different ones. */
export function isNumeric(values: readonly Cell[]): boolean {
  const given = values.filter((value) => value !== null);
  return given.every((value) => numberOf(value) !== null) && new Set(given.map(numberOf)).size > 1;
}

/** The place of the best run of a metric, as far as its name tells which way is better; null where it does not. */
export function bestOf(name: string, values: readonly Cell[]): number | null {
  const isLess = /loss|error|mse|mae|rmse|perplexity/i.test(name);
  const isMore = /acc|auc|f1|precision|recall|r2|score/i.test(name);
  if (isLess === isMore) return null;
  let best: number | null = null;
  for (const [place, value] of values.entries()) {
    const number = numberOf(value);
    const so = best === null ? null : numberOf(values[best] ?? null);
    if (number !== null && (so === null || (isLess ? number < so : number > so))) best = place;
  }
  return best;
}
