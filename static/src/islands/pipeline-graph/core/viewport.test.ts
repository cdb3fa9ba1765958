import { expect, it } from 'vitest';

import { isInView, READABLE, startOf } from './viewport.ts';

const shown = { width: 1000, height: 600 };

it('shows a small graph whole, in the middle and not larger than it is', () => {
  expect(startOf({ width: 400, height: 200 }, shown, null)).toEqual({ x: 300, y: 200, zoom: 1 });
});

it('shows a large one where something happens, so that it can be read', () => {
  const { x, y, zoom } = startOf({ width: 20_000, height: 9000 }, shown, { x: 5000, y: 4000 });
  expect(zoom).toBeGreaterThan(READABLE);
  expect([(500 - x) / zoom, (300 - y) / zoom].map(Math.round)).toEqual([5000, 4000]);
});

it('begins a large one at its top', () => {
  const { y, zoom } = startOf({ width: 20_000, height: 9000 }, shown, null);
  expect(-y / zoom).toBeCloseTo(-32);
});

it('knows what can be seen', () => {
  const box = { x: 10, y: 10, width: 100, height: 50 };
  expect(isInView(box, { x: 0, y: 0, zoom: 1 }, shown)).toBe(true);
  expect(isInView(box, { x: -20, y: 0, zoom: 1 }, shown)).toBe(false);
  expect(isInView(box, { x: 0, y: 0, zoom: 0.2 }, shown)).toBe(false);
});
