import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { formatCount } from '../shared/format.ts';
import { ColumnView } from './column.ts';
import { barsOf, pathOf } from './core/bars.ts';
import { columnsWord, rowsWord, shownValue, timeText } from './parts.ts';
import type { Cell, Column, Remote, Table } from './remote.ts';

const SVG = 'http://www.w3.org/2000/svg';
const BARS = { width: 96, height: 24 };

/** A table: its first rows, a histogram in the head of each column, and beside it what is known of the chosen one. */
export class TableView {
  readonly host = element('div', { class: 'output-table' });
  private readonly frame = element('div', { class: 'table-frame output-rows', tabindex: 0 });
  private readonly status = element('div', { class: 'cluster muted' });
  private readonly pager = element('div', { class: 'cluster push' });
  private readonly finder = element('input', {
    type: 'search',
    list: 'output-columns',
    placeholder: t('Find a column'),
  });
  private readonly column: ColumnView;
  private heads: HTMLButtonElement[] = [];
  private request = new AbortController();

  constructor(
    private shown: Table,
    private readonly remote: Remote,
  ) {
    this.column = new ColumnView(shown, remote);
    this.finder.setAttribute('aria-label', t('Find a column'));
    this.finder.addEventListener('change', () => void this.find(this.finder.value));
    const names = element(
      'datalist',
      { id: 'output-columns' },
      ...shown.names.map((name) => element('option', { value: name })),
    );
    const tools = element('div', { class: 'cluster output-tools' }, this.status, this.pager, this.finder, names);
    const main = element('div', { class: 'output-main' }, tools, this.frame);
    this.host.append(main, this.column.host);
    this.draw();
    this.choose(0);
  }

  destroy(): void {
    this.request.abort();
    this.column.destroy();
  }

  private draw(): void {
    const { rows, columns, data, schema, described_rows: described } = this.shown;
    const said = [rowsWord(rows), columnsWord(columns)];
    const notes = [
      rows > data.length && data.length
        ? t('the first {count} rows are shown', { count: formatCount(data.length) })
        : '',
      described < rows
        ? t('statistics are of {count} rows from all over the table', { count: formatCount(described) })
        : '',
      this.shown.folds ? t('divided into {count} folds', { count: this.shown.folds }) : '',
    ].filter(Boolean);
    this.status.replaceChildren(
      element('strong', { class: 'output-size' }, said.join(' × ')),
      notes.length ? element('span', { class: 'small' }, notes.join(', ')) : '',
    );
    this.drawPager();
    this.heads = schema.map((column, place) => this.head(column, place));
    const numeric = schema.map(({ type }) => type === 'Integer' || type === 'Double');
    const head = element(
      'tr',
      {},
      element('th', { scope: 'col', class: 'num' }, '#'),
      ...this.heads.map((button) => element('th', { scope: 'col' }, button)),
    );
    const body = data.map((row, number) =>
      element(
        'tr',
        {},
        element('th', { scope: 'row', class: 'num muted' }, formatCount(number + 1)),
        ...row.map((value, place) => cellOf(value, numeric[place] === true, schema[place]?.type === 'DateTime')),
      ),
    );
    const table = element('table', { class: 'table' }, element('thead', {}, head), element('tbody', {}, ...body));
    const empty = rows
      ? null
      : element('p', { class: 'empty-text output-empty' }, t('The table has columns, but no rows.'));
    this.frame.replaceChildren(table, ...(empty ? [empty] : []));
    this.frame.scrollTo(0, 0);
  }

  private head(column: Column, place: number): HTMLButtonElement {
    const bars = barsOf(column);
    const svg = document.createElementNS(SVG, 'svg');
    svg.setAttribute('viewBox', `0 0 ${BARS.width} ${BARS.height}`);
    svg.setAttribute('class', column.top ? 'output-bars output-bars-ranked' : 'output-bars');
    svg.setAttribute('aria-hidden', 'true');
    const path = document.createElementNS(SVG, 'path');
    path.setAttribute('d', pathOf(bars, BARS.width, BARS.height));
    svg.append(path);
    const button = element(
      'button',
      { type: 'button', class: 'output-head', 'aria-pressed': 'false', title: column.name },
      element('span', { class: 'truncate' }, column.name),
      svg,
    );
    button.addEventListener('click', () => this.choose(place));
    return button;
  }

  private choose(place: number): void {
    for (const [other, button] of this.heads.entries()) button.setAttribute('aria-pressed', String(other === place));
    const column = this.shown.schema[place];
    if (column) this.column.show(column);
  }

  private drawPager(): void {
    const { columns, first_column: first, schema } = this.shown;
    if (schema.length === columns) return this.pager.replaceChildren();
    const turn = (label: string, to: number, isPossible: boolean): HTMLElement => {
      const button = element('button', { type: 'button', class: 'btn btn-sm', disabled: !isPossible }, label);
      button.addEventListener('click', () => void this.load(to, 0));
      return button;
    };
    const words = t('Columns {first} to {last}', {
      first: formatCount(first + 1),
      last: formatCount(first + schema.length),
    });
    this.pager.replaceChildren(
      element('span', { class: 'muted small' }, words),
      turn(t('Previous columns'), Math.max(0, first - PAGE), first > 0),
      turn(t('Next columns'), first + schema.length, first + schema.length < columns),
    );
  }

  private async find(name: string): Promise<void> {
    const place = this.shown.names.indexOf(name);
    if (place < 0) return;
    const { first_column: first, schema } = this.shown;
    const isHere = place >= first && place < first + schema.length;
    const page = isHere ? first : Math.floor(place / PAGE) * PAGE;
    if (!isHere && !(await this.load(page, place - page))) return;
    this.choose(place - page);
    this.heads[place - page]?.scrollIntoView({ block: 'nearest', inline: 'center' });
    this.finder.value = '';
  }

  /** Show the columns from `first` on; says whether they came. */
  private async load(first: number, chosen: number): Promise<boolean> {
    this.request.abort();
    const { signal } = (this.request = new AbortController());
    this.frame.setAttribute('aria-busy', 'true');
    try {
      this.shown = await this.remote.columns(first, signal);
      this.draw();
      this.choose(chosen);
      return true;
    } catch (error) {
      if (wasAborted(error)) return false;
      this.pager.append(element('span', { class: 'field-error', role: 'alert' }, wordsOf(error)));
      return false;
    } finally {
      this.frame.removeAttribute('aria-busy');
    }
  }
}

const PAGE = 100;

function cellOf(value: Cell, isNumeric: boolean, isTime: boolean): HTMLElement {
  if (value === null) {
    return element('td', { class: isNumeric ? 'num output-missing' : 'output-missing', title: t('missing') }, '–');
  }
  if (typeof value === 'number') return element('td', { class: 'num' }, shownValue(value));
  const text = isTime ? timeText(String(value)) : String(value);
  return element('td', { class: 'truncate', title: text.length > 40 && text }, text);
}
