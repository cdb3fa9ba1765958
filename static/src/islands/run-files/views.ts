import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { drawLine } from '../shared/lines/ansi.ts';
import { Viewport } from '../shared/lines/viewport.ts';
import { writeFileHash } from './core/file-hash.ts';
import { readNotebook, type Cell, type Output } from './core/notebook.ts';
import { isNumeric, readTable, separatorOf } from './core/table.ts';

/** Text with numbered lines, each with an address of its own. */
export class TextView {
  readonly host: HTMLElement;
  private readonly viewport: Viewport;
  private readonly lines: string[];

  constructor(
    text: string,
    path: string,
    private readonly marked: () => [first: number, last: number] | null,
    mark: (first: number, last: number) => void,
  ) {
    this.lines = text.split(/\r\n|\n|\r/);
    if (this.lines.at(-1) === '') this.lines.pop();
    this.viewport = new Viewport(
      {
        total: () => this.lines.length,
        line: (number) => this.lines[number],
        shown: () => undefined,
        scrolled: () => undefined,
        isMarked: (line) => this.isMarked(line + 1),
        isHit: () => false,
      },
      {
        pattern: null,
        isWrapped: false,
        isTruncated: () => false,
        href: (line) => writeFileHash({ path, first: line + 1, last: line + 1 }),
      },
      { role: 'region', label: path },
    );
    this.host = element('div', { class: 'log-frame' }, this.viewport.scroller);
    this.host.addEventListener('click', (event) => {
      const number = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-line]') : null;
      if (!number || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      const line = Number(number.dataset['line']) + 1;
      const from = event.shiftKey ? (this.marked()?.[0] ?? line) : line;
      mark(Math.min(from, line), Math.max(from, line));
      this.viewport.draw();
    });
  }

  /** Go to the lines that are marked. */
  refresh(): void {
    const first = this.marked()?.[0];
    if (first === undefined) this.viewport.draw();
    else this.viewport.toLine(Math.min(first, this.lines.length) - 1);
  }

  destroy(): void {
    this.viewport.destroy();
  }

  private isMarked(line: number): boolean {
    const marked = this.marked();
    return marked !== null && line >= marked[0] && line <= marked[1];
  }
}

export function tableView(
  text: string,
  isTabbed: boolean,
  isPart: boolean,
): { view: HTMLElement; isCut: boolean; rows: number } {
  const { head, rows, isCut } = readTable(text, separatorOf(text, isTabbed), isPart);
  const numeric = head.map((_, column) => isNumeric(rows, column));
  const cells = (tag: 'th' | 'td', row: string[]): HTMLElement[] =>
    row.map((cell, column) =>
      element(tag, { class: numeric[column] ? 'num' : '', title: cell.length > 60 && cell }, cell),
    );
  const table = element(
    'table',
    { class: 'table' },
    element('thead', {}, element('tr', {}, ...cells('th', head))),
    element('tbody', {}, ...rows.map((row) => element('tr', {}, ...cells('td', row)))),
  );
  return { view: element('div', { class: 'file-table', tabindex: 0 }, table), isCut, rows: rows.length };
}

/** A notebook's cells; null where the text is no notebook. */
export function notebookView(text: string): HTMLElement | null {
  const cells = readNotebook(text);
  if (!cells) return null;
  return element('div', { class: 'file-notebook', tabindex: 0 }, ...cells.map(cellView));
}

function cellView(cell: Cell): HTMLElement {
  if (cell.kind !== 'code') return element('div', { class: 'notebook-text' }, cell.source);
  const label = `[${cell.count ?? ' '}]`;
  return element(
    'div',
    { class: 'notebook-code' },
    element('span', { class: 'notebook-count', 'aria-label': t('Execution {count}', { count: label }) }, label),
    element('pre', {}, cell.source),
    ...cell.outputs.map(outputView),
  );
}

function outputView(output: Output): HTMLElement {
  if (output.kind === 'image') return element('img', { class: 'notebook-output', src: output.url, alt: t('Output') });
  const text = output.text.split('\n').map((line) =>
    drawLine(line)
      .map((run) => run.text)
      .join(''),
  );
  return element('pre', { class: output.isError ? 'notebook-output is-error' : 'notebook-output' }, text.join('\n'));
}
