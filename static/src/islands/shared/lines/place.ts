/**
 * Where the reader is in a long list of lines. Pure.
 *
 * Browsers cannot scroll further than some ten million pixels, so beyond `TALLEST` the scroll bar shows only a share of the
 * way. Small movements then move by their pixels, large ones (the bar was dragged) by their share.
 */

/** The line at the upper edge, and how many of its pixels are above that edge. */
export interface Place {
  readonly line: number;
  readonly offset: number;
}

export type HeightOf = (line: number) => number;

export const START: Place = { line: 0, offset: 0 };
export const TALLEST = 6_000_000;

/** The place at which the last line touches the lower edge of a view of `height` pixels. */
export function lastPlace(total: number, height: number, heightOf: HeightOf): Place {
  let left = height;
  for (let line = total - 1; line >= 0; line--) {
    left -= heightOf(line);
    if (left <= 0) return { line, offset: Math.abs(left) };
  }
  return START;
}

function isBehind(one: Place, other: Place): boolean {
  return one.line > other.line || (one.line === other.line && one.offset > other.offset);
}

/** The place `pixels` further down (up, if negative), kept between the first place and `last`. */
export function moved(from: Place, pixels: number, last: Place, heightOf: HeightOf): Place {
  let { line, offset } = from;
  offset += pixels;
  while (offset < 0 && line > 0) {
    line -= 1;
    offset += heightOf(line);
  }
  while (line < last.line && offset >= heightOf(line)) {
    offset -= heightOf(line);
    line += 1;
  }
  const to = { line, offset: Math.max(0, offset) };
  return isBehind(to, last) ? last : to;
}

/** Which share of the way a place is, 0 to 1. */
export function shareOf(place: Place, last: Place, heightOf: HeightOf): number {
  const lines = (at: Place): number => at.line + at.offset / heightOf(at.line);
  const all = lines(last);
  return all > 0 ? Math.min(1, lines(place) / all) : 0;
}

/** The place at a share of the way. */
export function placeAt(share: number, last: Place, heightOf: HeightOf): Place {
  const lines = Math.max(0, Math.min(1, share)) * (last.line + last.offset / heightOf(last.line));
  const line = Math.floor(lines);
  return { line, offset: (lines - line) * heightOf(line) };
}

/** The place that shows `line` with some lines above it. */
export function placeBefore(line: number, above: number, last: Place): Place {
  const place = { line: Math.max(0, line - above), offset: 0 };
  return isBehind(place, last) ? last : place;
}
