/** Axes of parallel coordinates, from 0 (below) to 1 (above), and what is chosen on them. Pure. */
import { isNumeric, numberOf, type Cell, type Line } from './compared.ts';

const MOST_CATEGORIES = 40;
/** Numbers above 0 that span so much are told apart only by their orders of magnitude, as learning rates are. */
const LOG_SPAN = 100;

export interface Axis {
  /** What it is called among all lines. */
  key: string;
  name: string;
  /** The place of each run; null where it has no value. */
  places: (number | null)[];
  /** Labels with their places. */
  marks: { place: number; text: Cell }[];
  /** The ends of a numeric axis. */
  range: [number, number] | null;
  /** Whether its numbers stand by their orders of magnitude. */
  isLog: boolean;
}

/** From and to, both included, on each axis that has something chosen. */
export type Brushes = ReadonlyMap<string, readonly [number, number]>;

export function keyOf(line: Line): string {
  return `${line.kind}:${line.name}`;
}

type Scale = Pick<Axis, 'range' | 'isLog'>;

/** Where a number stands on a numeric axis; below 0 or above 1 where it is beyond the ends. */
export function placeOf({ range, isLog }: Scale, value: number): number {
  const [low, high] = range ?? [0, 1];
  if (!isLog) return (value - low) / (high - low);
  return value > 0 ? Math.log(value / low) / Math.log(high / low) : -1;
}

/** Which number stands at a place of a numeric axis. */
export function valueAt({ range, isLog }: Scale, place: number): number {
  const [low, high] = range ?? [0, 1];
  return isLog ? low * (high / low) ** place : low + place * (high - low);
}

/** Return the axis of a line; null where it tells nothing: all runs are alike, or it has too many different texts. */
export function axisOf(line: Line): Axis | null {
  if (!line.differs) return null;
  const base = { key: keyOf(line), name: line.name };
  if (isNumeric(line.values)) {
    const numbers = line.values.map(numberOf);
    const known = numbers.filter((value) => value !== null);
    const low = known.reduce((a, b) => Math.min(a, b));
    const high = known.reduce((a, b) => Math.max(a, b));
    const scale = { range: [low, high] as [number, number], isLog: low > 0 && high / low > LOG_SPAN };
    const places = numbers.map((value) => (value === null ? null : placeOf(scale, value)));
    const marks = [0, 0.25, 0.5, 0.75, 1].map((place) => ({
      place,
      text: Number(valueAt(scale, place).toPrecision(4)),
    }));
    return { ...base, ...scale, places, marks };
  }
  const texts = [...new Set(line.values.filter((value) => value !== null).map(String))].sort();
  if (texts.length > MOST_CATEGORIES) return null;
  const byText = new Map(texts.map((text, at) => [text, texts.length > 1 ? at / (texts.length - 1) : 0.5]));
  return {
    ...base,
    places: line.values.map((value) => (value === null ? null : (byText.get(String(value)) ?? null))),
    marks: texts.map((text) => ({ place: byText.get(text) ?? 0, text })),
    range: null,
    isLog: false,
  };
}

/** Return which of `count` runs are within everything that is chosen. */
export function chosen(axes: readonly Axis[], brushes: Brushes, count: number): boolean[] {
  const kept = new Array<boolean>(count).fill(true);
  for (const axis of axes) {
    const brush = brushes.get(axis.key);
    if (!brush) continue;
    for (let run = 0; run < count; run += 1) {
      const place = axis.places[run] ?? null;
      if (place === null || place < brush[0] || place > brush[1]) kept[run] = false;
    }
  }
  return kept;
}
