import type { Column } from '../remote.ts';

/** A bar of the small chart in a column's head: its height as a share of the highest, from 0 to 1. */
export interface Bar {
  height: number;
  count: number;
}

const MOST_VALUES = 10;

/** The bars of a column: its histogram, or its most frequent values; none where all is missing. */
export function barsOf(column: Column): Bar[] {
  const counts = column.histogram?.counts ?? column.top?.slice(0, MOST_VALUES).map(([, count]) => count) ?? [];
  const most = Math.max(1, ...counts);
  return counts.map((count) => ({ count, height: count / most }));
}

/** A path that draws bars into a box of `width` by `height`, the lowest at least one unit high. */
export function pathOf(bars: readonly Bar[], width: number, height: number): string {
  const step = width / Math.max(1, bars.length);
  const gap = Math.min(2, step * 0.2);
  return bars
    .map((bar, place) => {
      if (!bar.count) return '';
      const high = Math.max(1, bar.height * height);
      return `M${round(place * step)} ${height}v${round(-high)}h${round(step - gap)}V${height}z`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
