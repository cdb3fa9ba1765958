import { expect, it } from 'vitest';

import { inReadingOrder, next } from './walk.ts';

const places = new Map([
  ['a', { x: 100, y: 0 }],
  ['b', { x: 0, y: 100 }],
  ['c', { x: 120, y: 100 }],
  ['d', { x: 300, y: 100 }],
]);
const edge = (from: string, to: string): { from: string; to: string; output: string; input: string; type: string } => ({
  from,
  to,
  output: '',
  input: '',
  type: '',
});
const edges = [edge('a', 'b'), edge('a', 'c')];

it('walks along edges, to the nearest', () => {
  expect(next('a', 'ArrowDown', places, edges)).toBe('c');
  expect(next('b', 'ArrowUp', places, edges)).toBe('a');
  expect(next('d', 'ArrowUp', places, edges)).toBeNull();
});

it('walks along rows', () => {
  expect(next('b', 'ArrowRight', places, edges)).toBe('c');
  expect(next('d', 'ArrowLeft', places, edges)).toBe('c');
  expect(next('a', 'ArrowLeft', places, edges)).toBeNull();
});

it('reads from top to bottom and from left to right', () => {
  expect(inReadingOrder(places)).toEqual(['a', 'b', 'c', 'd']);
});
