/** Addresses of files and their lines: `#file=outputs/a.txt` and `#file=outputs/a.txt:L3-L5`. Pure. */
import { readHash, writeHash, type Marked } from '../../shared/lines/permalink.ts';

const PREFIX = '#file=';

/** The file and the lines that a hash names; `first` is 0 where it names no line. */
export function readFileHash(hash: string): Marked | null {
  if (!hash.startsWith(PREFIX)) return null;
  const rest = hash.slice(PREFIX.length);
  const marked = readHash(rest);
  if (marked?.path) return marked;
  try {
    const path = decodeURIComponent(rest);
    return path ? { path, first: 0, last: 0 } : null;
  } catch {
    return null;
  }
}

export function writeFileHash(marked: Marked): string {
  if (marked.first) return PREFIX + writeHash(marked).slice(1);
  return PREFIX + marked.path.split('/').map(encodeURIComponent).join('/');
}
