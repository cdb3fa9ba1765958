import { describe, expect, it } from 'vitest';

import { balanced } from './balance.ts';

describe('shares of the traffic', () => {
  it.each([
    [[100, 0], 1, 10, [90, 10]],
    [[50, 50], 0, 80, [80, 20]],
    [[60, 30, 10], 0, 0, [0, 75, 25]],
    [[0, 0, 0], 0, 10, [10, 45, 45]],
    [[34, 33, 33], 2, 50, [25, 25, 50]],
    [[100], 0, 30, [30]],
    [[90, 10], 0, 140, [100, 0]],
  ])('of %j, with number %i at %i, are %j', (shares, at, wanted, expected) => {
    expect(balanced(shares, at, wanted)).toEqual(expected);
  });

  it('always make 100', () => {
    for (let wanted = 0; wanted <= 100; wanted += 7) {
      const shares = balanced([17, 29, 3, 51], 1, wanted);
      expect(shares.reduce((sum, share) => sum + share)).toBe(100);
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0);
    }
  });
});
