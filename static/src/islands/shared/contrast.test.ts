import { expect, it } from 'vitest';

import { between, contrast, readableOn } from './contrast.ts';

it('mixes two colours', () => {
  expect(between('rgb(0, 0, 0)', 'rgb(255, 255, 255)', 0.5)).toBe('rgb(128, 128, 128)');
  expect(between('rgb(10, 20, 30)', 'rgb(10, 20, 30)', 1)).toBe('rgb(10, 20, 30)');
});

it('counts contrast as WCAG does', () => {
  expect(contrast('rgb(0, 0, 0)', 'rgb(255, 255, 255)')).toBeCloseTo(21);
  expect(contrast('rgb(118, 118, 118)', 'rgb(255, 255, 255)')).toBeCloseTo(4.54, 2);
});

it('finds a colour that can be read on any ground', () => {
  for (let share = 0; share <= 1; share += 0.01) {
    for (const to of ['rgb(255, 255, 255)', 'rgb(47, 107, 205)', 'rgb(90, 167, 255)']) {
      const ground = between('rgb(0, 0, 0)', to, share);
      expect(contrast(ground, readableOn(ground))).toBeGreaterThanOrEqual(4.3);
    }
  }
});
