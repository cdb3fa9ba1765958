import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { readTheme } from '../shared/chart-theme.ts';
import { formatValue } from '../shared/format.ts';
import { Plot } from '../shared/plot.ts';
import { card, choice } from './cards.ts';
import { keyOf } from './core/axes.ts';
import { isNumeric, numberOf, type Cell, type Line } from './core/compared.ts';
import { importances, type Importance } from './core/importance.ts';
import type { CompareState } from './state.ts';

const MOST_SHOWN = 12;

/** Two things of each chosen run as a point, or as boxes where one is a text; beside it what goes along with a metric. */
export class ScatterCard {
  readonly host: HTMLElement;
  private readonly place = element('div', { class: 'chart-plot', role: 'img' });
  private readonly side = element('div', { class: 'compare-importance' });
  private readonly body = element('div', { class: 'chart-body compare-plot' }, this.place);
  private readonly plot = new Plot(this.place);
  private x: string;
  private y: string;

  constructor(private readonly state: CompareState) {
    const keys = state.axes.map((axis) => axis.key);
    const metric = keys.find((key) => key.startsWith('metric:')) ?? keys[0] ?? '';
    this.y = metric;
    const strongest = this.ranked(this.line(metric))[0];
    const other = strongest ? `parameter:${strongest.name}` : keys.find((key) => key !== metric);
    this.x = other !== undefined && keys.includes(other) ? other : metric;
    const options = state.axes.map((axis) => [axis.key, axis.name] as const);
    const tools = [
      choice(t('Horizontal axis'), options, this.x, (value) => {
        this.x = value;
        this.draw();
      }),
      choice(t('Vertical axis'), options, this.y, (value) => {
        this.y = value;
        this.draw();
      }),
    ];
    const body = element('div', { class: 'compare-scatter' }, this.body, this.side);
    this.host = card(t('What goes along with what'), tools, body);
  }

  destroy(): void {
    this.plot.destroy();
  }

  draw(): void {
    const [x, y] = [this.line(this.x), this.line(this.y)];
    if (!x || !y) return;
    const { places, compared } = this.state;
    const theme = readTheme();
    const at = (line: Line): Cell[] => places.map((place) => line.values[place] ?? null);
    const isBox = !isNumeric(x.values) && isNumeric(y.values);
    const trace = {
      ...(isBox ? { type: 'box', boxpoints: 'all', jitter: 0.4, pointpos: 0 } : { type: 'scatter', mode: 'markers' }),
      x: isNumeric(x.values) ? at(x).map(numberOf) : at(x),
      y: isNumeric(y.values) ? at(y).map(numberOf) : at(y),
      text: places.map((place) => compared.runs[place]?.title ?? ''),
      marker: { size: 7, opacity: 0.75, color: theme.series[0] },
      line: { width: 1, color: theme.series[0] },
    };
    const isLog = this.state.axes.find((axis) => axis.key === this.x)?.isLog;
    const layout = {
      xaxis: { title: { text: x.name }, type: isLog ? 'log' : undefined },
      yaxis: { title: { text: y.name } },
      margin: { t: 10, r: 10, b: 40 },
    };
    const words = t('{y} over {x} of {count} runs', { x: x.name, y: y.name, count: places.length });
    this.place.setAttribute('aria-label', words);
    void this.plot.draw([trace], { ...layout, showlegend: false, hovermode: 'closest' }, theme);
    this.rank(y);
  }

  private line(key: string): Line | undefined {
    return this.state.lines.find((line) => keyOf(line) === key);
  }

  /** Which parameters go along with something, among the chosen runs. */
  private ranked(measured: Line | undefined): Importance[] {
    if (!measured || !isNumeric(measured.values)) return [];
    const part = (line: Line): Line => ({
      ...line,
      values: this.state.places.map((place) => line.values[place] ?? null),
    });
    const parameters = this.state.lines.filter((line) => line.kind === 'parameter' && line.name !== measured.name);
    return importances(parameters.map(part), part(measured));
  }

  private rank(measured: Line): void {
    const found = this.ranked(measured);
    const rows = found.slice(0, MOST_SHOWN).map((one) => {
      const sign = one.direction > 0 ? '↑' : one.direction < 0 ? '↓' : '';
      const meter = element('meter', { min: 0, max: 1, value: one.strength, 'aria-label': one.name });
      const name = element('td', { class: 'truncate', title: one.name }, one.name);
      return element(
        'tr',
        {},
        name,
        element('td', {}, meter),
        element('td', { class: 'num' }, `${formatValue(Math.round(one.strength * 100) / 100)} ${sign}`),
      );
    });
    const title = t('Parameters that go along with {name}', { name: measured.name });
    const lead = t('Rank correlation of the chosen runs, from 0 to 1. A link is no cause.');
    const none = t('Too few runs, or no parameter that differs.');
    this.side.replaceChildren(
      element('h3', { class: 'compare-heading' }, title),
      element('p', { class: 'muted small' }, rows.length ? lead : none),
      ...(rows.length ? [element('table', { class: 'table' }, element('tbody', {}, ...rows))] : []),
    );
  }
}
