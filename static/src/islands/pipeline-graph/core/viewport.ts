/** Where a canvas begins, and when a node must be brought into view. Pure. */
import type { Point } from './layout.ts';

export interface Viewport {
  x: number;
  y: number;
  zoom: number;
}

export interface Size {
  width: number;
  height: number;
}

export const NEAREST = 1.5;
export const FARTHEST = 0.04;
/** Below this, words of nodes can no longer be read. */
export const READABLE = 0.45;
const COMFORTABLE = 0.85;
const MARGIN = 32;

/** The viewport that shows all of `drawn`, if its words can be read then; else the part round `middle`, or the top. */
export function startOf(drawn: Size, shown: Size, middle: Point | null): Viewport {
  const zoom = Math.min(
    1,
    (shown.width - 2 * MARGIN) / Math.max(1, drawn.width),
    (shown.height - 2 * MARGIN) / Math.max(1, drawn.height),
  );
  if (zoom >= READABLE) {
    return { x: (shown.width - drawn.width * zoom) / 2, y: (shown.height - drawn.height * zoom) / 2, zoom };
  }
  const at = middle ?? { x: drawn.width / 2, y: shown.height / 2 / COMFORTABLE - MARGIN };
  return { x: shown.width / 2 - at.x * COMFORTABLE, y: shown.height / 2 - at.y * COMFORTABLE, zoom: COMFORTABLE };
}

/** Whether a box can be seen in full, and its words read. */
export function isInView(box: Point & Size, viewport: Viewport, shown: Size): boolean {
  const { x, y, zoom } = viewport;
  return (
    zoom >= READABLE &&
    box.x * zoom + x >= 0 &&
    box.y * zoom + y >= 0 &&
    (box.x + box.width) * zoom + x <= shown.width &&
    (box.y + box.height) * zoom + y <= shown.height
  );
}
