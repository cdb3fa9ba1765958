// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';

import { duration, relative } from './times.ts';

describe('relative times', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  const ago = (seconds: number): string | null => relative(now - seconds * 1000, now, 'en');

  it.each([
    [3, 'now'],
    [50, '1 minute ago'],
    [59 * 60, '59 minutes ago'],
    [3600, '1 hour ago'],
    [23 * 3600, '23 hours ago'],
    [25 * 3600, '1 day ago'],
    [6 * 86_400, '6 days ago'],
    [-7200, 'in 2 hours'],
  ])('%d seconds: %s', (seconds, text) => expect(ago(seconds)).toBe(text));

  it('leaves the date of what is long ago', () => expect(ago(40 * 86_400)).toBeNull());
  it('speaks the language of the page', () => expect(relative(now - 7.2e6, now, 'es')).toBe('hace 2 horas'));
});

describe('durations', () => {
  it.each([
    [0, '0.0 s'],
    [0.44, '0.4 s'],
    [12.9, '12 s'],
    [60, '1 min'],
    [184, '3 min 4 s'],
    [7500, '2 h 5 min'],
    [266_400, '3 d 2 h'],
  ])('%d seconds: %s', (seconds, text) => expect(duration(seconds)).toBe(text));
});
