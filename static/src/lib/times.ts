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

export function startTimes(): void {
  onContent((root) => refresh(all<HTMLTimeElement>(root, 'time[data-relative]')));
  setInterval(() => {
    if (document.visibilityState === 'visible') refresh(all<HTMLTimeElement>(document, 'time[data-relative]'));
  }, FRESH_EVERY_MS);
}
