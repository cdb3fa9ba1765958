import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { formatCount, formatValue } from '../shared/format.ts';
import { Chart, chartWords, type Figures } from './chart.ts';
import { boxFigure, histogramFigure, scatterFigure, topFigure } from './core/figures.ts';
import { choice, factsOf, rowsWord, tick, timeText } from './parts.ts';
import type { Column, Remote, Scatter, Table } from './remote.ts';

type View = 'histogram' | 'box' | 'scatter';
const ASSIGNMENTS = 'Assignments';

/** What is known of one column of a table: statistics, and a chart. */
export class ColumnView {
  readonly host = element('aside', { class: 'card output-column', 'aria-live': 'polite' });
  private readonly chart = new Chart('output-chart-small');
  private readonly tools = element('div', { class: 'stack stack-tight' });
  private view: View = 'histogram';
  private isLog = false;
  private isLogCount = false;
  private other = '';
  private by: string;
  private shown: Column | null = null;
  private request = new AbortController();

  constructor(
    private readonly table: Table,
    private readonly remote: Remote,
  ) {
    const assigned = table.schema.find(({ name, role }) => name === ASSIGNMENTS && role === 'score');
    this.by = assigned?.name ?? '';
  }

  destroy(): void {
    this.request.abort();
    this.chart.destroy();
  }

  show(column: Column): void {
    this.shown = column;
    if (this.view === 'box' && !column.box) this.view = 'histogram';
    const header = element(
      'div',
      { class: 'card-header' },
      element('h2', { class: 'card-title truncate', title: column.name }, column.name),
    );
    const body = element(
      'div',
      { class: 'card-body stack' },
      factsOf(this.facts(column)),
      this.views(column),
      this.tools,
      this.chart.host,
    );
    this.host.replaceChildren(header, body);
    this.draw();
  }

  private facts(column: Column): [string, string][] {
    const value = (given: number | string | null | undefined): string => {
      if (given === null || given === undefined) return '–';
      return typeof given === 'number' ? formatValue(given) : timeText(given);
    };
    const shown: [string, string][] = [
      [t('Feature type'), featureType(column)],
      [t('Unique values'), formatCount(column.unique)],
      [t('Missing values'), this.missing(column)],
    ];
    if (column.mean !== undefined) shown.push([t('Mean'), value(column.mean)]);
    if (column.median !== undefined) shown.push([t('Median'), value(column.median)]);
    if (column.min !== undefined) shown.push([t('Min'), value(column.min)], [t('Max'), value(column.max)]);
    if (column.std !== undefined) shown.push([t('Standard deviation'), value(column.std)]);
    const [first] = column.top ?? [];
    if (first) shown.push([t('Most frequent'), `${first[0]} (${formatCount(first[1])})`]);
    return shown;
  }

  private missing({ missing }: Column): string {
    const all = this.table.described_rows;
    if (!missing || !all) return formatCount(missing);
    const share = (100 * missing) / all;
    return `${formatCount(missing)} (${share < 0.1 ? '< 0.1' : share.toFixed(1)} %)`;
  }

  private views(column: Column): HTMLElement | null {
    const hasScatter = this.table.rows > 0 && this.table.columns > 1;
    const options: [View, string][] = [['histogram', column.top ? t('Most frequent') : t('Histogram')]];
    if (column.box) options.push(['box', t('Box plot')]);
    if (hasScatter) options.push(['scatter', t('Scatter plot')]);
    return choice(t('Chart'), options, this.view, (view) => {
      this.view = view;
      this.draw();
    });
  }

  private draw(): void {
    this.request.abort();
    const column = this.shown;
    if (!column) return;
    this.tools.replaceChildren(...this.toolsFor(column));
    if (this.view === 'scatter') return void this.drawScatter(column);
    const words = chartWords();
    if (this.view === 'box') {
      const figure = boxFigure(column, this.isLog && Boolean(column.log_histogram));
      if (figure) this.chart.show(figure, t('Box plot of {name}', { name: column.name }), boxRows(column));
    } else if (column.top) {
      const figures = { head: [t('Value'), t('Rows')], rows: column.top };
      this.chart.show(
        topFigure(column, this.isLogCount, words),
        t('Most frequent values of {name}', { name: column.name }),
        figures,
      );
    } else if (column.histogram) {
      const figure = histogramFigure(column, this.isLog && Boolean(column.log_histogram), this.isLogCount, words);
      this.chart.show(figure, t('Histogram of {name}', { name: column.name }), histogramRows(column));
    } else {
      this.chart.say(
        element(
          'span',
          { class: 'muted' },
          column.missing && !column.unique ? t('All values are missing.') : t('There is nothing to draw.'),
        ),
      );
    }
  }

  private toolsFor(column: Column): HTMLElement[] {
    if (this.view === 'scatter') {
      return [
        this.picker(t('Compare with'), this.other, (name) => (this.other = name)),
        this.picker(t('Colour by'), this.by, (name) => (this.by = name)),
      ];
    }
    const made: HTMLElement[] = [];
    if (column.log_histogram) {
      made.push(tick(t('Logarithmic values'), this.isLog, (isOn) => this.redraw(() => (this.isLog = isOn))));
    }
    if (this.view === 'histogram' && (column.top ?? column.histogram)) {
      made.push(tick(t('Logarithmic counts'), this.isLogCount, (isOn) => this.redraw(() => (this.isLogCount = isOn))));
    }
    return made.length ? [element('div', { class: 'cluster' }, ...made)] : [];
  }

  private redraw(change: () => void): void {
    change();
    this.draw();
  }

  private picker(label: string, value: string, choose: (name: string) => void): HTMLElement {
    const input = element('input', { type: 'search', list: 'output-columns', value, autocomplete: 'off' });
    input.addEventListener('change', () => {
      if (input.value && !this.table.names.includes(input.value)) return;
      choose(input.value);
      if (this.shown) void this.drawScatter(this.shown);
    });
    return element('label', { class: 'field output-picker' }, element('span', {}, label), input);
  }

  private async drawScatter(column: Column): Promise<void> {
    this.request.abort();
    const { signal } = (this.request = new AbortController());
    if (!this.other) {
      this.chart.say(element('span', { class: 'muted' }, t('Choose the column to compare with.')));
      return;
    }
    const { other, by } = this;
    this.chart.say(element('span', { class: 'spinner', role: 'status', 'aria-label': t('Loading') }));
    try {
      const found = await this.remote.scatter(column.name, other, by, signal);
      if (!found.x.points.length) {
        this.chart.say(element('span', { class: 'muted' }, t('No row has a value in both columns.')));
        return;
      }
      const name = t('{x} against {y}: {count}', { x: other, y: column.name, count: rowsWord(found.rows) });
      this.chart.show(
        scatterFigure(column.name, other, found, chartWords()),
        name,
        scatterRows(column.name, other, found),
      );
    } catch (error) {
      if (!wasAborted(error)) this.chart.say(element('span', { class: 'chart-failed', role: 'alert' }, wordsOf(error)));
    }
  }
}

/** "Numeric feature" and the like: what kind of values it holds, and what for. */
export function featureType({ type, categorical, role }: Column): string {
  const kinds: Record<string, string> = {
    Integer: t('Whole numbers'),
    Double: t('Numbers'),
    String: t('Texts'),
    Boolean: t('Yes or no'),
    DateTime: t('Times'),
  };
  const roles: Record<string, string> = { label: t('label'), score: t('score'), feature: t('feature') };
  return [kinds[type] ?? type, categorical ? t('categorical') : '', roles[role] ?? ''].filter(Boolean).join(', ');
}

function histogramRows({ histogram, min }: Column): Figures {
  const { counts, edges } = histogram ?? { counts: [], edges: [] };
  const words = (value: number | undefined): string => {
    if (value === undefined) return '';
    return typeof min === 'string'
      ? new Date(value * 1000).toISOString().slice(0, 19).replace('T', ' ')
      : formatValue(value);
  };
  return {
    head: [t('From'), t('To'), t('Rows')],
    rows: counts.map((count, place) => [words(edges[place]), words(edges[place + 1]), count]),
  };
}

function boxRows({ box, min, max }: Column): Figures | null {
  if (!box || typeof min !== 'number' || typeof max !== 'number') return null;
  return {
    head: [t('Quantile'), t('Value')],
    rows: [
      [t('Min'), min],
      ['25 %', box.first],
      [t('Median'), box.median],
      ['75 %', box.third],
      [t('Max'), max],
    ],
  };
}

const MOST_POINTS_AS_TABLE = 100;

function scatterRows(x: string, y: string, found: Scatter): Figures {
  const words = (axis: Scatter['x'], place: number): string | number | null => {
    const point = axis.points[place] ?? null;
    return axis.kind === 'text' && typeof point === 'number' ? (axis.values?.[point] ?? '') : point;
  };
  const places = found.x.points.slice(0, MOST_POINTS_AS_TABLE).map((_, place) => place);
  return { head: [x, y], rows: places.map((place) => [words(found.x, place), words(found.y, place)]) };
}
