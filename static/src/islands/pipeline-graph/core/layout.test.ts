import { describe, expect, it } from 'vitest';

import { crossings, ordered } from './order.ts';
import { layered, type Box, type Link } from './layout.ts';
import { layersOf, neighboursOf, rowsOf, withoutCircles } from './layers.ts';
import { apartFrom } from './spread.ts';

const box = (id: string): Box => ({ id, width: 200, height: 60 });
const link = (from: string, to: string): Link => ({ from, to });

function overlap(places: Map<string, { x: number; y: number }>): boolean {
  const all = [...places.values()];
  return all.some((one, place) =>
    all.slice(place + 1).some((other) => Math.abs(one.x - other.x) < 200 && Math.abs(one.y - other.y) < 60),
  );
}

describe('rows', () => {
  it('stand below what leads to them', () => {
    expect(layersOf(4, [[0, 1], [1, 3], [2, 3]])).toEqual([0, 1, 1, 2]); // prettier-ignore
  });

  it('are split where they are too wide', () => {
    expect(rowsOf([0, 1, 1, 1, 1, 1, 2], 3)).toEqual([0, 1, 1, 1, 2, 2, 3]);
  });

  it('bear circles', () => {
    expect(withoutCircles(3, [[0, 1], [1, 2], [2, 0], [1, 1]])).toEqual([[0, 1], [1, 2]]); // prettier-ignore
  });
});

it('orders rows so that edges need not cross', () => {
  const pairs = [[0, 3], [1, 2]] as const; // prettier-ignore
  const rows = ordered([[0, 1], [2, 3]], pairs, 4); // prettier-ignore
  expect(crossings(rows, neighboursOf(4, pairs).after, 4)).toBe(0);
});

it('keeps what is wished where there is room, and else the mean', () => {
  expect(apartFrom([0, 100], [0, 50])).toEqual([0, 100]);
  expect(apartFrom([10, 10], [0, 50])).toEqual([-15, 35]);
});

describe('a layout', () => {
  it('puts a step above those that need it, and one alone in the middle of two', () => {
    const { places } = layered(['a', 'b', 'c', 'd'].map(box), [
      link('a', 'b'),
      link('a', 'c'),
      link('b', 'd'),
      link('c', 'd'),
    ]);
    const at = (id: string): { x: number; y: number } => places.get(id) ?? { x: NaN, y: NaN };
    expect(at('a').y).toBeLessThan(at('b').y);
    expect(at('b').y).toBe(at('c').y);
    expect(at('a').x).toBe(at('d').x);
    expect(Math.abs((at('b').x + at('c').x) / 2 - at('a').x)).toBeLessThanOrEqual(1);
  });

  it('leads a long link past the nodes between', () => {
    const { places, ways } = layered(['a', 'b', 'c'].map(box), [link('a', 'b'), link('b', 'c'), link('a', 'c')]);
    const [bend] = ways.get(2) ?? [];
    const between = places.get('b');
    expect(bend && between && (bend.x <= between.x || bend.x >= between.x + 200)).toBe(true);
  });

  it('lets no two nodes of a large graph touch', () => {
    const ids = Array.from({ length: 300 }, (_, place) => `n${place}`);
    const links = ids.slice(1).map((id, place) => link(`n${Math.floor((place * 7919) % (place + 1))}`, id));
    const { places } = layered(ids.map(box), links);
    expect(places.size).toBe(300);
    expect(overlap(places)).toBe(false);
  });

  it('of a thousand steps side by side is about as high as wide', () => {
    const ids = Array.from({ length: 1000 }, (_, place) => `n${place}`);
    const { places } = layered(['start', ...ids, 'end'].map(box), [
      ...ids.map((id) => link('start', id)),
      ...ids.map((id) => link(id, 'end')),
    ]);
    const width = Math.max(...[...places.values()].map((place) => place.x));
    const height = Math.max(...[...places.values()].map((place) => place.y));
    expect(width / height).toBeLessThan(4);
    expect(height / width).toBeLessThan(4);
  });

  it('of nothing is nothing, and of strangers passes over their links', () => {
    expect(layered([], []).places.size).toBe(0);
    expect(layered([box('a')], [link('a', 'gone')]).places.get('a')).toEqual({ x: 0, y: 0 });
  });
});
