import { expect, it } from 'vitest';

import { contrast, readable } from './contrast.ts';

it('moves colours only as far as reading needs', () => {
  const white = [255, 255, 255] as const;
  expect(readable([20, 40, 60], white)).toEqual([20, 40, 60]);
  for (const ground of [white, [23, 28, 36] as const, [128, 128, 128] as const]) {
    for (const colour of [[255, 255, 0] as const, [0, 0, 90] as const, ground]) {
      expect(contrast(readable(colour, ground), ground)).toBeGreaterThanOrEqual(4.5);
    }
  }
});
