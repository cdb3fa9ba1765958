import { expect, it } from 'vitest';

import { kindOf, READ_BYTES, textOf } from './kinds.ts';

it.each([
  ['outputs/plot.PNG', 'image/png', 10, 'image'],
  ['outputs/huge.png', 'image/png', 2 ** 30, 'other'],
  ['a.csv', 'text/csv', 10, 'table'],
  ['metrics.json', 'application/json', 10, 'json'],
  ['metrics.json', 'application/json', READ_BYTES + 1, 'text'],
  ['run.ipynb', 'application/x-ipynb+json', 10, 'notebook'],
  ['report.html', 'text/html', 10, 'page'],
  ['README.md', 'text/markdown', 10, 'text'],
  ['Makefile', '', 10, 'text'],
  ['model.pkl', 'application/octet-stream', 10, 'text'],
  ['model.zip', 'application/zip', 10, 'other'],
  ['video.mp4', 'video/mp4', 10, 'other'],
])('shows %s (%s, %d bytes) as %s', (path, type, size, kind) => {
  expect(kindOf(path, type, size)).toBe(kind);
});

it('tells text from other bytes', () => {
  expect(textOf(new TextEncoder().encode('naïve\n'))).toBe('naïve\n');
  expect(textOf(new Uint8Array([0xff, 0xfe, 65, 0]))).toBe('A');
  expect(textOf(new Uint8Array([0x80, 4, 0, 7]))).toBeNull();
});
