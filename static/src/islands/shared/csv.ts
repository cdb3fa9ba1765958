type Cell = string | number | boolean | null;

/** Rows as a table for other programs. */
export function csvText(rows: readonly (readonly Cell[])[]): string {
  return [...rows.map((row) => row.map(field).join(',')), ''].join('\r\n');
}

function field(value: Cell): string {
  const text = value === null ? '' : String(value);
  // A text that begins like a formula would be run by spreadsheets.
  const safe = typeof value === 'string' && /^[=+@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
