import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatCount, formatValue } from '../shared/format.ts';
import { Chart, chartWords, type Figures } from './chart.ts';
import { curvesFigure } from './core/figures.ts';
import { countsAt, markOn, placeOf, ratesOf, type Curve } from './core/threshold.ts';
import { metricsOf } from './evaluation.ts';
import { card, choice, tableOf } from './parts.ts';
import type { Evaluated } from './remote.ts';

const USUAL = 0.5;
const ROWS_AS_TABLE = 20;
const MOVED = ['accuracy', 'precision', 'recall', 'f1'] as const;

/** Two-class models: curves, and what a threshold that can be moved makes of them. */
export class BinaryView {
  readonly host: HTMLElement;
  private readonly chart = new Chart();
  private readonly thresholds: number[];
  private readonly slider = element('input', { type: 'range', min: 0, step: 1 });
  private readonly value = element('output', { class: 'mono' });
  private readonly moved = element('div', { 'aria-live': 'polite' });
  private readonly matrices = element('div', { class: 'output-matrices' });
  private curve: Curve = 'roc';

  constructor(private readonly models: readonly Evaluated[]) {
    this.thresholds = models[0]?.thresholds ?? [];
    this.slider.max = String(Math.max(0, this.thresholds.length - 1));
    this.slider.value = String(placeOf(this.thresholds, USUAL));
    this.slider.addEventListener('input', () => this.draw());
    const curves = choice<Curve>(
      t('Curve'),
      [
        ['roc', t('ROC')],
        ['precision_recall', t('Precision and recall')],
        ['lift', t('Lift')],
      ],
      'roc',
      (curve) => {
        this.curve = curve;
        this.drawCurve();
      },
    );
    const threshold = element(
      'label',
      { class: 'field output-threshold' },
      element('span', {}, t('Threshold'), ' ', this.value),
      this.slider,
    );
    const classes = models.map(({ positive, negative }) =>
      t('positive: {positive}, negative: {negative}', { positive: positive ?? '', negative: negative ?? '' }),
    );
    this.host = element(
      'div',
      { class: 'grid-2' },
      card(t('Curves'), '', curves, this.chart.host, metricsOf(models, MOVED)),
      card(t('At a threshold'), [...new Set(classes)].join('; '), threshold, this.moved, this.matrices),
    );
    this.draw();
  }

  destroy(): void {
    this.chart.destroy();
  }

  private get place(): number {
    return Number(this.slider.value);
  }

  private draw(): void {
    const { models, place } = this;
    const shown = formatValue(this.thresholds[place] ?? USUAL);
    this.value.textContent = shown;
    this.slider.setAttribute('aria-valuetext', shown);
    const rates = models.map((model) => ratesOf(countsAt(model, place)));
    const titles = { accuracy: t('Accuracy'), precision: t('Precision'), recall: t('Recall'), f1: t('F1 score') };
    this.moved.replaceChildren(
      tableOf({
        head: [t('Figure'), ...(models.length > 1 ? models.map(({ name }) => name) : [t('Value')])],
        rows: MOVED.map((name) => [titles[name], ...rates.map((rate) => rate[name])]),
      }),
    );
    this.matrices.replaceChildren(...models.map((model) => matrixOf(model, place, models.length > 1)));
    this.drawCurve();
  }

  private drawCurve(): void {
    const { curve, models, place } = this;
    const axes = {
      roc: { x: t('False positive rate'), y: t('True positive rate'), hasDiagonal: true, title: t('ROC') },
      precision_recall: { x: t('Recall'), y: t('Precision'), hasDiagonal: false, title: t('Precision and recall') },
      lift: { x: t('Share of the rows said to be positive'), y: t('Lift'), hasDiagonal: false, title: t('Lift') },
    }[curve];
    const shown = models.map((model) => ({
      name: model.name,
      points: model[curve] ?? [],
      mark: markOn(curve, countsAt(model, place)),
    }));
    this.chart.show(curvesFigure(shown, axes, chartWords()), axes.title, figuresOf(shown, axes));
  }
}

function figuresOf(
  models: readonly { name: string; points: readonly [number, number][] }[],
  axes: { x: string; y: string },
): Figures {
  const isNamed = models.length > 1;
  const rows = models.flatMap(({ name, points }) => {
    const step = Math.max(1, Math.ceil(points.length / ROWS_AS_TABLE));
    const some = points.filter((_, place) => place % step === 0 || place === points.length - 1);
    return some.map(([x, y]) => (isNamed ? [name, x, y] : [x, y]));
  });
  return { head: [...(isNamed ? [t('Model')] : []), axes.x, axes.y], rows };
}

function matrixOf(model: Evaluated, place: number, isNamed: boolean): HTMLElement {
  const { truePositive, falsePositive, trueNegative, falseNegative } = countsAt(model, place);
  const { positive = '', negative = '' } = model;
  const cell = (count: number, isRight: boolean, words: string): HTMLElement =>
    element(
      'td',
      { class: isRight ? 'is-right' : 'is-wrong' },
      element('strong', {}, formatCount(count)),
      element('span', { class: 'small muted' }, words),
    );
  const head = (text: string, scope: string): HTMLElement =>
    element('th', { scope, class: 'truncate', title: text }, text);
  const table = element(
    'table',
    { class: 'output-confusion' },
    element('caption', { class: isNamed ? 'small' : 'visually-hidden' }, isNamed ? model.name : t('Confusion matrix')),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('td', {}),
        head(t('said to be {kind}', { kind: positive }), 'col'),
        head(t('said to be {kind}', { kind: negative }), 'col'),
      ),
    ),
    element(
      'tbody',
      {},
      element(
        'tr',
        {},
        head(t('is {kind}', { kind: positive }), 'row'),
        cell(truePositive, true, t('true positive')),
        cell(falseNegative, false, t('false negative')),
      ),
      element(
        'tr',
        {},
        head(t('is {kind}', { kind: negative }), 'row'),
        cell(falsePositive, false, t('false positive')),
        cell(trueNegative, true, t('true negative')),
      ),
    ),
  );
  return table;
}
