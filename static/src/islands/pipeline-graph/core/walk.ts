/** Which node an arrow key leads to. Pure. */
import type { Point } from './layout.ts';
import type { GraphEdge } from './types.ts';

export type Arrow = 'ArrowUp' | 'ArrowDown' | 'ArrowLeft' | 'ArrowRight';

export function isArrow(key: string): key is Arrow {
  return key.startsWith('Arrow');
}

/**
 * Up and down go along edges, to the nearest where there are several; left and right along the row.
 *
 * @returns the key of the next node; null where there is none that way
 */
export function next(
  from: string,
  arrow: Arrow,
  places: ReadonlyMap<string, Point>,
  edges: readonly GraphEdge[],
): string | null {
  const here = places.get(from);
  if (!here) return null;
  const candidates =
    arrow === 'ArrowUp'
      ? edges.filter((edge) => edge.to === from).map((edge) => edge.from)
      : arrow === 'ArrowDown'
        ? edges.filter((edge) => edge.from === from).map((edge) => edge.to)
        : [...places]
            .filter(([, { x, y }]) => y === here.y && (arrow === 'ArrowLeft' ? x < here.x : x > here.x))
            .map(([key]) => key);
  let found: string | null = null;
  let nearest = Infinity;
  for (const key of candidates) {
    const place = places.get(key);
    if (!place) continue;
    const distance = Math.abs(place.x - here.x) + Math.abs(place.y - here.y);
    if (distance < nearest) [found, nearest] = [key, distance];
  }
  return found;
}

/** The nodes in reading order, from top to bottom and from left to right. */
export function inReadingOrder(places: ReadonlyMap<string, Point>): string[] {
  return [...places].sort(([, one], [, other]) => one.y - other.y || one.x - other.x).map(([key]) => key);
}
