import { describe, expect, it } from 'vitest';

import { Pace, partBytes, pauseMs } from './pace.ts';

describe('the size of parts', () => {
  it('follows the pace of the line within limits', () => {
    expect(partBytes(0)).toBe(8 * 2 ** 20);
    expect(partBytes(10_000)).toBe(2 ** 20);
    expect(partBytes(2 ** 20)).toBe(4 * 2 ** 20);
    expect(partBytes(10 ** 9)).toBe(32 * 2 ** 20);
  });
});

describe('pauses', () => {
  it('grow, and end at half a minute', () => {
    expect(pauseMs(0)).toBe(500);
    expect(pauseMs(2)).toBe(2000);
    expect(pauseMs(50)).toBe(30_000);
  });
});

describe('the pace', () => {
  it('is of the last seconds, and unknown at first', () => {
    const pace = new Pace(1000);
    pace.note(0, 0);
    expect(pace.perSecond).toBe(0);
    pace.note(1000, 500);
    expect(pace.perSecond).toBe(2000);
    pace.note(1000, 5000);
    pace.note(1000, 6000);
    expect(pace.perSecond).toBe(0);
  });
});
