import { all, onContent } from './dom.ts';
import { language, t } from './strings.ts';

const FRESH_EVERY_MS = 20_000;
const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** Older moments are shown as the date that the server wrote. */
const RELATIVE_FOR_S = 14 * DAY;

/** Say how long ago (or ahead) a moment is, such as "5 minutes ago"; null where the date says more. */
export function relative(moment: number, now: number, locale: string): string | null {
  const seconds = Math.round((moment - now) / 1000);
  const distance = Math.abs(seconds);
  if (distance > RELATIVE_FOR_S) return null;
  if (distance < 45) return t('now');
  const format = new Intl.RelativeTimeFormat(locale, { numeric: 'always' });
  if (distance < HOUR) return format.format(Math.trunc(seconds / MINUTE) || Math.sign(seconds), 'minute');
  if (distance < DAY) return format.format(Math.trunc(seconds / HOUR), 'hour');
  return format.format(Math.trunc(seconds / DAY), 'day');
}

function refresh(times: Iterable<HTMLTimeElement>): void {
  const now = Date.now();
  for (const time of times) {
    const text = relative(Date.parse(time.dateTime), now, language());
    if (text !== null && time.textContent !== text) time.textContent = text;
  }
}

/** Say how long something took, with two units at most; the same words as the server's. */
export function duration(seconds: number): string {
  if (seconds < 1)
    return `${Math.max(0, seconds).toLocaleString(language(), { minimumFractionDigits: 1, maximumFractionDigits: 1 })} s`;
  const whole = Math.floor(seconds);
  const units = [
    [DAY, 'd', HOUR, 'h'],
    [HOUR, 'h', MINUTE, 'min'],
    [MINUTE, 'min', 1, 's'],
  ] as const;
  for (const [size, unit, partSize, partUnit] of units) {
    if (whole < size) continue;
    const rest = Math.floor((whole % size) / partSize);
    return rest ? `${Math.floor(whole / size)} ${unit} ${rest} ${partUnit}` : `${Math.floor(whole / size)} ${unit}`;
  }
  return `${whole} s`;
}

/** What goes on counts its seconds: `<span data-since="2026-…">` (`{% lasting %}` writes it). */
function count(lasting: Iterable<HTMLElement>): void {
  for (const one of lasting) {
    const text = duration((Date.now() - Date.parse(one.dataset['since'] ?? '')) / 1000);
    if (one.textContent !== text) one.textContent = text;
  }
}

export function startTimes(): void {
  onContent((root) => count(all(root, '[data-since]')));
  setInterval(() => {
    if (document.visibilityState === 'visible') count(all(document, '[data-since]'));
  }, 1000);
  onContent((root) => refresh(all<HTMLTimeElement>(root, 'time[data-relative]')));
  setInterval(() => {
    if (document.visibilityState === 'visible') refresh(all<HTMLTimeElement>(document, 'time[data-relative]'));
  }, FRESH_EVERY_MS);
}
