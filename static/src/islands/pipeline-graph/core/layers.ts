/** Which row of a layered drawing each node stands in. Pure; nodes are numbers, edges pairs of them. */

export type Pair = readonly [from: number, to: number];

/** Neighbours of each node: those that lead to it, those it leads to. */
export interface Neighbours {
  before: number[][];
  after: number[][];
}

export function neighboursOf(count: number, pairs: readonly Pair[]): Neighbours {
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of pairs) {
    after[from]?.push(to);
    before[to]?.push(from);
  }
  return { before, after };
}

/** The edges without those that close a circle, which a drawing under way can hold. */
export function withoutCircles(count: number, pairs: readonly Pair[]): Pair[] {
  const { after } = neighboursOf(count, pairs);
  const stage = new Uint8Array(count); // 1: on the way down, 2: left behind
  const closing = new Set<string>();
  for (let root = 0; root < count; root += 1) {
    if (stage[root]) continue;
    const way: [node: number, next: number][] = [[root, 0]];
    stage[root] = 1;
    while (way.length) {
      const top = way[way.length - 1] as [number, number];
      const to = after[top[0]]?.[top[1]];
      top[1] += 1;
      if (to === undefined) {
        stage[top[0]] = 2;
        way.pop();
      } else if (stage[to] === 1) closing.add(`${top[0]} ${to}`);
      else if (!stage[to]) {
        stage[to] = 1;
        way.push([to, 0]);
      }
    }
  }
  return pairs.filter(([from, to]) => from !== to && !closing.has(`${from} ${to}`));
}

/** Each node's layer: below all that lead to it; what nothing leads to stands right above what needs it first. */
export function layersOf(count: number, pairs: readonly Pair[]): number[] {
  const { before, after } = neighboursOf(count, pairs);
  const layer = new Array<number>(count).fill(0);
  const waiting = before.map((nodes) => nodes.length);
  const ready = waiting.flatMap((left, node) => (left ? [] : [node]));
  for (let place = 0; place < ready.length; place += 1) {
    const node = ready[place] as number;
    for (const to of after[node] ?? []) {
      layer[to] = Math.max(layer[to] ?? 0, (layer[node] ?? 0) + 1);
      waiting[to] = (waiting[to] ?? 0) - 1;
      if (waiting[to] === 0) ready.push(to);
    }
  }
  before.forEach((nodes, node) => {
    const below = after[node] ?? [];
    if (!nodes.length && below.length) layer[node] = Math.min(...below.map((to) => layer[to] ?? 0)) - 1;
  });
  return layer;
}

/** Rows in place of layers: a layer that is wider than a row may be goes onto several. */
export function rowsOf(layers: readonly number[], widest: number): number[] {
  const members: number[][] = Array.from({ length: Math.max(0, ...layers.map((layer) => layer + 1)) }, () => []);
  layers.forEach((layer, node) => members[layer]?.push(node));
  const row = new Array<number>(layers.length).fill(0);
  let next = 0;
  for (const nodes of members) {
    if (!nodes.length) continue;
    const rows = Math.ceil(nodes.length / widest);
    const perRow = Math.ceil(nodes.length / rows);
    nodes.forEach((node, place) => (row[node] = next + Math.floor(place / perRow)));
    next += rows;
  }
  return row;
}
