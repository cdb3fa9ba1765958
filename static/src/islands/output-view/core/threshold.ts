import type { Evaluated, Point } from '../remote.ts';

/** How many rows were said to be of the positive class or not, rightly or wrongly. */
export interface Counts {
  truePositive: number;
  falsePositive: number;
  trueNegative: number;
  falseNegative: number;
}

/** Null where nothing is there to be divided by. */
export interface Rates {
  accuracy: number | null;
  precision: number | null;
  recall: number | null;
  f1: number | null;
  falsePositiveRate: number | null;
}

/** The counts of a two-class model where rows at or above threshold number `place` count as positive. */
export function countsAt(model: Evaluated, place: number): Counts {
  return {
    truePositive: model.true_positive?.[place] ?? 0,
    falsePositive: model.false_positive?.[place] ?? 0,
    trueNegative: model.true_negative?.[place] ?? 0,
    falseNegative: model.false_negative?.[place] ?? 0,
  };
}

export function ratesOf({ truePositive, falsePositive, trueNegative, falseNegative }: Counts): Rates {
  const all = truePositive + falsePositive + trueNegative + falseNegative;
  return {
    accuracy: share(truePositive + trueNegative, all),
    precision: share(truePositive, truePositive + falsePositive),
    recall: share(truePositive, truePositive + falseNegative),
    f1: share(2 * truePositive, 2 * truePositive + falsePositive + falseNegative),
    falsePositiveRate: share(falsePositive, falsePositive + trueNegative),
  };
}

/** Where the threshold stands on each curve; null where the curve has no such point. */
export function markOn(curve: Curve, counts: Counts): Point | null {
  const { precision, recall, falsePositiveRate } = ratesOf(counts);
  const { truePositive, falsePositive, trueNegative, falseNegative } = counts;
  if (curve === 'roc') return falsePositiveRate === null || recall === null ? null : [falsePositiveRate, recall];
  if (precision === null || recall === null) return null;
  if (curve === 'precision_recall') return [recall, precision];
  const all = truePositive + falsePositive + trueNegative + falseNegative;
  return [(truePositive + falsePositive) / all, precision / ((truePositive + falseNegative) / all)];
}

export type Curve = 'roc' | 'precision_recall' | 'lift';

/** The place of the threshold nearest to `wanted`. */
export function placeOf(thresholds: readonly number[], wanted: number): number {
  let best = 0;
  for (const [place, threshold] of thresholds.entries()) {
    if (Math.abs(threshold - wanted) < Math.abs((thresholds[best] ?? 0) - wanted)) best = place;
  }
  return best;
}

function share(part: number, whole: number): number | null {
  return whole ? part / whole : null;
}
