import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { readTheme } from '../shared/chart-theme.ts';
import { csvText } from '../shared/csv.ts';
import { formatCount, formatValue } from '../shared/format.ts';
import { save } from '../shared/plot.ts';
import { card, choice } from './cards.ts';
import { bestOf, type Cell, type ComparedRun, type Kind, type Line, type Summary } from './core/compared.ts';
import type { CompareState } from './state.ts';

const MOST_COLUMNS = 60;

/** Everything of the chosen runs as a table: a column for each run. */
export class CompareTable {
  readonly host: HTMLElement;
  private readonly table = element('table', { class: 'table compare-table' });
  private readonly note = element('p', { class: 'muted small compare-note' });
  private readonly count = element('span', { class: 'muted', role: 'status' });
  private readonly all = element('button', { type: 'button', class: 'btn btn-sm' }, t('Choose all again'));
  private readonly field: HTMLInputElement;
  private onlyDifferences: boolean;

  constructor(private readonly state: CompareState) {
    this.onlyDifferences = state.lines.some((line) => line.differs);
    this.field = element('input', { type: 'search', placeholder: t('Filter names'), 'aria-label': t('Filter names') });
    this.field.addEventListener('input', () => this.draw());
    this.all.addEventListener('click', () => state.clear());
    const csv = element('button', { type: 'button', class: 'btn btn-sm' }, icon('download', 'icon-sm'), 'CSV');
    csv.addEventListener('click', () => this.download());
    const summaries = [
      ['last', t('Last value')],
      ['min', t('Least value')],
      ['max', t('Largest value')],
    ] as const;
    const metrics = choice(t('Metrics'), summaries, state.summary, (value) => state.showSummary(value as Summary));
    const tools = [
      this.count,
      this.all,
      element('div', { class: 'list-search' }, icon('search', 'icon-sm'), this.field),
    ];
    const frame = element('div', { class: 'table-frame compare-frame' }, this.table);
    this.host = card(t('Values'), [...tools, this.differences(), metrics, csv], frame, this.note);
  }

  destroy(): void {
    this.table.replaceChildren();
  }

  draw(): void {
    const { compared, places } = this.state;
    const shown = places.slice(0, MOST_COLUMNS);
    const values = { chosen: formatCount(places.length), count: formatCount(compared.runs.length) };
    this.count.textContent = t('{chosen} of {count} runs', values);
    this.all.hidden = places.length === compared.runs.length;
    const lines = this.lines();
    const groups = kinds().flatMap(([kind, title]) =>
      this.group(
        title,
        lines.filter((line) => line.kind === kind),
        shown,
      ),
    );
    this.table.replaceChildren(this.head(shown), ...groups);
    this.note.textContent = this.notes(places.length, lines.length);
    this.note.hidden = !this.note.textContent;
  }

  private lines(): Line[] {
    const wanted = this.field.value.trim().toLowerCase();
    const named = this.state.lines.filter((line) => line.name.toLowerCase().includes(wanted));
    return this.onlyDifferences ? named.filter((line) => line.differs) : named;
  }

  private notes(count: number, lines: number): string {
    const notes = [];
    if (count > MOST_COLUMNS) {
      const most = formatCount(MOST_COLUMNS);
      notes.push(t('The first {most} of the chosen runs. Choose others by what they have in common, below.', { most }));
    }
    const left = Object.values(this.state.compared.left_out).reduce((sum, one) => sum + one, 0);
    if (left) notes.push(t('{count} further names, which the fewest runs have, are left out.', { count: left }));
    if (!lines) notes.push(this.onlyDifferences ? t('The runs do not differ in this.') : t('Nothing has such a name.'));
    return notes.join(' ');
  }

  private differences(): HTMLElement {
    const box = element('input', { type: 'checkbox', checked: this.onlyDifferences });
    box.addEventListener('change', () => {
      this.onlyDifferences = box.checked;
      this.draw();
    });
    return element('label', { class: 'compare-choice' }, box, element('span', {}, t('Only differences')));
  }

  private head(places: readonly number[]): HTMLElement {
    const { series } = readTheme();
    const cells = places.map((place) => {
      const run = this.state.compared.runs[place] as ComparedRun;
      const dot = element('span', { class: 'compare-dot', 'aria-hidden': 'true' });
      dot.style.background = series[place % series.length] ?? '';
      const link = element('a', { href: run.url, class: 'table-title', title: run.title }, run.title);
      const below = element('div', { class: 'muted small' }, `${run.experiment} · ${run.status_label}`);
      return element('th', { scope: 'col' }, element('div', { class: 'truncate' }, dot, link), below);
    });
    return element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, t('Run')), ...cells));
  }

  private group(title: string, lines: readonly Line[], places: readonly number[]): HTMLElement[] {
    if (!lines.length) return [];
    const head = element('th', { scope: 'rowgroup', colspan: places.length + 1, class: 'compare-group' }, title);
    const rows = lines.map((line) => {
      const kept = line.values.map((value, place) => (this.state.kept[place] ? value : null));
      const best = line.kind === 'metric' ? bestOf(line.name, kept) : null;
      const name = element('th', { scope: 'row', title: line.name }, line.name);
      return element('tr', {}, name, ...places.map((place) => cell(line.values[place] ?? null, place === best)));
    });
    return [element('tbody', {}, element('tr', {}, head), ...rows)];
  }

  private download(): void {
    const { compared, places } = this.state;
    const runs = places.map((place) => compared.runs[place] as ComparedRun);
    const rows = this.lines().map((line) => [
      line.kind,
      line.name,
      ...places.map((place) => line.values[place] ?? null),
    ]);
    const text = csvText([['kind', 'name', ...runs.map((run) => run.name)], ...rows]);
    const url = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
    save(url, 'runs.csv');
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }
}

function kinds(): [Kind, string][] {
  return [
    ['metric', t('Metrics')],
    ['parameter', t('Parameters')],
    ['data', t('Data')],
    ['setting', t('Settings')],
    ['tag', t('Tags')],
  ];
}

function cell(value: Cell, isBest: boolean): HTMLElement {
  const text = value === null ? '–' : typeof value === 'number' ? formatValue(value) : String(value);
  const attributes = { class: typeof value === 'number' ? 'num' : 'truncate', title: text };
  const best = isBest && element('span', { class: 'tag' }, t('best'));
  return element('td', attributes, text, best && ' ', best);
}
