import { copy } from '../../lib/copy.ts';
import { t } from '../../lib/strings.ts';
import { toast, type Toast } from '../../lib/toasts.ts';
import { wordsOf } from '../shared/api.ts';
import { formatCount } from '../shared/format.ts';
import { shownText } from '../shared/lines/ansi.ts';
import type { Remote } from './remote.ts';

/** More is no use in a clipboard, and the download has it. */
const LONGEST = 10_000;
const PAGE = 2000;

async function read(remote: Remote, path: string, first: number, end: number): Promise<string[]> {
  const read: string[] = [];
  for (let line = first; line < end; line += PAGE) {
    const window = await remote.lines(path, line, Math.min(PAGE, end - line));
    read.push(...window.lines.map(shownText));
  }
  return read;
}

/** Copy lines as they are shown, from the first up to the second number (not included); of too many, the last ones. */
export async function copyLines(remote: Remote, path: string, [from, end]: [number, number]): Promise<void> {
  const first = Math.max(from, end - LONGEST);
  toast(await attempt(remote, path, first, end, first > from));
}

async function attempt(remote: Remote, path: string, first: number, end: number, isCut: boolean): Promise<Toast> {
  try {
    const lines = await read(remote, path, first, end);
    const count = formatCount(lines.length);
    if (!(await copy(`${lines.join('\n')}\n`))) {
      return { level: 'error', text: t('The browser did not allow copying. Select the text and copy it yourself.') };
    }
    if (!isCut) return { level: 'success', text: t('Copied {count} lines.', { count }) };
    return { level: 'info', text: t('Copied the last {count} lines. The download has all of them.', { count }) };
  } catch (error) {
    return { level: 'error', text: wordsOf(error) };
  }
}
