/** The page's words in the reader's language. English texts are their own keys; the page brings a table for others. */
let table: Record<string, string> | undefined;

function load(): Record<string, string> {
  const source = document.getElementById('interface-texts')?.textContent;
  return source ? (JSON.parse(source) as Record<string, string>) : {};
}

/** Translate `text`, then put `values` in the places written `{name}`. */
export function t(text: string, values: Record<string, string | number> = {}): string {
  table ??= load();
  return (table[text] ?? text).replace(/\{(\w+)\}/g, (place, name: string) => String(values[name] ?? place));
}

/** The language of the page, for numbers, dates and sorting. */
export function language(): string {
  return document.documentElement.lang || 'en';
}
