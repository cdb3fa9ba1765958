import { language } from '../../lib/strings.ts';

const UNITS = ['B', 'KB', 'MB', 'GB', 'TB'];

export function formatCount(count: number): string {
  return new Intl.NumberFormat(language()).format(count);
}

/** A size in words, such as "1.4 MB", in steps of 1,024 as the pages of the server do. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const digits = power ? 1 : 0;
  const format = new Intl.NumberFormat(language(), { maximumFractionDigits: digits });
  return `${format.format(bytes / 1024 ** power)} ${UNITS[power] ?? ''}`;
}

/** A measured value, short enough for a label and exact enough to tell values apart. */
export function formatValue(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? 'Infinity' : '-Infinity';
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e9)) return value.toExponential(3);
  return new Intl.NumberFormat(language(), { maximumSignificantDigits: 6 }).format(value);
}
