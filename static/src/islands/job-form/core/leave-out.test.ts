import { describe, expect, it } from 'vitest';

import { leftOut } from './leave-out.ts';

describe('what need not be sent', () => {
  it.each([
    [null, '.git/config', true],
    [null, 'src/__pycache__/a.pyc', true],
    [null, 'train.py', false],
    ['data/', 'data/big.csv', true],
    ['data/', 'src/data/big.csv', true],
    ['data/', 'data', false],
    ['/data', 'src/data/big.csv', false],
    ['/data', 'data/big.csv', true],
    ['notes.txt', 'a/notes.txt', true],
    ['a/b', 'a/b/c.txt', true],
    ['a/b', 'x/a/b', false],
    ['# data/', 'data/big.csv', false],
    ['*.csv', 'data/big.csv', false],
    ['data/\n!data/keep.csv', 'data/big.csv', false],
    ['data/\n!data/keep.csv', '.git/config', true],
  ])('%j: %s', (rules, path, expected) => expect(leftOut(rules)(path)).toBe(expected));
});
