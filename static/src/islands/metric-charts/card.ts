import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { toast } from '../../lib/toasts.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import type { ChartTheme } from '../shared/chart-theme.ts';
import { formatCount, formatValue } from '../shared/format.ts';
import { Plot, save } from '../shared/plot.ts';
import type { Chart } from './core/arrange.ts';
import { toCsv } from './core/csv.ts';
import { LiveSeries, type Axis, type Point } from './core/series.ts';
import { askedX, countNotPositive, shownX, tracesOf } from './core/traces.ts';
import type { DrawQueue } from './draw-queue.ts';
import { POINTS, type Remote } from './remote.ts';

/** What the reader chose for all charts. */
export interface Settings {
  axis: Axis;
  isLog: boolean;
  smoothing: number;
}

/** What cards share. */
export interface Surroundings {
  remote: Remote;
  queue: DrawQueue;
  settings: () => Settings;
  theme: () => ChartTheme;
  showLarge: (card: ChartCard) => void;
}

/** One chart: reads its series when it comes into view, draws them, takes news. */
export class ChartCard {
  readonly host: HTMLElement;
  /** Holds the drawing and its message; moves into a dialog for the full screen. */
  readonly body = element('div', { class: 'chart-body' });
  private readonly place = element('div', { class: 'chart-plot', role: 'img' });
  private readonly message = element('div', { class: 'chart-message', hidden: true });
  private readonly value = element('span', { class: 'chart-value' });
  private readonly unzoom = button('undo', t('Show everything again'), () => this.zoom(null));
  private readonly plot: Plot;
  private series: LiveSeries[] = [];
  private layout: Record<string, unknown> = {};
  private originMs = 0;
  private cursor = 0;
  private range: [number, number] | null = null;
  private isInView = false;
  private isDrawn = false;
  /** News that came while the series were being read; null when nothing is being read. */
  private held: [seq: number, points: Point[]][] | null = null;
  private request: AbortController | null = null;

  constructor(
    readonly chart: Chart,
    private readonly around: Surroundings,
  ) {
    this.unzoom.hidden = true;
    const actions = element(
      'div',
      { class: 'card-actions chart-actions' },
      this.unzoom,
      button('download', t('Download as PNG'), () => void this.savePng()),
      button('file', t('Download as CSV'), () => void this.saveCsv()),
      button('maximize', t('Full screen'), () => around.showLarge(this)),
    );
    const title = element('h3', { class: 'card-title truncate', title: chart.title }, chart.title);
    this.place.setAttribute('aria-label', chart.title);
    this.body.append(this.place, this.message);
    const header = element('div', { class: 'card-header' }, title, this.value, actions);
    this.host = element('article', { class: 'card chart-card', 'aria-label': chart.title }, header, this.body);
    this.plot = new Plot(this.place, (changed) => this.relayouted(changed));
  }

  destroy(): void {
    this.request?.abort();
    this.around.queue.remove(this);
    this.plot.destroy();
  }

  /** Charts out of view hold neither data nor drawing. */
  setInView(isInView: boolean): void {
    if (isInView === this.isInView) return;
    this.isInView = isInView;
    if (isInView) return void this.read();
    this.request?.abort();
    this.held = null;
    this.around.queue.remove(this);
    this.plot.clear();
    this.isDrawn = false;
    this.series = [];
  }

  /** Read the series anew: other axis, missed news, other part. */
  async read(): Promise<void> {
    if (!this.isInView) return;
    this.request?.abort();
    const request = (this.request = new AbortController());
    this.held = [];
    this.host.setAttribute('aria-busy', 'true');
    if (!this.isDrawn) this.say(element('span', { class: 'spinner', role: 'status', 'aria-label': t('Loading') }));
    try {
      const { axis, isLog } = this.around.settings();
      const { names } = this.chart;
      if (this.range) this.take(await this.around.remote.series(names, axis, this.range, request.signal));
      else {
        const page = await this.around.remote.chart(names, axis, isLog, request.signal);
        this.layout = page.figure.layout;
        this.take(page);
      }
    } catch (error) {
      if (wasAborted(error)) return;
      this.held = null;
      this.failed(error);
    }
    this.host.removeAttribute('aria-busy');
  }

  /** Take news: number `seq` of the feed, points of this chart's series. */
  append(seq: number, points: Point[]): void {
    if (!this.isInView) return;
    if (this.held) this.held.push([seq, points]);
    else if (this.add(seq, points)) this.around.queue.add(this);
  }

  /** Settings that need no reading, or the theme, have changed. */
  redraw(): void {
    if (this.series.length) this.around.queue.add(this, true);
  }

  draw(): void {
    const { axis, smoothing, isLog } = this.around.settings();
    const theme = this.around.theme();
    const traces = tracesOf(this.series, { axis, smoothing, isLog, theme });
    const left = isLog ? countNotPositive(this.series) : 0;
    const count = this.series.reduce((sum, one) => sum + one.x.length, 0);
    if (!count) this.say(element('span', { class: 'muted' }, t('No values here.')));
    else if (left) {
      this.note(t('{count} values of 0 or less cannot be shown on a logarithmic axis.', { count: formatCount(left) }));
    } else this.say(null);
    this.describe();
    this.isDrawn = true;
    void this.plot.draw(traces, this.wholeLayout(axis, isLog), theme);
  }

  private take(page: {
    cursor: number;
    origin_ms: number;
    series: ConstructorParameters<typeof LiveSeries>[0][];
  }): void {
    this.series = page.series.map((answer) => new LiveSeries(answer));
    this.cursor = page.cursor;
    this.originMs = page.origin_ms;
    const held = this.held ?? [];
    this.held = null;
    for (const [seq, points] of held) this.add(seq, points);
    this.around.queue.add(this, true);
  }

  /** Add points that are newer than what was read; says whether there were any to draw. */
  private add(seq: number, points: Point[]): boolean {
    if (seq <= this.cursor) return false;
    this.cursor = seq;
    // In a part that was chosen nothing new appears; the server knows the rest when it is asked.
    if (this.range) return false;
    const { axis } = this.around.settings();
    for (const point of points) this.series.find((one) => one.name === point[0])?.append(point, axis, this.originMs);
    if (this.series.some((one) => one.x.length > 2 * POINTS)) void this.read();
    return true;
  }

  private relayouted(changed: Record<string, unknown>): void {
    const { axis } = this.around.settings();
    const [from, to] = Array.isArray(changed['xaxis.range'])
      ? (changed['xaxis.range'] as unknown[])
      : [changed['xaxis.range[0]'], changed['xaxis.range[1]']];
    if (from !== undefined && to !== undefined) this.zoom([askedX(from, axis), askedX(to, axis)]);
    else if (changed['xaxis.autorange'] && this.range) this.zoom(null);
  }

  private zoom(range: [number, number] | null): void {
    this.range = range;
    this.unzoom.hidden = !range;
    void this.read();
  }

  /** Another axis: what was chosen on the one before means nothing on it. */
  forgetZoom(): void {
    this.range = null;
    this.unzoom.hidden = true;
  }

  private wholeLayout(axis: Axis, isLog: boolean): Record<string, unknown> {
    const { xaxis, yaxis } = this.layout;
    const hasLegend = this.series.length > 1;
    const range = this.range?.map((end) => shownX(end, axis));
    return {
      margin: { l: 52, r: 14, t: hasLegend ? 4 : 10, b: 34, pad: 0 },
      hovermode: 'x unified',
      dragmode: 'zoom',
      showlegend: hasLegend,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 10 } },
      xaxis: {
        ...(xaxis as object),
        title: undefined,
        ticksuffix: axis === 'relative' ? ' s' : '',
        type: axis === 'time' ? 'date' : 'linear',
        zeroline: false,
        hoverformat: { step: ',', relative: ',.2~f', time: undefined }[axis],
        ...(range ? { range, autorange: false } : { autorange: true }),
      },
      yaxis: {
        ...(yaxis as object),
        title: undefined,
        type: isLog ? 'log' : 'linear',
        exponentformat: 'e',
        fixedrange: true,
        autorange: true,
        zeroline: false,
      },
    };
  }

  private describe(): void {
    const [first] = this.series;
    const last = first?.last.at(-1);
    const single = this.series.length === 1 && last !== undefined;
    this.value.textContent = single ? formatValue(last) : '';
    const points = formatCount(this.series.reduce((sum, one) => sum + one.count, 0));
    const words = single
      ? t('{name}: {count} values, the last is {value}', {
          name: this.chart.title,
          count: points,
          value: formatValue(last),
        })
      : t('{name}: {count} values', { name: this.chart.title, count: points });
    this.place.setAttribute('aria-label', words);
  }

  private failed(error: unknown): void {
    const again = element('button', { type: 'button', class: 'btn btn-sm' }, t('Try again'));
    again.addEventListener('click', () => void this.read());
    this.say(element('span', { class: 'chart-failed', role: 'alert' }, wordsOf(error)), again);
  }

  private say(...content: (Node | null)[]): void {
    this.message.className = 'chart-message';
    this.message.replaceChildren(...content.filter((node) => node !== null));
    this.message.hidden = content[0] === null;
  }

  private note(text: string): void {
    this.say(element('span', {}, text));
    this.message.classList.add('is-note');
  }

  private get fileName(): string {
    return this.chart.title.replace(/[^\w.-]+/g, '_');
  }

  private async savePng(): Promise<void> {
    try {
      save(await this.plot.png(this.around.theme(), this.chart.title), `${this.fileName}.png`);
    } catch {
      toast({ level: 'error', text: t('The image could not be made.') });
    }
  }

  private async saveCsv(): Promise<void> {
    try {
      const { axis } = this.around.settings();
      const { series } = await this.around.remote.all(this.chart.names, axis, this.range);
      const url = URL.createObjectURL(new Blob([toCsv(series, axis)], { type: 'text/csv' }));
      save(url, `${this.fileName}.csv`);
      setTimeout(() => URL.revokeObjectURL(url), 10_000);
    } catch (error) {
      toast({ level: 'error', text: wordsOf(error) });
    }
  }
}

function button(name: string, label: string, run: () => void): HTMLButtonElement {
  const attributes = { type: 'button', class: 'btn btn-ghost btn-sm btn-icon', 'aria-label': label, title: label };
  const made = element('button', attributes, icon(name, 'icon-sm'));
  made.addEventListener('click', run);
  return made;
}
