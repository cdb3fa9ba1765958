/** Series as a table for other programs. Pure. */
import type { SeriesAnswer, Value } from './series.ts';

function field(value: Value): string {
  const text = value === null ? '' : String(value);
  // A text that begins like a formula would be run by spreadsheets.
  const safe = typeof value === 'string' && /^[=+@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** One row for each point, or for each bucket with its least and largest value where points were put together. */
export function toCsv(series: readonly SeriesAnswer[], axis: string): string {
  const columns = ['name', 'step', ...(axis === 'step' ? [] : [axis]), 'value', 'min', 'max'];
  const rows = series.flatMap((one) =>
    one.last.map((last, place) => {
      const x = axis === 'step' ? [] : [one.x[place] ?? null];
      const cells = [one.name, one.step[place] ?? null, ...x, last, one.min[place] ?? null, one.max[place] ?? null];
      return cells.map(field).join(',');
    }),
  );
  return [columns.join(','), ...rows, ''].join('\r\n');
}
