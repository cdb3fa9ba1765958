import { expect, it } from 'vitest';

import { readFileHash, writeFileHash } from './file-hash.ts';

it('names files and lines', () => {
  expect(readFileHash('#file=outputs/a.txt:L3-L5')).toEqual({ path: 'outputs/a.txt', first: 3, last: 5 });
  expect(readFileHash('#file=outputs/a.txt')).toEqual({ path: 'outputs/a.txt', first: 0, last: 0 });
  for (const hash of ['#L3', '#a.txt:L3', '#file=', '#file=%', '']) expect(readFileHash(hash)).toBeNull();
  for (const marked of [
    { path: 'ü b/#x.py', first: 0, last: 0 },
    { path: 'ü b/#x.py', first: 7, last: 9 },
  ]) {
    expect(readFileHash(writeFileHash(marked))).toEqual(marked);
  }
});
