import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { address, getJson, wasAborted, wordsOf } from '../shared/api.ts';
import { readTheme } from '../shared/chart-theme.ts';
import { formatCount } from '../shared/format.ts';
import { Plot } from '../shared/plot.ts';
import { card, choice } from './cards.ts';
import type { CompareState } from './state.ts';

/** Beyond so many, lines hide one another. */
const MOST_LINES = 100;

interface RunSeries {
  run: string;
  x: number[];
  last: (number | string)[];
}

/** One metric of the chosen runs over steps or time, in one chart. */
export class MetricLines {
  readonly host: HTMLElement;
  private readonly place = element('div', { class: 'chart-plot', role: 'img' });
  private readonly note = element('p', { class: 'muted small compare-note', role: 'status' });
  private readonly body = element('div', { class: 'chart-body compare-plot' }, this.place);
  private readonly plot = new Plot(this.place);
  private metric: string;
  private axis = 'step';
  private series: Map<string, RunSeries> | null = null;
  private asked = 0;

  constructor(
    private readonly state: CompareState,
    private readonly api: string,
    private readonly ended: AbortSignal,
  ) {
    const names = state.compared.metrics.map((row) => row.name);
    this.metric = names[0] ?? '';
    const axes = [
      ['step', t('Step')],
      ['relative', t('Relative time')],
      ['time', t('Time')],
    ] as const;
    const tools = [
      choice(
        t('Metric'),
        names.map((name) => [name, name] as const),
        this.metric,
        (value) => this.load(value, this.axis),
      ),
      choice(t('Horizontal axis'), axes, this.axis, (value) => this.load(this.metric, value)),
    ];
    this.host = card(t('Metric over time'), names.length ? tools : [], this.body, this.note);
    if (names.length) this.load(this.metric, this.axis);
    else this.note.textContent = t('None of these runs has logged a metric.');
    this.body.hidden = !names.length;
  }

  destroy(): void {
    this.plot.destroy();
  }

  draw(): void {
    if (!this.series) return;
    const { runs } = this.state.compared;
    const theme = readTheme();
    const found = this.state.places.flatMap((place) => {
      const series = this.series?.get(runs[place]?.id ?? '');
      return series ? [{ place, series }] : [];
    });
    const shown = found.slice(0, MOST_LINES);
    const isTime = this.axis === 'time';
    const traces = shown.map(({ place, series }) => ({
      type: 'scatter',
      mode: series.x.length === 1 ? 'markers' : 'lines',
      name: runs[place]?.title ?? '',
      x: isTime ? series.x.map((ms) => new Date(ms)) : series.x,
      y: series.last.map((value) => (typeof value === 'number' ? value : null)),
      line: { width: 1.5, color: theme.series[place % theme.series.length] },
      marker: { color: theme.series[place % theme.series.length] },
    }));
    const title = { step: t('Step'), relative: t('Seconds since the start'), time: '' }[this.axis];
    const layout = {
      xaxis: { title: { text: title } },
      yaxis: { title: { text: this.metric } },
      margin: { t: 10, r: 10, b: 40 },
    };
    this.place.setAttribute('aria-label', t('{metric} of {count} runs', { metric: this.metric, count: shown.length }));
    void this.plot.draw(traces, { ...layout, showlegend: false, hovermode: 'closest' }, theme);
    const more = found.length > MOST_LINES;
    const words = { most: formatCount(MOST_LINES), count: formatCount(found.length) };
    this.note.textContent = more ? t('The first {most} of {count} runs that have this metric.', words) : '';
  }

  private load(metric: string, axis: string): void {
    [this.metric, this.axis] = [metric, axis];
    const asked = (this.asked += 1);
    getJson<{ series: RunSeries[] }>(address(this.api, 'series/', { name: metric, x: axis }), this.ended).then(
      (answer) => {
        if (asked !== this.asked) return;
        this.series = new Map(answer.series.map((one) => [one.run, one]));
        this.draw();
      },
      (error: unknown) => {
        if (!wasAborted(error)) this.note.textContent = wordsOf(error);
      },
    );
  }
}
