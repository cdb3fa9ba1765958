import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatCount } from '../shared/format.ts';
import { Chart } from './chart.ts';
import { weightsFigure } from './core/figures.ts';
import { sectionsOf, titleOf } from './core/sections.ts';
import { card, factsOf, tableOf, wordsOfJson } from './parts.ts';
import type { Json, Summary } from './remote.ts';

type Plain = Record<string, Json>;

const MOST_BARS = 20;
const MOST_CENTERS_ACROSS = 12;
/** What the sections of a model show in their own way, or leave out. */
const SHOWN_APART = ['kind', 'algorithm', 'title', 'task', 'label', 'classes', 'features', 'parameters', 'explanation', 'coefficients', 'importance', 'centers', 'versions', 'values', 'base']; // prettier-ignore
const MADE_BY: Record<string, string> = {
  clean: 'Clean Missing Data',
  normalize: 'Normalize Data',
  bins: 'Group Data into Bins',
  indicators: 'Convert to Indicator Values',
  select_columns: 'Select Columns Transform',
  topics: 'Latent Dirichlet Allocation',
};

/** What a model, a learner or a transformation says of itself. */
export class SummaryView {
  readonly host = element('div', { class: 'stack' });
  private readonly charts: Chart[] = [];

  constructor(summary: Summary) {
    if (summary.kind === 'transformation') this.transformation(summary);
    else this.model(summary);
  }

  destroy(): void {
    for (const chart of this.charts) chart.destroy();
  }

  private transformation(summary: Summary): void {
    const kind = wordsOfJson(summary['transformation'] ?? '');
    const sections = sectionsOf(plain(summary['facts']), wordsOfJson);
    this.host.append(
      ...sections.map(({ title, facts, table }) =>
        card(
          title || (MADE_BY[kind] ?? titleOf(kind)),
          '',
          facts.length ? factsOf(facts) : null,
          table && tableOf(table),
        ),
      ),
    );
  }

  private model(summary: Summary): void {
    const base = plain(summary['base']);
    const facts = [
      [t('Algorithm'), wordsOfJson(summary['title'] ?? titleOf(wordsOfJson(summary['algorithm'] ?? '')))],
      ...(base['algorithm'] ? [[t('Made of'), titleOf(wordsOfJson(base['algorithm']))]] : []),
      ...['task', 'label']
        .filter((name) => summary[name])
        .map((name) => [name === 'task' ? t('Task') : t('Label column'), wordsOfJson(summary[name] ?? '')]),
      ...(list(summary['classes']).length
        ? [[t('Classes'), list(summary['classes']).map(wordsOfJson).join(', ')]]
        : []),
      ...Object.entries(summary)
        .filter(([name, value]) => !SHOWN_APART.includes(name) && typeof value !== 'object')
        .map(([name, value]) => [titleOf(name), wordsOfJson(value)]),
    ] as [string, string][];
    const parameters = { ...plain(summary['parameters']), ...plain(summary['values']), ...plain(base['values']) };
    const settings = Object.entries(parameters).map(([name, value]): [string, string] => [
      titleOf(name),
      wordsOfJson(value),
    ]);
    const top = [
      card(summary.kind === 'untrained' ? t('Learner, before training') : t('Model'), '', factsOf(facts)),
      ...(settings.length ? [card(t('Settings'), '', factsOf(settings))] : []),
    ];
    this.host.append(element('div', { class: 'grid-2' }, ...top));
    this.weights(t('Coefficients'), summary['coefficients']);
    this.weights(t('Importance of the features'), summary['importance']);
    this.weights(t('Explanation: what the model loses without each column'), summary['explanation']);
    this.centers(list(summary['centers']).map(plain));
    this.features(list(summary['features']).map(plain));
    const versions = Object.entries(plain(summary['versions'])).map(([name, version]): [string, string] => [
      name,
      wordsOfJson(version),
    ]);
    if (versions.length) this.host.append(card(t('Trained with'), '', factsOf(versions)));
  }

  private weights(title: string, given: Json | undefined): void {
    const weights = Object.entries(plain(given)).filter(
      (pair): pair is [string, number] => typeof pair[1] === 'number',
    );
    if (!weights.length) return;
    const chart = new Chart('output-chart-tall');
    this.charts.push(chart);
    const note =
      weights.length > MOST_BARS
        ? t('the {count} largest of {all}', { count: MOST_BARS, all: formatCount(weights.length) })
        : '';
    chart.show(weightsFigure(weights.slice(0, MOST_BARS)), title, { head: [t('Feature'), t('Value')], rows: weights });
    this.host.append(card(title, note, chart.host));
  }

  private centers(centers: readonly Plain[]): void {
    if (!centers.length) return;
    const names = Object.keys(centers[0] ?? {});
    const number = (value: Json | undefined): number | null => (typeof value === 'number' ? value : null);
    const label = (place: number): string => t('Cluster {number}', { number: place });
    // Clusters stand in columns, as there are mostly more features than clusters.
    const table =
      centers.length <= MOST_CENTERS_ACROSS
        ? {
            head: [t('Feature'), ...centers.map((_, place) => label(place))],
            rows: names.map((name) => [name, ...centers.map((center) => number(center[name]))]),
          }
        : {
            head: [t('Cluster'), ...names],
            rows: centers.map((center, place) => [label(place), ...names.map((name) => number(center[name]))]),
          };
    this.host.append(card(t('Cluster centers'), t('in the units of the columns'), tableOf(table)));
  }

  private features(features: readonly Plain[]): void {
    if (!features.length) return;
    const rows = features.map((feature) => [
      wordsOfJson(feature['name'] ?? ''),
      wordsOfJson(feature['kind'] ?? ''),
      typeof feature['values'] === 'number' ? feature['values'] : null,
    ]);
    this.host.append(
      card(
        t('Features'),
        formatCount(features.length),
        tableOf({ head: [t('Column'), t('Kind'), t('Categories')], rows }),
      ),
    );
  }
}

function plain(value: Json | undefined): Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}

function list(value: Json | undefined): Json[] {
  return Array.isArray(value) ? value : [];
}
