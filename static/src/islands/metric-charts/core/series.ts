/** A series as it is drawn: the server's buckets, and points that came since. Pure. */

export type Axis = 'step' | 'time' | 'relative';

/** A value in JSON, where NaN and the infinities are texts. */
export type Value = number | string | null;

/** One series of `charts/` and `metrics/series/`: columns of equal length. `count` speaks of all points in view. */
export interface SeriesAnswer {
  name: string;
  count: number;
  x: number[];
  last: Value[];
  min: Value[];
  max: Value[];
  step: number[];
  exact: boolean;
}

/** A point of the feed. */
export type Point = [name: string, step: number, timeMs: number, value: Value];

const NOT_FINITE: Record<string, number> = { Infinity, '-Infinity': -Infinity };

export function numberOf(value: Value): number {
  return typeof value === 'number' ? value : (NOT_FINITE[value ?? ''] ?? NaN);
}

export class LiveSeries {
  readonly name: string;
  readonly x: number[];
  readonly last: number[];
  readonly min: number[];
  readonly max: number[];
  readonly step: number[];
  count: number;
  /** Whether each bucket is one point. */
  readonly isExact: boolean;

  constructor(answer: SeriesAnswer) {
    this.name = answer.name;
    this.count = answer.count;
    this.isExact = answer.exact;
    this.x = [...answer.x];
    this.step = [...answer.step];
    this.last = answer.last.map(numberOf);
    this.min = answer.min.map(numberOf);
    this.max = answer.max.map(numberOf);
  }

  /** Add a point at its place, which mostly is the end. */
  append([, step, timeMs, value]: Point, axis: Axis, originMs: number): void {
    const x = axis === 'step' ? step : axis === 'time' ? timeMs : (timeMs - originMs) / 1000;
    let place = this.x.length;
    while (place > 0 && (this.x[place - 1] ?? 0) > x) place -= 1;
    const number = numberOf(value);
    this.x.splice(place, 0, x);
    this.step.splice(place, 0, step);
    for (const column of [this.last, this.min, this.max]) column.splice(place, 0, number);
    this.count += 1;
  }
}

/**
 * Exponential moving average with the bias of its start taken out; values that are not finite stay as they are.
 *
 * Source: TensorBoard, line-chart smoothing (`resmoothDataset`).
 *
 * @param weight share of what was before, 0 (no smoothing) up to 1 (not included)
 */
export function smooth(values: readonly number[], weight: number): number[] {
  let average = 0;
  let seen = 0;
  return values.map((value) => {
    if (!Number.isFinite(value)) return value;
    average = average * weight + (1 - weight) * value;
    seen += 1;
    return average / (1 - weight ** seen);
  });
}
