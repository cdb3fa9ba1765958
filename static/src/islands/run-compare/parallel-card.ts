import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatValue } from '../shared/format.ts';
import { card, choice } from './cards.ts';
import { placeOf, valueAt, type Axis } from './core/axes.ts';
import { ParallelPlot } from './parallel.ts';
import type { CompareState } from './state.ts';

const USUAL_PARAMETERS = 6;
const USUAL_METRICS = 2;

/** Runs as lines over axes: which are shown, and what is chosen on them, by mouse or by numbers. */
export class ParallelCard {
  readonly host: HTMLElement;
  private readonly plot: ParallelPlot;
  private readonly ranges = element('div', { class: 'compare-ranges' });
  private readonly shown: Set<string>;
  private rangesOf = '';

  constructor(private readonly state: CompareState) {
    this.shown = new Set(usual(state.axes));
    this.plot = new ParallelPlot(state, () => this.axes());
    const columns = element('details', { class: 'compare-axes' }, element('summary', {}, t('Axes')), this.boxes());
    const numbers = element(
      'details',
      { class: 'compare-axes' },
      element('summary', {}, t('Choose by numbers')),
      this.ranges,
    );
    const hint = t('Drag along an axis to choose the runs that cross it there; click the axis to choose all again.');
    const body = element('p', { class: 'muted small compare-note' }, hint);
    this.host = card(t('Parallel coordinates'), [], body, this.plot.host, columns, numbers);
  }

  destroy(): void {
    this.plot.destroy();
  }

  draw(): void {
    this.plot.draw();
    this.drawRanges();
  }

  private axes(): Axis[] {
    const order = ['parameter', 'data', 'setting', 'tag', 'metric'];
    const rank = (axis: Axis): number => order.indexOf(axis.key.split(':', 1)[0] ?? '');
    return this.state.axes.filter((axis) => this.shown.has(axis.key)).sort((one, two) => rank(one) - rank(two));
  }

  private boxes(): HTMLElement {
    const boxes = this.state.axes.map((axis) => {
      const box = element('input', { type: 'checkbox', checked: this.shown.has(axis.key) });
      box.addEventListener('change', () => {
        if (box.checked) this.shown.add(axis.key);
        else this.shown.delete(axis.key);
        if (!box.checked && this.state.brushes.has(axis.key)) this.state.brush(axis.key, null);
        else this.draw();
      });
      return element('label', { class: 'compare-choice' }, box, element('span', { class: 'truncate' }, axis.name));
    });
    return element('div', { class: 'compare-boxes' }, ...boxes);
  }

  /** The fields for choosing without a mouse; made anew only when other axes are shown, so that nobody loses the focus. */
  private drawRanges(): void {
    const axes = this.axes();
    const now = axes.map((axis) => `${axis.key} ${this.state.brushes.get(axis.key)?.join(' ') ?? ''}`).join('\n');
    if (now === this.rangesOf || this.ranges.contains(document.activeElement)) return;
    this.rangesOf = now;
    this.ranges.replaceChildren(
      ...axes.map((axis) => (axis.range ? this.numbers(axis, axis.range) : this.texts(axis))),
    );
  }

  private numbers(axis: Axis, [low, high]: [number, number]): HTMLElement {
    const brush = this.state.brushes.get(axis.key) ?? [0, 1];
    const fields = [t('From'), t('To')].map((label, at) => {
      const value = Number(valueAt(axis, brush[at] ?? at).toPrecision(6));
      const attributes = { type: 'number', step: 'any', value, 'aria-label': `${axis.name}: ${label}` };
      return element('input', attributes);
    });
    const apply = (): void => {
      const [from, to] = fields.map((field) => placeOf(axis, Number(field.value))) as [number, number];
      const isAll = from <= 0 && to >= 1;
      this.state.brush(axis.key, isAll || from > to ? null : [from, to]);
    };
    for (const field of fields) field.addEventListener('change', apply);
    const title = t('{low} to {high}', { low: formatValue(low), high: formatValue(high) });
    return element(
      'div',
      { class: 'compare-range' },
      element('span', { class: 'truncate', title }, axis.name),
      ...fields,
    );
  }

  private texts(axis: Axis): HTMLElement {
    const brush = this.state.brushes.get(axis.key);
    const at = brush ? axis.marks.find((mark) => mark.place >= brush[0] && mark.place <= brush[1]) : undefined;
    const options = [['', t('All')], ...axis.marks.map((mark) => [String(mark.place), String(mark.text)])] as [
      string,
      string,
    ][];
    const select = choice(axis.name, options, at ? String(at.place) : '', (value) =>
      this.state.brush(axis.key, value === '' ? null : [Number(value), Number(value)]),
    );
    select.classList.add('compare-range');
    return select;
  }
}

function usual(axes: readonly Axis[]): string[] {
  const of = (kind: string): string[] => axes.flatMap((axis) => (axis.key.startsWith(`${kind}:`) ? [axis.key] : []));
  const parameters = [...of('parameter'), ...of('data'), ...of('setting')].slice(0, USUAL_PARAMETERS);
  return [...parameters, ...of('metric').slice(0, USUAL_METRICS)];
}
