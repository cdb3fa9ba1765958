/** Reads tables of text (RFC 4180, with any separator). Pure. */

/** Rows shown of a table; the download has all. */
export const MOST_ROWS = 1000;
export const MOST_COLUMNS = 200;

export interface Table {
  head: string[];
  rows: string[][];
  /** Whether there is more, in rows or columns, than is here. */
  isCut: boolean;
}

/** The separator that a first line speaks for. */
export function separatorOf(text: string, isTabbed: boolean): string {
  if (isTabbed) return '\t';
  const line = text.slice(0, text.search(/[\r\n]|$/));
  const counts = [',', ';', '\t', '|'].map((mark) => ({ mark, count: line.split(mark).length }));
  return counts.reduce((best, one) => (one.count > best.count ? one : best)).mark;
}

/** Read a table. Where `isPart`, the text ends somewhere in a row, which is left out. */
export function readTable(text: string, separator: string, isPart: boolean): Table {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  let isOver = false;
  while (at < text.length && rows.length <= MOST_ROWS + 1) {
    const [field, end] = text[at] === '"' ? quoted(text, at) : plain(text, at, separator);
    row.push(field);
    at = end;
    isOver = at >= text.length;
    if (text[at] === separator) at += 1;
    else {
      rows.push(row);
      row = [];
      at += text.startsWith('\r\n', at) ? 2 : 1;
    }
  }
  if (row.length) rows.push([...row, '']);
  if (isPart && isOver && rows.length > 1) rows.pop();
  const filled = rows.filter((cells) => cells.length > 1 || cells[0] !== '');
  const [head = [], ...others] = filled;
  const width = Math.max(head.length, ...others.map((cells) => cells.length));
  const isCut = isPart || others.length > MOST_ROWS || width > MOST_COLUMNS;
  const cut = (cells: string[]): string[] => cells.slice(0, MOST_COLUMNS);
  return { head: cut(head), rows: others.slice(0, MOST_ROWS).map(cut), isCut };
}

function plain(text: string, from: number, separator: string): [string, number] {
  let end = from;
  while (end < text.length && text[end] !== separator && text[end] !== '\n' && text[end] !== '\r') end += 1;
  return [text.slice(from, end), end];
}

function quoted(text: string, from: number): [string, number] {
  let end = from + 1;
  while (end < text.length && (text[end] !== '"' || text[end + 1] === '"')) end += text[end] === '"' ? 2 : 1;
  const field = text.slice(from + 1, end).replaceAll('""', '"');
  return [field, Math.min(text.length, end + 1)];
}

/** Whether a column holds numbers, which stand at the right. */
export function isNumeric(rows: readonly string[][], column: number): boolean {
  const cells = rows.map((row) => row[column] ?? '').filter((cell) => cell !== '');
  return (
    cells.length > 0 && cells.every((cell) => Number.isFinite(Number(cell)) || /^[-+]?(nan|inf(inity)?)$/i.test(cell))
  );
}
