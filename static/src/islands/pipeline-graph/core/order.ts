/** In which order the nodes of each row stand, so that few edges cross. Pure. */
import { neighboursOf, type Pair } from './layers.ts';

const SWEEPS = 8;

/**
 * Order rows by the mean place of neighbours, down and up in turn; the best order found is kept.
 *
 * @param rows the nodes of each row, in the order they begin with
 * @param pairs edges between neighbouring rows only
 */
export function ordered(rows: readonly number[][], pairs: readonly Pair[], count: number): number[][] {
  const { before, after } = neighboursOf(count, pairs);
  let current = rows.map((row) => [...row]);
  let best = current;
  let fewest = crossings(current, after, count);
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep += 1) {
    const isDown = sweep % 2 === 0;
    current = swept(current, isDown ? before : after, isDown, count);
    const found = crossings(current, after, count);
    if (found < fewest) [best, fewest] = [current, found];
  }
  return best;
}

function swept(rows: readonly number[][], towards: readonly number[][], isDown: boolean, count: number): number[][] {
  const place = placesOf(rows, count);
  const made = rows.map((row) => [...row]);
  const sequence = made.map((_, row) => row);
  if (!isDown) sequence.reverse();
  for (const at of sequence) {
    const row = made[at] ?? [];
    const wish = new Map(row.map((node) => [node, meanOf(towards[node] ?? [], place) ?? place[node] ?? 0]));
    row.sort((one, other) => (wish.get(one) ?? 0) - (wish.get(other) ?? 0));
    row.forEach((node, position) => (place[node] = position));
  }
  return made;
}

function placesOf(rows: readonly number[][], count: number): number[] {
  const place = new Array<number>(count).fill(0);
  for (const row of rows) row.forEach((node, position) => (place[node] = position));
  return place;
}

function meanOf(nodes: readonly number[], place: readonly number[]): number | null {
  if (!nodes.length) return null;
  return nodes.reduce((sum, node) => sum + (place[node] ?? 0), 0) / nodes.length;
}

/** How often edges between neighbouring rows cross: inversions, counted with a tree of sums. */
export function crossings(rows: readonly number[][], after: readonly number[][], count: number): number {
  const place = placesOf(rows, count);
  let found = 0;
  rows.forEach((row, at) => {
    const below = rows[at + 1]?.length ?? 0;
    const sums = new Array<number>(below + 1).fill(0);
    let added = 0;
    for (const node of row) {
      const ends = (after[node] ?? []).map((to) => place[to] ?? 0);
      for (const end of ends) {
        let upTo = 0;
        for (let index = end + 1; index > 0; index -= index & -index) upTo += sums[index] ?? 0;
        found += added - upTo;
      }
      for (const end of ends) {
        for (let index = end + 1; index <= below; index += index & -index) sums[index] = (sums[index] ?? 0) + 1;
        added += 1;
      }
    }
  });
  return found;
}
