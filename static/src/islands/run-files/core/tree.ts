/** A tree of folders and files, of which one level is known at a time. Pure. */
export interface Folder {
  path: string;
  files: number;
  size: number;
}

export interface File {
  path: string;
  size: number;
  media_type: string;
}

/** One level as `files/` and `code/` answer it. */
export interface Level {
  folders: Folder[];
  files: File[];
  /** What to ask for more files of this level with. */
  next: string | null;
}

/** One line of the tree as it is shown. `key` names it among all. */
export type Row = { key: string; depth: number; place: number; among: number } & (
  | { kind: 'folder'; folder: Folder; isOpen: boolean }
  | { kind: 'file'; file: File }
  | { kind: 'more'; prefix: string; after: string }
  | { kind: 'loading' | 'failed'; prefix: string; words: string }
);

export function nameOf(path: string): string {
  const trimmed = path.replace(/\/$/, '');
  return trimmed.slice(trimmed.lastIndexOf('/') + 1);
}

/** The folders above a path, outermost first, each with a slash at its end. */
export function foldersAbove(path: string): string[] {
  const parts = path.split('/').slice(0, -1);
  return parts.map((_, place) => `${parts.slice(0, place + 1).join('/')}/`);
}

/** Folders' paths end in a slash here, whatever the server writes; the top is an empty text. */
export function asPrefix(path: string): string {
  return path === '' || path.endsWith('/') ? path : `${path}/`;
}

export class Tree {
  private readonly levels = new Map<string, Level>();
  private readonly failures = new Map<string, string>();
  private readonly opened = new Set<string>(['']);

  level(prefix: string): Level | undefined {
    return this.levels.get(prefix);
  }

  file(path: string): File | undefined {
    return this.levels.get(foldersAbove(path).at(-1) ?? '')?.files.find((file) => file.path === path);
  }

  /** Take a level, or more of it. */
  take(prefix: string, level: Level, isMore = false): void {
    const known = isMore ? this.levels.get(prefix) : undefined;
    this.failures.delete(prefix);
    this.levels.set(prefix, known ? { ...known, files: [...known.files, ...level.files], next: level.next } : level);
  }

  fail(prefix: string, words: string): void {
    this.failures.set(prefix, words);
  }

  open(prefix: string): void {
    this.opened.add(prefix);
  }

  close(prefix: string): void {
    this.opened.delete(prefix);
  }

  isOpen(prefix: string): boolean {
    return this.opened.has(prefix);
  }

  /** What is to be seen, top to bottom. */
  rows(prefix = '', depth = 1): Row[] {
    const failure = this.failures.get(prefix);
    const level = this.levels.get(prefix);
    const lone = { key: `${prefix}\0`, depth, place: 1, among: 1, prefix };
    if (failure !== undefined) return [{ ...lone, kind: 'failed', words: failure }];
    if (!level) return [{ ...lone, kind: 'loading', words: '' }];
    const among = level.folders.length + level.files.length + (level.next === null ? 0 : 1);
    const rows: Row[] = [];
    for (const [place, folder] of level.folders.entries()) {
      const below = asPrefix(folder.path);
      const isOpen = this.opened.has(below);
      rows.push({ key: below, depth, place: place + 1, among, kind: 'folder', folder, isOpen });
      if (isOpen) for (const row of this.rows(below, depth + 1)) rows.push(row);
    }
    for (const [place, file] of level.files.entries()) {
      rows.push({ key: file.path, depth, place: level.folders.length + place + 1, among, kind: 'file', file });
    }
    if (level.next !== null) {
      rows.push({ key: `${prefix}\0more`, depth, place: among, among, kind: 'more', prefix, after: level.next });
    }
    return rows;
  }
}

/** Where a key leads in a tree: the key of the row to go to, or what to do with this one. */
export type Move = { to: string } | { do: 'open' | 'close' | 'choose' } | null;

/** Keys of a tree, as the ARIA practices have them. */
export function moveFor(key: string, rows: readonly Row[], at: string): Move {
  const place = Math.max(
    0,
    rows.findIndex((row) => row.key === at),
  );
  const row = rows[place];
  const to = (other: Row | undefined): Move => (other ? { to: other.key } : null);
  if (!row) return null;
  if (key === 'ArrowDown') return to(rows[place + 1]);
  if (key === 'ArrowUp') return to(rows[place - 1]);
  if (key === 'Home') return to(rows[0]);
  if (key === 'End') return to(rows.at(-1));
  if (key === 'Enter' || key === ' ') return { do: 'choose' };
  if (key === 'ArrowRight' && row.kind === 'folder') {
    return row.isOpen ? to(rows[place + 1]) : { do: 'open' };
  }
  if (key === 'ArrowLeft') {
    if (row.kind === 'folder' && row.isOpen) return { do: 'close' };
    return to(rows.slice(0, place).findLast((above) => above.depth < row.depth));
  }
  if (key.length !== 1 || !/\S/.test(key)) return null;
  const begins = (other: Row): boolean => titleOf(other).toLowerCase().startsWith(key.toLowerCase());
  return to([...rows.slice(place + 1), ...rows.slice(0, place)].find(begins));
}

function titleOf(row: Row): string {
  if (row.kind === 'folder') return nameOf(row.folder.path);
  return row.kind === 'file' ? nameOf(row.file.path) : '';
}
