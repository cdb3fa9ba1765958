/** Addresses of lines: `#L12`, `#L12-L15`, and with the file `#user_logs/std_log.txt:L12`. Lines count from 1 here. Pure. */
export interface Marked {
  /** The file, or an empty text for the one the page shows first. */
  path: string;
  first: number;
  last: number;
}

export function readHash(hash: string): Marked | null {
  let text: string;
  try {
    text = decodeURIComponent(hash.replace(/^#/, ''));
  } catch {
    return null;
  }
  const match = /^(?:(.+):)?L(\d{1,15})(?:-L?(\d{1,15}))?$/.exec(text);
  if (!match) return null;
  const one = Number(match[2]);
  const other = match[3] ? Number(match[3]) : one;
  if (one < 1 || other < 1) return null;
  return { path: match[1] ?? '', first: Math.min(one, other), last: Math.max(one, other) };
}

export function writeHash({ path, first, last }: Marked): string {
  const file = path ? `${path.split('/').map(encodeURIComponent).join('/')}:` : '';
  return `#${file}L${first}${last > first ? `-L${last}` : ''}`;
}
