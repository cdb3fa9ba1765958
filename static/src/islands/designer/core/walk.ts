/** Which node an arrow key leads to, on a canvas where people put nodes wherever they like. Pure. */
import type { Arrow } from '../../pipeline-graph/core/walk.ts';
import { edgesOf, type Document } from './document.ts';

/** What is beside the way counts more than what is far along it. */
const ASIDE = 2;

/** Up and down go along edges where there are any; else, as left and right, to the nearest node that way. */
export function nextNode(document: Document, from: string, arrow: Arrow): string | null {
  const here = document.nodes[from]?.position;
  if (!here) return null;
  const isUpright = arrow === 'ArrowUp' || arrow === 'ArrowDown';
  const sign = arrow === 'ArrowUp' || arrow === 'ArrowLeft' ? -1 : 1;
  const tied = isUpright
    ? edgesOf(document).flatMap((edge) => {
        const [one, other] = sign < 0 ? [edge.to.node, edge.from.node] : [edge.from.node, edge.to.node];
        return one === from ? [other] : [];
      })
    : [];
  const all = tied.length ? tied : Object.keys(document.nodes);
  let found: string | null = null;
  let nearest = Infinity;
  for (const key of all) {
    const place = document.nodes[key]?.position;
    if (!place || key === from) continue;
    const [right, down] = [place[0] - here[0], place[1] - here[1]];
    const along = (isUpright ? down : right) * sign;
    if (!tied.length && along <= 0) continue;
    const distance = Math.abs(along) + ASIDE * Math.abs(isUpright ? right : down);
    if (distance < nearest) [found, nearest] = [key, distance];
  }
  return found;
}

/** The nodes from top to bottom and from left to right. */
export function readingOrder(document: Document): string[] {
  return Object.entries(document.nodes)
    .sort(([, one], [, other]) => one.position[1] - other.position[1] || one.position[0] - other.position[0])
    .map(([key]) => key);
}
