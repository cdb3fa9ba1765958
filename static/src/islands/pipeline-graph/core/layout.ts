/** Draws a graph in rows from top to bottom. Pure, and fast enough for thousands of nodes while a page opens. */
import { layersOf, rowsOf, withoutCircles, type Pair } from './layers.ts';
import { ordered } from './order.ts';
import { spread } from './spread.ts';

export interface Point {
  x: number;
  y: number;
}

export interface Box {
  id: string;
  width: number;
  height: number;
}

export interface Link {
  from: string;
  to: string;
}

export interface Layout {
  /** The upper left corner of each node. */
  places: Map<string, Point>;
  /** By the place of the link: points that a long link passes on its way, so that it goes round nodes. */
  ways: Map<number, Point[]>;
}

const GAP_X = 28;
const GAP_Y = 56;
/** A bend of a link takes so much of its row. */
const BEND_WIDTH = 12;
/** A graph with more bends than this would take long, and show nothing but bends. */
const MOST_BENDS = 4000;
const NARROWEST_ROW = 10;
/** Bends of one link pull at each other, so that it is straight. */
const PULL = { nodes: 1, mixed: 2, bends: 8 };

export function layered(boxes: readonly Box[], links: readonly Link[]): Layout {
  const numbers = new Map(boxes.map((box, place) => [box.id, place]));
  const pairs = links.flatMap(({ from, to }): Pair[] => {
    const [start, end] = [numbers.get(from), numbers.get(to)];
    return start === undefined || end === undefined ? [] : [[start, end]];
  });
  const forward = withoutCircles(boxes.length, pairs);
  const widest = Math.max(NARROWEST_ROW, Math.ceil(Math.sqrt(boxes.length)));
  const layers = layersOf(boxes.length, forward);
  const row = rowsOf(layers, widest);
  const bends = bendsOf(boxes.length, forward, row, layers);
  const widths = [...boxes.map((box) => box.width), ...bends.rows.map(() => BEND_WIDTH)];
  const all = [...row, ...bends.rows];
  const rows: number[][] = Array.from({ length: Math.max(0, ...all.map((at) => at + 1)) }, () => []);
  all.forEach((at, node) => rows[at]?.push(node));
  const weights = bends.pairs.map(([from, to]) => {
    const ends = Number(from >= boxes.length) + Number(to >= boxes.length);
    return ends === 2 ? PULL.bends : ends ? PULL.mixed : PULL.nodes;
  });
  const sorted = ordered(rows, bends.pairs, all.length);
  const middle = spread(sorted, bends.pairs, weights, widths, GAP_X);
  const tops = topsOf(sorted, boxes);
  const left = Math.min(...boxes.map((box, node) => (middle[node] ?? 0) - box.width / 2));
  const places = new Map<string, Point>();
  boxes.forEach((box, node) => {
    const y = tops[row[node] ?? 0]?.y ?? 0;
    places.set(box.id, { x: Math.round((middle[node] ?? 0) - box.width / 2 - left), y });
  });
  const ways = new Map<number, Point[]>();
  links.forEach(({ from, to }, place) => {
    const passed = bends.of.get(`${numbers.get(from) ?? ''} ${numbers.get(to) ?? ''}`);
    if (!passed) return;
    const points = passed.map((bend) => {
      const at = tops[all[bend] ?? 0];
      return { x: Math.round((middle[bend] ?? 0) - left), y: (at?.y ?? 0) + (at?.height ?? 0) / 2 };
    });
    ways.set(place, points);
  });
  return { places, ways };
}

interface Bends {
  /** The row of each bend; bends are numbered on from the nodes. */
  rows: number[];
  /** Edges between neighbouring rows. */
  pairs: Pair[];
  /** The bends of the edge `from to`, from top to bottom. */
  of: Map<string, number[]>;
}

/**
 * Cut edges that pass rows into parts from row to row, the shortest first, as long as there are not too many. Where a row is
 * passed only because a layer was too wide for one, the edge goes straight on.
 */
function bendsOf(count: number, pairs: readonly Pair[], row: readonly number[], layers: readonly number[]): Bends {
  const made: Bends = { rows: [], pairs: [], of: new Map() };
  const length = ([from, to]: Pair): number => (row[to] ?? 0) - (row[from] ?? 0);
  const unique = [...new Map(pairs.map((pair) => [`${pair[0]} ${pair[1]}`, pair])).entries()];
  unique.sort(([, one], [, other]) => length(one) - length(other));
  for (const [name, [from, to]] of unique) {
    const passed = length([from, to]) - 1;
    const isWrapped = passed > 0 && (layers[to] ?? 0) - (layers[from] ?? 0) <= 1;
    if (isWrapped || (passed > 0 && made.rows.length + passed > MOST_BENDS)) continue;
    const bends = Array.from({ length: Math.max(0, passed) }, (_, step) => count + made.rows.length + step);
    bends.forEach((_, step) => made.rows.push((row[from] ?? 0) + step + 1));
    [from, ...bends].forEach((start, place) => made.pairs.push([start, bends[place] ?? to]));
    if (bends.length) made.of.set(name, bends);
  }
  return made;
}

function topsOf(rows: readonly number[][], boxes: readonly Box[]): { y: number; height: number }[] {
  let y = 0;
  return rows.map((row) => {
    const height = Math.max(0, ...row.map((node) => boxes[node]?.height ?? 0));
    const top = { y, height };
    y += height + GAP_Y;
    return top;
  });
}
