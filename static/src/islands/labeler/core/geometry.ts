/** Boxes on an image, and the view of it. Pure; pixels of the upright image unless told otherwise. */
import type { Box, Rect } from './types.ts';

export interface Point {
  x: number;
  y: number;
}
export interface Size {
  width: number;
  height: number;
}
/** What is seen of an image: screen = image * scale + (x, y). */
export interface View extends Point {
  scale: number;
}
export const CORNERS = ['nw', 'ne', 'sw', 'se'] as const;
export type Corner = (typeof CORNERS)[number];

/** Smaller than this is a slip of the hand. */
export const LEAST_SIDE = 2;
const FIRST_TEMPLATE = 50;
const SCALES: readonly [number, number] = [0.05, 40];

function between(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(least, most));
}

/** The rectangle between two corners, within the image; null where it is too small to be meant. */
export function dragged(from: Point, to: Point, image: Size): Rect | null {
  const [left, right] = [from.x, to.x].sort((a, b) => a - b).map((x) => between(x, 0, image.width));
  const [top, bottom] = [from.y, to.y].sort((a, b) => a - b).map((y) => between(y, 0, image.height));
  const made = { x: left ?? 0, y: top ?? 0, width: (right ?? 0) - (left ?? 0), height: (bottom ?? 0) - (top ?? 0) };
  return made.width < LEAST_SIDE || made.height < LEAST_SIDE ? null : made;
}

/** A rectangle as large as the last one, about a point. */
export function template(at: Point, last: Size | undefined, image: Size): Rect {
  const width = Math.min(last?.width ?? FIRST_TEMPLATE, image.width);
  const height = Math.min(last?.height ?? FIRST_TEMPLATE, image.height);
  return moved({ x: at.x - width / 2, y: at.y - height / 2, width, height }, 0, 0, image);
}

/** Moved as far as the image goes; its size stays. */
export function moved<T extends Rect>(rect: T, dx: number, dy: number, image: Size): T {
  return {
    ...rect,
    x: between(rect.x + dx, 0, image.width - rect.width),
    y: between(rect.y + dy, 0, image.height - rect.height),
  };
}

export function cornerOf(rect: Rect, corner: Corner): Point {
  return {
    x: corner.endsWith('e') ? rect.x + rect.width : rect.x,
    y: corner.startsWith('s') ? rect.y + rect.height : rect.y,
  };
}

/** With one corner drawn to a point. What would be too small stays as it was. */
export function resized<T extends Rect>(rect: T, corner: Corner, to: Point, image: Size): T {
  const opposite: Corner = `${corner.startsWith('n') ? 's' : 'n'}${corner.endsWith('w') ? 'e' : 'w'}`;
  const made = dragged(cornerOf(rect, opposite), to, image);
  return made ? { ...rect, ...made } : rect;
}

/** The box at a point; of several the smallest, which could not be reached otherwise. */
export function hit(boxes: readonly Box[], at: Point): Box | null {
  let found: Box | null = null;
  for (const box of boxes) {
    if (at.x < box.x || at.y < box.y || at.x > box.x + box.width || at.y > box.y + box.height) continue;
    if (!found || box.width * box.height <= found.width * found.height) found = box;
  }
  return found;
}

export function fitted(image: Size, frame: Size): View {
  const scale = Math.min(frame.width / image.width, frame.height / image.height);
  return { scale, x: (frame.width - image.width * scale) / 2, y: (frame.height - image.height * scale) / 2 };
}

/** Zoomed about a point of the screen, which keeps its place. */
export function zoomed(view: View, factor: number, about: Point): View {
  const scale = between(view.scale * factor, ...SCALES);
  const grown = scale / view.scale;
  return { scale, x: about.x - (about.x - view.x) * grown, y: about.y - (about.y - view.y) * grown };
}

export function toImage(view: View, screen: Point): Point {
  return { x: (screen.x - view.x) / view.scale, y: (screen.y - view.y) / view.scale };
}
