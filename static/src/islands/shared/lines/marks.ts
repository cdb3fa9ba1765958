/** What a search marks within the lines that are shown. Pure. */

export interface Query {
  text: string;
  isRegex: boolean;
  isCase: boolean;
}

/** What marks the hits within a line that is shown; null for nothing, or a pattern that only the server understands. */
export function matcher({ text, isRegex, isCase }: Query): RegExp | null {
  if (!text) return null;
  try {
    return new RegExp(isRegex ? text : text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'), isCase ? 'g' : 'gi');
  } catch {
    return null;
  }
}

/** Where `pattern` matches in `text`: pairs of start and end. */
export function matches(text: string, pattern: RegExp): [number, number][] {
  const found: [number, number][] = [];
  for (const match of text.matchAll(pattern)) {
    if (match[0]) found.push([match.index, match.index + match[0].length]);
  }
  return found;
}
