/** Where along its row each node stands: near its neighbours, without touching the next one. Pure. */
import { neighboursOf, type Pair } from './layers.ts';

const ROUNDS = 12;

/**
 * Place nodes along their rows.
 *
 * @param rows nodes of each row in their order
 * @param widths of all nodes, in pixels; `gap` is kept between two
 * @param weights how strongly the edge of the same place pulls
 * @returns the middle of each node
 */
export function spread(
  rows: readonly number[][],
  pairs: readonly Pair[],
  weights: readonly number[],
  widths: readonly number[],
  gap: number,
): number[] {
  const count = widths.length;
  const { before, after } = neighboursOf(count, pairs);
  const pull = new Map(pairs.map(([from, to], place) => [from * count + to, weights[place] ?? 1]));
  const middle = new Array<number>(count).fill(0);
  for (const row of rows) {
    const total = row.reduce((sum, node) => sum + (widths[node] ?? 0) + gap, 0);
    let x = -total / 2;
    for (const node of row) {
      middle[node] = x + (widths[node] ?? 0) / 2;
      x += (widths[node] ?? 0) + gap;
    }
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    const isDown = round % 2 === 0;
    const isLast = round >= ROUNDS - 2;
    for (const row of isDown ? rows : [...rows].reverse()) {
      const wishes = row.map((node) => {
        const up = (before[node] ?? []).map((other) => [other, pull.get(other * count + node) ?? 1] as const);
        const down = (after[node] ?? []).map((other) => [other, pull.get(node * count + other) ?? 1] as const);
        const near = isLast ? [...up, ...down] : isDown ? up : down;
        const total = near.reduce((sum, [, weight]) => sum + weight, 0);
        if (!total) return middle[node] ?? 0;
        return near.reduce((sum, [other, weight]) => sum + (middle[other] ?? 0) * weight, 0) / total;
      });
      const apart = row.map((node, place) =>
        place ? ((widths[row[place - 1] ?? 0] ?? 0) + (widths[node] ?? 0)) / 2 + gap : 0,
      );
      apartFrom(wishes, apart).forEach((x, place) => (middle[row[place] ?? 0] = x));
    }
  }
  return middle;
}

/**
 * The places nearest to what is wished, by the sum of squares, that are at least so far apart.
 *
 * Neighbours that would come too near are joined into blocks which stand at their mean (pool adjacent violators).
 *
 * @param apart how far each is at least from the one before it; the first is not looked at
 */
export function apartFrom(wishes: readonly number[], apart: readonly number[]): number[] {
  const offsets: number[] = [];
  let offset = 0;
  const blocks: { sum: number; size: number }[] = [];
  wishes.forEach((wish, place) => {
    offset += place ? (apart[place] ?? 0) : 0;
    offsets.push(offset);
    let block = { sum: wish - offset, size: 1 };
    for (let last = blocks.at(-1); last && last.sum / last.size > block.sum / block.size; last = blocks.at(-1)) {
      block = { sum: block.sum + last.sum, size: block.size + last.size };
      blocks.pop();
    }
    blocks.push(block);
  });
  const places = blocks.flatMap(({ sum, size }) => new Array<number>(size).fill(sum / size));
  return places.map((x, place) => x + (offsets[place] ?? 0));
}
