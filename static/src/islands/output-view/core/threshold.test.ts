import { expect, test } from 'vitest';

import type { Evaluated } from '../remote.ts';
import { countsAt, markOn, placeOf, ratesOf } from './threshold.ts';

// Eight rows: probabilities .1 .2 .4 .45 of the negative class, .3 .6 .8 .9 of the positive one, at thresholds 0, 0.5 and 1.
const MODEL: Evaluated = {
  name: 'a',
  metrics: {},
  thresholds: [0, 0.5, 1],
  true_positive: [4, 3, 0],
  false_positive: [4, 0, 0],
  true_negative: [0, 4, 4],
  false_negative: [0, 1, 4],
};

test('a threshold makes counts, and these the figures', () => {
  const counts = countsAt(MODEL, placeOf([0, 0.5, 1], 0.52));
  expect(counts).toEqual({ truePositive: 3, falsePositive: 0, trueNegative: 4, falseNegative: 1 });
  const rates = ratesOf(counts);
  expect(rates.accuracy).toBe(7 / 8);
  expect(rates.precision).toBe(1);
  expect(rates.recall).toBe(3 / 4);
  expect(rates.f1).toBeCloseTo((2 * 1 * 0.75) / 1.75, 12);
});

test('the lowest threshold says yes to all, the highest to none', () => {
  expect(ratesOf(countsAt(MODEL, 0))).toEqual({
    accuracy: 0.5,
    precision: 0.5,
    recall: 1,
    f1: 2 / 3,
    falsePositiveRate: 1,
  });
  expect(ratesOf(countsAt(MODEL, 2))).toEqual({
    accuracy: 0.5,
    precision: null,
    recall: 0,
    f1: 0,
    falsePositiveRate: 0,
  });
});

test('the threshold has its place on each curve, where there is one', () => {
  const counts = countsAt(MODEL, 1);
  expect(markOn('roc', counts)).toEqual([0, 0.75]);
  expect(markOn('precision_recall', counts)).toEqual([0.75, 1]);
  expect(markOn('lift', counts)).toEqual([3 / 8, 2]);
  expect(markOn('lift', countsAt(MODEL, 2))).toBeNull();
});
