import { element } from '../../../lib/dom.ts';
import { t } from '../../../lib/strings.ts';
import { formatCount } from '../format.ts';
import { drawLine, PLAIN, type Colour, type Run } from './ansi.ts';
import { contrast, readable } from './contrast.ts';
import { matches } from './marks.ts';

type Rgb = readonly [red: number, green: number, blue: number];

/** The grounds of the two themes, for colours that are not the theme's own. */
const LIGHT: Rgb = [255, 255, 255];
const DARK: Rgb = [23, 28, 36];
/** Without wrapping nobody reads further, and a browser needs long to lay it out. */
const SHOWN_CHARACTERS = 5000;

/** The 16 colours as terminals have them, for text on a ground of its own; on the page's ground the theme has its own. */
const TERMINAL: readonly Rgb[] = [
  [30, 30, 30],
  [205, 49, 49],
  [13, 188, 121],
  [229, 229, 16],
  [36, 114, 200],
  [188, 63, 188],
  [17, 168, 205],
  [229, 229, 229],
  [102, 102, 102],
  [241, 76, 76],
  [35, 209, 139],
  [245, 245, 67],
  [59, 142, 234],
  [214, 112, 214],
  [41, 184, 219],
  [255, 255, 255],
];

const written = (colour: Rgb): string => `rgb(${colour.join(' ')})`;

const exact = (colour: Colour): Rgb => (typeof colour === 'number' ? (TERMINAL[colour] ?? LIGHT) : colour);

function paint(span: HTMLElement, { style }: Run): void {
  for (const flag of ['bold', 'dim', 'italic', 'underline', 'strike'] as const) {
    if (style[flag]) span.classList.add(`ansi-${flag}`);
  }
  const front = style.inverse ? style.background : style.foreground;
  const back = style.inverse ? style.foreground : style.background;
  if (back !== null) {
    const ground = exact(back);
    const text = front === null ? (contrast(LIGHT, ground) > contrast(DARK, ground) ? LIGHT : DARK) : exact(front);
    span.style.backgroundColor = written(ground);
    span.style.color = written(readable(text, ground));
  } else if (style.inverse) span.classList.add('ansi-inverse');
  else if (typeof front === 'number') span.classList.add(`ansi-${front}`);
  else if (front)
    span.style.color = `light-dark(${written(readable(front, LIGHT))}, ${written(readable(front, DARK))})`;
}

/** The text of a line as nodes: coloured as its program meant it, with hits of the search marked. */
function textNodes(runs: Run[], pattern: RegExp | null): Node[] {
  const hits = pattern ? matches(runs.map((run) => run.text).join(''), pattern) : [];
  const nodes: Node[] = [];
  let at = 0;
  for (const run of runs) {
    const end = at + run.text.length;
    const cuts = [at, ...hits.flat().filter((cut) => cut > at && cut < end), end];
    for (const [place, from] of cuts.slice(0, -1).entries()) {
      const text = run.text.slice(from - at, (cuts[place + 1] ?? end) - at);
      const isHit = hits.some(([start, stop]) => start <= from && from < stop);
      if (!isHit && run.style === PLAIN) nodes.push(document.createTextNode(text));
      else {
        const span = element(isHit ? 'mark' : 'span', {}, text);
        if (!isHit) paint(span, run);
        nodes.push(span);
      }
    }
    at = end;
  }
  return nodes;
}

/** How lines are to be shown. */
export interface Look {
  pattern: RegExp | null;
  isWrapped: boolean;
  isTruncated: (line: number) => boolean;
  href: (line: number) => string;
}

/** One line on the page. */
export class Row {
  readonly host: HTMLDivElement;
  private readonly text = element('span', { class: 'log-text' });
  private shown: { raw: string | undefined; look: Look } | null = null;

  constructor(
    readonly line: number,
    look: Look,
  ) {
    const label = String(line + 1);
    const number = element('a', { class: 'log-number', href: look.href(line), tabindex: -1, 'data-line': line }, label);
    this.host = element('div', { class: 'log-line' }, number, this.text);
  }

  show(raw: string | undefined, look: Look, isMarked: boolean, isHit: boolean): void {
    this.host.classList.toggle('is-marked', isMarked);
    this.host.classList.toggle('is-hit', isHit);
    if (this.shown && this.shown.raw === raw && this.shown.look === look) return;
    this.shown = { raw, look };
    this.host.classList.toggle('is-loading', raw === undefined);
    if (raw === undefined) return this.text.replaceChildren();
    const runs = drawLine(raw);
    const [kept, hidden] = look.isWrapped ? [runs, 0] : shorten(runs);
    const notes = [
      hidden > 0 && t('{count} more characters: turn on wrapping to see them', { count: formatCount(hidden) }),
      look.isTruncated(this.line) && t('cut here: the download has the whole line'),
    ].filter((note) => note !== false);
    this.text.replaceChildren(
      ...textNodes(kept, look.pattern),
      ...notes.map((note) => element('span', { class: 'log-note' }, `… ${note}`)),
    );
  }
}

function shorten(runs: Run[]): [Run[], number] {
  let left = SHOWN_CHARACTERS;
  const kept: Run[] = [];
  let hidden = 0;
  for (const run of runs) {
    if (left > 0) kept.push(run.text.length > left ? { ...run, text: run.text.slice(0, left) } : run);
    hidden += Math.max(0, run.text.length - Math.max(0, left));
    left -= run.text.length;
  }
  return [kept, hidden];
}
