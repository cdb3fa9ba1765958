import { describe, expect, it } from 'vitest';

import { place } from './menus.ts';

describe('the place of a menu', () => {
  const view = { width: 1000, height: 600 };
  const opener = (left: number, top: number) => ({ left, right: left + 80, top, bottom: top + 30 });

  it('is below its button', () =>
    expect(place(opener(100, 50), { width: 200, height: 300 }, view)).toEqual({ left: 100, top: 84 }));
  it('ends with the button at the right edge', () =>
    expect(place(opener(900, 50), { width: 200, height: 300 }, view).left).toBe(780));
  it('is above where there is no room below', () =>
    expect(place(opener(100, 500), { width: 200, height: 300 }, view).top).toBe(196));
  it('stays within a narrow window', () =>
    expect(place(opener(200, 50), { width: 380, height: 100 }, { width: 390, height: 700 }).left).toBe(8));
});
