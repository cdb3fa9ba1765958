import { address, getJson } from '../shared/api.ts';

export interface Histogram {
  counts: number[];
  /** One more than counts; of times, seconds since 1970; of `log_histogram`, decimal logarithms. */
  edges: number[];
}

/** A column in numbers; what its type does not have is left out. */
export interface Column {
  name: string;
  type: string;
  categorical: boolean;
  role: string;
  missing: number;
  unique: number;
  mean?: number | null;
  median?: number;
  min?: number | string;
  max?: number | string;
  std?: number | null;
  box?: { first: number; median: number; third: number; low: number; high: number };
  histogram?: Histogram | null;
  log_histogram?: Histogram | null;
  top?: [value: string, count: number][];
}

export type Cell = string | number | boolean | null;
export type Point = [x: number, y: number];

/** One model of an evaluation: figures, and what its kind of model has beside them. */
export interface Evaluated {
  name: string;
  metrics: Record<string, number | null>;
  positive?: string;
  negative?: string;
  roc?: Point[];
  precision_recall?: Point[];
  lift?: Point[];
  thresholds?: number[];
  true_positive?: number[];
  false_positive?: number[];
  true_negative?: number[];
  false_negative?: number[];
  error_histogram?: Histogram;
  predictions?: Point[];
  classes?: string[];
  confusion?: number[][];
  clusters?: Record<string, string | number | null>[];
}

/** A table, of which some columns are described, and the first rows shown. */
export interface Table {
  kind: 'table' | 'evaluation';
  rows: number;
  columns: number;
  names: string[];
  first_column: number;
  described_rows: number;
  schema: Column[];
  data: Cell[][];
  folds: number | null;
  evaluation: { task: string; models: Evaluated[] } | null;
}

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** What a model, trained or not, or a transformation says of itself. */
export interface Summary {
  kind: 'model' | 'untrained' | 'transformation';
  [name: string]: Json;
}

export interface StoredFile {
  path: string;
  name: string;
  bytes: number;
  media_type: string;
}

export interface Files {
  kind: 'files' | 'images';
  count: number;
  bytes: number;
  files: StoredFile[];
  next: string | null;
}

export type Output = Table | Summary | Files;

/** One axis of a scatter plot; points of texts are their places in `values`. */
export interface Axis {
  kind: 'number' | 'time' | 'text';
  points: (number | string | null)[];
  values?: string[];
}

export interface Scatter {
  rows: number;
  x: Axis;
  y: Axis;
  groups?: { values: string[]; points: number[] };
}

/** What the server knows of one output. */
export class Remote {
  constructor(
    private readonly api: string,
    private readonly filesApi: string,
  ) {}

  output(signal: AbortSignal): Promise<Output> {
    return getJson(this.api, signal);
  }

  columns(first: number, signal: AbortSignal): Promise<Table> {
    return getJson(address(this.api, '', { first_column: first }), signal);
  }

  files(after: string): Promise<Files> {
    return getJson(address(this.api, '', { after }));
  }

  scatter(x: string, y: string, by: string, signal: AbortSignal): Promise<Scatter> {
    return getJson(address(this.api, 'scatter/', { x, y, by }), signal);
  }

  /** Where the bytes of a file come from; its path is that among the files of the run. */
  bytesUrl(path: string): string {
    return address(this.filesApi, 'content/', { path, raw: 1 });
  }
}
