import { expect, it } from 'vitest';

import { symbol } from './icon-sprite.ts';

it('makes a symbol of an icon', () => {
  const svg =
    '<svg viewBox="0 0 24 24">\n<path stroke="none" d="M0 0h24v24H0z" fill="none" />\n<path d="M5 12" />\n</svg>';
  expect(symbol('home', svg)).toBe('<symbol id="home" viewBox="0 0 24 24"><path d="M5 12" /></symbol>');
  expect(() => symbol('bad', 'no image')).toThrow('bad');
});
