import { expect, it } from 'vitest';

import { readHash, writeHash } from './permalink.ts';

it.each([
  ['#L12', { path: '', first: 12, last: 12 }],
  ['#L12-L15', { path: '', first: 12, last: 15 }],
  ['#L15-12', { path: '', first: 12, last: 15 }],
  ['#user_logs/std_log.txt:L3', { path: 'user_logs/std_log.txt', first: 3, last: 3 }],
  ['#logs/a%20b:c.txt:L3', { path: 'logs/a b:c.txt', first: 3, last: 3 }],
  ['#L0', null],
  ['#metrics', null],
  ['#%', null],
  ['', null],
])('reads %s', (hash, marked) => {
  expect(readHash(hash)).toEqual(marked);
});

it('writes what it reads', () => {
  for (const marked of [
    { path: '', first: 7, last: 7 },
    { path: 'a b/ü#?.txt', first: 7, last: 9 },
  ]) {
    expect(readHash(writeHash(marked))).toEqual(marked);
  }
});
