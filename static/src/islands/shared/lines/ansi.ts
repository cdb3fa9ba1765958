/** What a log line looks like once a terminal has drawn it: coloured stretches of text, overwritten parts gone. Pure. */

/** One of the 16 colours of terminals by number, whose shade the theme chooses, or an exact colour. */
export type Colour = number | readonly [red: number, green: number, blue: number];

export interface Style {
  readonly foreground: Colour | null;
  readonly background: Colour | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  readonly inverse: boolean;
}

export interface Run {
  readonly text: string;
  readonly style: Style;
}

export const PLAIN: Style = {
  foreground: null,
  background: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  strike: false,
  inverse: false,
};

// In order: CSI (parameters, final letter), OSC, other strings, a CSI that was cut, two-letter escapes, control characters but the tab.
const SEQUENCE =
  // eslint-disable-next-line no-control-regex -- control characters are what this is about
  /\x1b\[([\d:;<=>?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[PX^_][^\x1b]*(?:\x1b\\|$)|\x1b\[[\d:;<=>?]*$|\x1b[ -/]*[0-~]?|[\x00-\x08\x0a-\x1f\x7f]/g;
// eslint-disable-next-line no-control-regex -- as above
const SPECIAL = /[\x00-\x08\x0a-\x1f\x7f]/;

/** Draw one raw line. Its style begins plain, since lines are shown without those before them. */
export function drawLine(raw: string): Run[] {
  if (!SPECIAL.test(raw)) return raw ? [{ text: raw, style: PLAIN }] : [];
  const drawn = new Drawn();
  let from = 0;
  for (const match of raw.matchAll(SEQUENCE)) {
    drawn.write(raw.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] !== undefined) drawn.control(match[2], match[1] ?? '');
    else if (match[0] === '\r') drawn.back();
    else if (match[0] === '\b') drawn.erase();
  }
  drawn.write(raw.slice(from));
  return drawn.runs;
}

/** The text of a raw line as it is shown, without its colours. */
export function shownText(raw: string): string {
  return drawLine(raw)
    .map((run) => run.text)
    .join('');
}

class Drawn {
  runs: Run[] = [];
  private style = PLAIN;
  private isAtStart = false;

  write(text: string): void {
    if (!text) return;
    // What follows a carriage return replaces the line: progress bars show their last state.
    if (this.isAtStart) this.runs = [];
    this.isAtStart = false;
    const last = this.runs.at(-1);
    if (last?.style === this.style) this.runs[this.runs.length - 1] = { text: last.text + text, style: this.style };
    else this.runs.push({ text, style: this.style });
  }

  back(): void {
    this.isAtStart = true;
  }

  erase(): void {
    const last = this.runs.pop();
    if (last && last.text.length > 1) this.runs.push({ text: last.text.slice(0, -1), style: last.style });
  }

  control(letter: string, parameters: string): void {
    if (letter === 'm') this.style = restyled(this.style, parameters);
    else if (letter === 'K' && (parameters === '2' || parameters === '1' || this.isAtStart)) this.runs = [];
    else if (letter === 'G' && (parameters === '' || parameters === '1')) this.back();
  }
}

const SWITCHES: Record<number, Partial<Style>> = {
  1: { bold: true },
  2: { dim: true },
  3: { italic: true },
  4: { underline: true },
  7: { inverse: true },
  9: { strike: true },
  21: { underline: true },
  22: { bold: false, dim: false },
  23: { italic: false },
  24: { underline: false },
  27: { inverse: false },
  29: { strike: false },
  39: { foreground: null },
  49: { background: null },
};

/** The style after "select graphic rendition" with these parameters (ECMA-48, ITU T.416 for colours). */
function restyled(before: Style, parameters: string): Style {
  if (parameters === '' || parameters === '0') return PLAIN;
  if (/[<=>?]/.test(parameters)) return before;
  // A colour's parts stand after semicolons (38;2;r;g;b) or, as the standard has it, colons (38:2::r:g:b).
  const fields = parameters.split(';').map((field) => field.split(':').map((part) => (part ? Number(part) : NaN)));
  let style = before;
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? [];
    const code = Number.isNaN(field[0]) ? 0 : (field[0] ?? 0);
    if (code === 38 || code === 48) {
      const parts = field.length > 1 ? field.slice(1) : fields.slice(at + 1).map((rest) => rest[0] ?? NaN);
      const [colour, used] = colourOf(parts, field.length > 1);
      if (field.length === 1) at += used;
      if (colour !== null) style = { ...style, [code === 38 ? 'foreground' : 'background']: colour };
    } else if (code === 0) style = PLAIN;
    else if (code === 4 && field[1] === 0) style = { ...style, underline: false };
    else if (code >= 30 && code <= 37) style = { ...style, foreground: code - 30 };
    else if (code >= 40 && code <= 47) style = { ...style, background: code - 40 };
    else if (code >= 90 && code <= 97) style = { ...style, foreground: code - 82 };
    else if (code >= 100 && code <= 107) style = { ...style, background: code - 92 };
    else style = { ...style, ...SWITCHES[code] };
  }
  return style;
}

/** A colour from what follows 38 or 48, and how many fields it took. */
function colourOf(parts: number[], hasColons: boolean): [Colour | null, number] {
  if (parts[0] === 5) return [indexed(parts[1] ?? NaN), 2];
  if (parts[0] !== 2) return [null, parts.length];
  // With colons a colour space may stand before red.
  const [red = NaN, green = NaN, blue = NaN] = parts.slice(hasColons && parts.length > 4 ? 2 : 1);
  const isSound = [red, green, blue].every((part) => part >= 0 && part <= 255);
  return [isSound ? [red, green, blue] : null, 4];
}

/** The colour with this number in the table of 256: 16 of the theme, a cube of 216, 24 greys. */
function indexed(number: number): Colour | null {
  if (!(number >= 0 && number <= 255)) return null;
  if (number < 16) return number;
  if (number >= 232) {
    const grey = 8 + (number - 232) * 10;
    return [grey, grey, grey];
  }
  const level = (part: number): number => (part ? 55 + part * 40 : 0);
  const cube = number - 16;
  return [level(Math.floor(cube / 36)), level(Math.floor(cube / 6) % 6), level(cube % 6)];
}
