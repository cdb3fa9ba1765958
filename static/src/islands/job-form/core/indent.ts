/** What Tab and Enter do in a script. */

const STEP = '    ';

export interface Edit {
  /** The stretch of the text that is replaced, and by what. */
  from: number;
  to: number;
  text: string;
  /** What is selected after it. */
  start: number;
  end: number;
}

/** Tab: indent to the next step, or all chosen lines; with shift take a step off. */
export function tab(text: string, start: number, end: number, back: boolean): Edit {
  if (start === end && !back) {
    const column = start - (text.lastIndexOf('\n', start - 1) + 1);
    const spaces = STEP.slice(column % STEP.length);
    return { from: start, to: end, text: spaces, start: start + spaces.length, end: start + spaces.length };
  }
  const from = text.lastIndexOf('\n', start - 1) + 1;
  const lineEnd = text.indexOf('\n', end);
  const to = lineEnd < 0 ? text.length : lineEnd;
  const lines = text.slice(from, to).split('\n');
  const changed = lines.map((line) => (back ? line.replace(/^ {1,4}|^\t/, '') : line && STEP + line));
  const first = (changed[0]?.length ?? 0) - (lines[0]?.length ?? 0);
  const result = changed.join('\n');
  const grown = result.length - (to - from);
  return { from, to, text: result, start: Math.max(from, start + first), end: Math.max(from, end + grown) };
}

/** Enter: keep the indentation of the line, a step more after a colon. */
export function enter(text: string, start: number, end: number): Edit {
  const line = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  const indent = (/^[ \t]*/.exec(line)?.[0] ?? '') + (line.trimEnd().endsWith(':') ? STEP : '');
  return {
    from: start,
    to: end,
    text: `\n${indent}`,
    start: start + 1 + indent.length,
    end: start + 1 + indent.length,
  };
}
