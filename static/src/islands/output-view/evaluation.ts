import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { BinaryView } from './binary.ts';
import { Chart, chartWords } from './chart.ts';
import { mistakes, sharesOfRows } from './core/confusion.ts';
import { errorsFigure, heatFigure, predictionsFigure } from './core/figures.ts';
import { titleOf } from './core/sections.ts';
import { card, choice, tableOf, type Text } from './parts.ts';
import type { Evaluated, Table } from './remote.ts';

const MOST_CLASSES_IN_TABLE = 20;
const MOST_MISTAKES = 20;

/** Figures and charts of an evaluation, of one model or of two side by side. */
export class EvaluationView {
  readonly host = element('div', { class: 'stack' });
  private readonly parts: { destroy: () => void }[] = [];

  constructor({ task, models }: NonNullable<Table['evaluation']>) {
    if (models.every(({ thresholds }) => thresholds)) {
      const binary = new BinaryView(models);
      this.parts.push(binary);
      this.host.append(binary.host);
    } else {
      this.host.append(card(t('Figures'), '', metricsOf(models)));
    }
    const [first] = models;
    if (first?.predictions) this.host.append(this.regression(models));
    if (first?.confusion) this.host.append(this.confusions(models));
    if (task === 'clustering') this.host.append(...models.map(clustersOf));
  }

  destroy(): void {
    for (const part of this.parts) part.destroy();
  }

  private regression(models: readonly Evaluated[]): HTMLElement {
    const [errors, points] = [new Chart(), new Chart()];
    this.parts.push(errors, points);
    const title = t('Predicted minus actual');
    const rows = models.flatMap(({ name, error_histogram: histogram }) =>
      (histogram?.counts ?? []).map((count, place): Text[] => [
        ...(models.length > 1 ? [name] : []),
        histogram?.edges[place] ?? null,
        histogram?.edges[place + 1] ?? null,
        count,
      ]),
    );
    const head = [...(models.length > 1 ? [t('Model')] : []), t('From'), t('To'), t('Rows')];
    errors.show(errorsFigure(models, title, chartWords()), t('Histogram of the errors'), { head, rows });
    const draw = (isResidual: boolean): void =>
      points.show(
        predictionsFigure(models, isResidual, isResidual ? title : t('Predicted'), chartWords()),
        isResidual ? t('Residuals') : t('Predicted against actual'),
        null,
      );
    draw(false);
    const views = choice(
      t('Chart'),
      [
        ['predicted', t('Predicted against actual')],
        ['residuals', t('Residuals')],
      ],
      'predicted',
      (view) => draw(view === 'residuals'),
    );
    return element(
      'div',
      { class: 'grid-2' },
      card(t('Errors'), '', errors.host),
      card(t('Predictions'), '', views, points.host),
    );
  }

  private confusions(models: readonly Evaluated[]): HTMLElement {
    const cards = models.map((model) => {
      const classes = model.classes ?? [];
      const matrix = model.confusion ?? [];
      const title = models.length > 1 ? t('Confusion matrix: {name}', { name: model.name }) : t('Confusion matrix');
      if (classes.length <= MOST_CLASSES_IN_TABLE)
        return card(title, t('rows: actual, columns: predicted'), matrixOf(classes, matrix));
      const chart = new Chart('output-chart-tall');
      this.parts.push(chart);
      chart.show(heatFigure(classes, sharesOfRows(matrix), chartWords()), title, null);
      return card(title, t('shares of each actual class'), chart.host, mistakesOf(classes, matrix));
    });
    return element('div', { class: models.length > 1 ? 'grid-2' : 'stack' }, ...cards);
  }
}

/** The figures of models, a column for each. */
export function metricsOf(models: readonly Evaluated[], leaveOut: readonly string[] = []): HTMLElement {
  const names = [...new Set(models.flatMap(({ metrics }) => Object.keys(metrics)))].filter(
    (name) => !leaveOut.includes(name),
  );
  return tableOf({
    head: [t('Figure'), ...(models.length > 1 ? models.map(({ name }) => name) : [t('Value')])],
    rows: names.map((name) => [metricTitle(name), ...models.map(({ metrics }) => metrics[name] ?? null)]),
  });
}

/** What a figure is called. */
export function metricTitle(name: string): string {
  const known: Record<string, string> = {
    mean_absolute_error: t('Mean absolute error'),
    root_mean_squared_error: t('Root mean squared error'),
    relative_absolute_error: t('Relative absolute error'),
    relative_squared_error: t('Relative squared error'),
    coefficient_of_determination: t('Coefficient of determination (R²)'),
    average_quantile_loss: t('Average quantile loss'),
    accuracy: t('Accuracy'),
    accuracy_macro: t('Average accuracy of the classes'),
    precision: t('Precision'),
    recall: t('Recall'),
    f1: t('F1 score'),
    auc: t('Area under the ROC curve'),
    log_loss: t('Average log loss'),
    average_distance_to_other_center: t('Average distance to the other center'),
    average_distance_to_cluster_center: t('Average distance to the cluster center'),
    number_of_points: t('Number of points'),
    maximal_distance_to_cluster_center: t('Maximal distance to the cluster center'),
  };
  return known[name] ?? titleOf(name);
}

/** A confusion matrix as a table, its cells the darker the larger their share of the row. */
function matrixOf(classes: readonly string[], matrix: readonly (readonly number[])[]): HTMLElement {
  const shares = sharesOfRows(matrix);
  const view = tableOf({
    head: ['', ...classes],
    rows: matrix.map((row, actual) => [classes[actual] ?? '', ...row]),
  });
  view.classList.add('output-matrix');
  for (const [actual, row] of [...view.querySelectorAll('tbody tr')].entries()) {
    for (const [predicted, cell] of [...row.querySelectorAll('td')].entries()) {
      const share = shares[actual]?.[predicted] ?? 0;
      cell.style.setProperty('--share', String(Math.round(share * 100)));
      cell.title = `${(share * 100).toFixed(1)} %`;
      if (actual === predicted) cell.classList.add('is-right');
    }
  }
  return view;
}

function mistakesOf(classes: readonly string[], matrix: readonly (readonly number[])[]): HTMLElement {
  const found = mistakes(classes, matrix, MOST_MISTAKES);
  return element(
    'details',
    { class: 'output-figures' },
    element('summary', {}, t('The most frequent mistakes')),
    tableOf({
      head: [t('Actual'), t('Predicted'), t('Rows'), t('Share of the class')],
      rows: found.map(({ actual, predicted, count, share }) => [
        actual,
        predicted,
        count,
        `${(share * 100).toFixed(1)} %`,
      ]),
    }),
  );
}

function clustersOf(model: Evaluated): HTMLElement {
  const clusters = model.clusters ?? [];
  const names = Object.keys(clusters[0] ?? {}).filter((name) => name !== 'name');
  const view = tableOf({
    head: [t('Cluster'), ...names.map(metricTitle)],
    rows: clusters.map((cluster) => [String(cluster['name']), ...names.map((name) => cluster[name] ?? null)]),
  });
  return card(t('Clusters'), model.name, view);
}
