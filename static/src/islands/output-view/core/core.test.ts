import { expect, test } from 'vitest';

import type { Column } from '../remote.ts';
import { barsOf, pathOf } from './bars.ts';
import { mistakes, sharesOfRows } from './confusion.ts';
import { boxFigure, escaped, scatterFigure } from './figures.ts';
import { sectionsOf } from './sections.ts';

const WORDS = { count: '', others: 'Others', threshold: '', actual: '', predicted: '' };
const COLUMN: Column = { name: 'n', type: 'Double', categorical: false, role: 'feature', missing: 0, unique: 3 };

test('bars are as high as their share of the highest, and empty ones are not drawn', () => {
  const bars = barsOf({ ...COLUMN, histogram: { counts: [4, 0, 2], edges: [0, 1, 2, 3] } });
  expect(bars.map(({ height }) => height)).toEqual([1, 0, 0.5]);
  expect(pathOf(bars, 30, 10)).toBe('M0 10v-10h8V10zM20 10v-5h8V10z');
  expect(barsOf(COLUMN)).toEqual([]);
});

test('mistakes are told by how often they happen, as shares of the actual class', () => {
  const matrix = [
    [8, 2],
    [3, 0],
  ];
  expect(sharesOfRows([...matrix, [0, 0]])[2]).toEqual([0, 0]);
  expect(mistakes(['a', 'b'], matrix, 5)).toEqual([
    { actual: 'b', predicted: 'a', count: 3, share: 1 },
    { actual: 'a', predicted: 'b', count: 2, share: 0.2 },
  ]);
});

test('a box has marks for what lies beyond its whiskers', () => {
  const box = { first: 1, median: 2, third: 3, low: 0, high: 5 };
  const figure = boxFigure({ ...COLUMN, box, min: 0, max: 90 }, false);
  expect(figure?.data.at(-1)?.['x']).toEqual([90]);
  expect(boxFigure(COLUMN, false)).toBeNull();
});

test('points of a group are one trace, and texts of users are no markup', () => {
  const axis = { kind: 'number' as const, points: [1, 2, 3] };
  const found = { rows: 3, x: axis, y: axis, groups: { values: ['<b>'], points: [0, 1, 0] } };
  const { data } = scatterFigure('x', 'y', found, WORDS);
  expect(data.map(({ name, x }) => [name, x])).toEqual([
    ['&lt;b>', [1, 3]],
    ['Others', [2]],
  ]);
  expect(escaped('%{x}')).toBe('%&#123;x}');
});

test('nested facts become sections: single ones first, lists beside their names, equal ones as a table', () => {
  const facts = { method: 'ZScore', scales: { price: [1, 2] }, columns: [{ name: 'a', kind: 'number' }], none: [] };
  expect(sectionsOf(facts, String)).toEqual([
    { title: '', facts: [['Method', 'ZScore']], table: null },
    { title: 'Scales', facts: [['price', '1, 2']], table: null },
    { title: 'Columns', facts: [], table: { head: ['Name', 'Kind'], rows: [['a', 'number']] } },
  ]);
});
