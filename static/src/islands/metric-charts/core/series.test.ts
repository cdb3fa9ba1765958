import { describe, expect, it } from 'vitest';

import { LiveSeries, smooth, type SeriesAnswer } from './series.ts';

const answer: SeriesAnswer = {
  name: 'loss',
  count: 3,
  x: [0, 1, 2],
  last: [3, 'NaN', '-Infinity'],
  min: [3, 'NaN', '-Infinity'],
  max: [3, 'NaN', '-Infinity'],
  step: [0, 1, 2],
  exact: true,
};

describe('a series', () => {
  it('reads what is no number in JSON', () => {
    expect(new LiveSeries(answer).last).toEqual([3, NaN, -Infinity]);
  });

  it.each([
    ['step', [0, 1, 2, 7]],
    ['time', [0, 1, 2, 5000]],
    ['relative', [0, 1, 2, 4]],
  ] as const)('appends a point by %s', (axis, expected) => {
    const series = new LiveSeries(answer);
    series.append(['loss', 7, 5000, 0.5], axis, 1000);
    expect(series.x).toEqual(expected);
    expect([series.last.at(-1), series.min.at(-1), series.max.at(-1), series.step.at(-1), series.count]).toEqual([
      0.5, 0.5, 0.5, 7, 4,
    ]);
  });

  it('puts a late point where it belongs', () => {
    const series = new LiveSeries({ ...answer, x: [0, 5, 9], step: [0, 5, 9] });
    series.append(['loss', 6, 0, 1], 'step', 0);
    expect(series.x).toEqual([0, 5, 6, 9]);
    expect(series.last[2]).toBe(1);
  });
});

describe('smoothing', () => {
  it('begins with the first value, not near zero', () => {
    expect(smooth([4, 4, 4], 0.9)).toEqual([4, 4, 4].map((value) => expect.closeTo(value, 12) as number));
    expect(smooth([1, 2], 0.5)).toEqual([1, expect.closeTo((0.25 + 1) / 0.75, 12)]);
  });

  it('changes nothing at 0 and passes over what is not finite', () => {
    expect(smooth([1, 5, 2], 0)).toEqual([1, 5, 2]);
    expect(smooth([1, NaN, Infinity, 1], 0.8)).toEqual([1, NaN, Infinity, expect.closeTo(1, 12)]);
  });
});
