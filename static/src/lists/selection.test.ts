import { beforeEach, expect, it } from 'vitest';

import { columnsAddress } from './columns.ts';
import { Selection } from './selection.ts';

let selection: Selection;

beforeEach(() => {
  selection = new Selection(['a', 'b', 'c', 'd', 'e']);
});

it('gives what is chosen in the order of the rows', () => {
  selection.set('d', true);
  selection.set('a', true);
  expect(selection.ids).toEqual(['a', 'd']);
  selection.set('d', false);
  expect(selection.ids).toEqual(['a']);
});

it('chooses a range in either direction', () => {
  selection.set('b', true);
  selection.set('d', true, true);
  expect(selection.ids).toEqual(['b', 'c', 'd']);
  selection.set('a', true, true);
  expect(selection.ids).toEqual(['a', 'b', 'c', 'd']);
});

it('takes a range away again', () => {
  selection.setAll(true);
  expect(selection.isAll).toBe(true);
  selection.set('b', false);
  selection.set('d', false, true);
  expect(selection.ids).toEqual(['a', 'e']);
  expect(selection.isAll).toBe(false);
});

it('treats a range without a beginning as one row', () => {
  selection.set('c', true, true);
  expect(selection.ids).toEqual(['c']);
});

it('never chooses a row that is not there', () => {
  selection.set('z', true);
  expect(selection.ids).toEqual([]);
  expect(new Selection([]).isAll).toBe(false);
});

it('puts the columns into the address and keeps the rest of it', () => {
  expect(columnsAddress('/jobs/?q=a&sort=-name', ['name', 'val/loss'], 'http://x/')).toBe(
    '/jobs/?q=a&sort=-name&columns=name%2Cval%2Floss',
  );
});
