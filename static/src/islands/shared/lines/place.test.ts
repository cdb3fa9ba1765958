import { describe, expect, it } from 'vitest';

import { lastPlace, moved, placeAt, placeBefore, shareOf, START } from './place.ts';

const even = (): number => 20;
const uneven = (line: number): number => 20 + (line % 3) * 20;

describe('places in a list of lines', () => {
  it('ends where the last line touches the lower edge', () => {
    expect(lastPlace(100, 205, even)).toEqual({ line: 89, offset: 15 });
    expect(lastPlace(5, 205, even)).toEqual(START);
    expect(lastPlace(0, 205, even)).toEqual(START);
  });

  it.each([
    ['the same height', even],
    ['any height', uneven],
  ])('moves there and back over lines of %s', (_words, heightOf) => {
    const last = lastPlace(1000, 500, heightOf);
    let place = { line: 500, offset: 7 };
    for (const step of [3, 55, 400, -90, -368]) place = moved(place, step, last, heightOf);
    expect(place).toEqual({ line: 500, offset: 7 });
  });

  it('stays between both ends', () => {
    const last = lastPlace(50, 200, even);
    expect(moved(START, -10, last, even)).toEqual(START);
    expect(moved(START, 1e6, last, even)).toEqual(last);
    expect(placeBefore(2, 5, last)).toEqual(START);
    expect(placeBefore(49, 5, last)).toEqual(last);
  });

  it('finds the place of a share and the share of a place', () => {
    const last = lastPlace(5_000_000, 600, even);
    for (const share of [0, 0.25, 0.5, 1])
      expect(shareOf(placeAt(share, last, even), last, even)).toBeCloseTo(share, 9);
    expect(placeAt(2, last, even)).toEqual(last);
    expect(shareOf(START, START, even)).toBe(0);
  });
});
