/** Series as a table for other programs. Pure. */
import { csvText } from '../../shared/csv.ts';
import type { SeriesAnswer } from './series.ts';

/** One row for each point, or for each bucket with its least and largest value where points were put together. */
export function toCsv(series: readonly SeriesAnswer[], axis: string): string {
  const columns = ['name', 'step', ...(axis === 'step' ? [] : [axis]), 'value', 'min', 'max'];
  const rows = series.flatMap((one) =>
    one.last.map((last, place) => {
      const x = axis === 'step' ? [] : [one.x[place] ?? null];
      const cells = [one.name, one.step[place] ?? null, ...x, last, one.min[place] ?? null, one.max[place] ?? null];
      return cells;
    }),
  );
  return csvText([columns, ...rows]);
}
