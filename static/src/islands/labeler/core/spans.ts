/** Spans of a text, counted in code points as the server counts them. Pure. */
import type { Span } from './types.ts';

/** The code points before a place that the browser counts in UTF-16 units. */
export function codePoints(text: string, units: number): number {
  return Array.from(text.slice(0, units)).length;
}

/** Without the white space at its ends; null where nothing is left. */
export function trimmed(points: readonly string[], start: number, end: number): [number, number] | null {
  while (start < end && !points[start]?.trim()) start += 1;
  while (end > start && !points[end - 1]?.trim()) end -= 1;
  return start < end ? [start, end] : null;
}

function isWord(point: string | undefined): boolean {
  return point !== undefined && /[\p{L}\p{N}\p{M}_'’-]/u.test(point);
}

/** The words of a text, from where to where. */
export function words(points: readonly string[]): [number, number][] {
  const found: [number, number][] = [];
  let start: number | null = null;
  for (let place = 0; place <= points.length; place += 1) {
    if (isWord(points[place])) start ??= place;
    else if (start !== null) {
      found.push([start, place]);
      start = null;
    }
  }
  return found;
}

/** Add a span. Where spans may not overlap, it takes the place of those it touches; the same one twice is one. */
export function added(spans: readonly Span[], span: Span, overlapping: boolean): Span[] {
  const stays = (one: Span): boolean =>
    overlapping
      ? one.start !== span.start || one.end !== span.end || one.label !== span.label
      : one.end <= span.start || one.start >= span.end;
  return [...spans.filter(stays), span].sort((a, b) => a.start - b.start || a.end - b.end);
}

/** Mark every equal stretch of the text like `span`, but none that would cut through another span. */
export function spread(
  points: readonly string[],
  spans: readonly Span[],
  span: Span,
  overlapping: boolean,
  newId: () => string,
): Span[] {
  const wanted = points.slice(span.start, span.end);
  // “Ana” as a word of its own is not the beginning of “Anastasia”.
  const isWhole = !isWord(points[span.start - 1]) && !isWord(points[span.end]);
  let made = [...spans];
  for (let start = 0; start + wanted.length <= points.length; start += 1) {
    if (!wanted.every((point, place) => points[start + place] === point)) continue;
    const end = start + wanted.length;
    if (isWhole && (isWord(points[start - 1]) || isWord(points[end]))) continue;
    const same = made.find((one) => one.start === start && one.end === end);
    const isCut = made.some((one) => one !== same && one.end > start && one.start < end);
    if (start !== span.start && (!isCut || overlapping)) {
      made = added(made, { id: same?.id ?? newId(), label: span.label, start, end }, overlapping);
    }
    start = end - 1;
  }
  return made;
}

export interface Piece {
  start: number;
  text: string;
  spans: Span[];
}

/** The text cut wherever a span begins or ends. */
export function pieces(points: readonly string[], spans: readonly Span[]): Piece[] {
  const cuts = new Set([0, points.length, ...spans.flatMap((span) => [span.start, span.end])]);
  const places = [...cuts].sort((a, b) => a - b);
  return places.slice(0, -1).map((start, at) => {
    const end = places[at + 1] ?? points.length;
    return {
      start,
      text: points.slice(start, end).join(''),
      spans: spans.filter((span) => span.start < end && span.end > start),
    };
  });
}
