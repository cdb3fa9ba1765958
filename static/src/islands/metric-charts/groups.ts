import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatCount, formatValue } from '../shared/format.ts';
import type { ChartCard } from './card.ts';
import type { Arrangement, Chart, Group, Metric } from './core/arrange.ts';
import type { Catalogue } from './core/catalogue.ts';

interface Listener {
  card: (chart: Chart) => ChartCard;
  fold: (group: string) => void;
  turn: (page: number) => void;
}

/** The charts and values of one page, by group, and the way to other pages. */
export class Groups {
  readonly host = element('div', { class: 'chart-groups' });
  /** Where the single values stand, to be written anew when they change. */
  private readonly values = new Map<string, HTMLElement>();

  constructor(private readonly listener: Listener) {}

  show({ groups, page, pages }: Arrangement): void {
    this.values.clear();
    const isLone = groups.length === 1 && groups[0]?.name === '';
    this.host.replaceChildren(
      ...groups.map((group) => this.section(group, isLone)),
      ...(pages > 1 ? [this.pager(page, pages)] : []),
    );
  }

  refresh(catalogue: Catalogue): void {
    for (const [name, place] of this.values) {
      const metric = catalogue.get(name);
      const text = metric ? textOf(metric) : '';
      if (place.textContent !== text) place.textContent = text;
    }
  }

  private section(group: Group, isLone: boolean): HTMLElement {
    const name = group.name || t('Without a group');
    const section = element('section', { class: 'chart-group', 'aria-label': name });
    if (!isLone) {
      const fold = element(
        'button',
        { type: 'button', class: 'chart-fold', 'aria-expanded': String(!group.isFolded) },
        icon('chevron-right', 'icon-sm'),
        name,
        element('span', { class: 'count' }, formatCount(group.size)),
      );
      fold.addEventListener('click', () => this.listener.fold(group.name));
      section.append(element('h2', { class: 'chart-group-title' }, fold));
    }
    if (group.values.length) section.append(this.valueCards(group));
    if (group.charts.length) {
      section.append(
        element('div', { class: 'chart-cards' }, ...group.charts.map((chart) => this.listener.card(chart).host)),
      );
    }
    return section;
  }

  private valueCards(group: Group): HTMLElement {
    const prefix = group.name ? `${group.name}/` : '';
    const cards = group.values.flatMap((metric) => {
      const value = element('dd', { class: 'value-number' }, textOf(metric));
      this.values.set(metric.name, value);
      const label = element('dt', { class: 'truncate', title: metric.name }, metric.name.slice(prefix.length));
      return element('div', { class: 'value-card' }, label, value);
    });
    return element('dl', { class: 'value-cards' }, ...cards);
  }

  private pager(page: number, pages: number): HTMLElement {
    const step = (name: string, label: string, to: number): HTMLElement => {
      const attributes = {
        type: 'button',
        class: 'btn btn-sm btn-icon',
        'aria-label': label,
        disabled: to < 0 || to >= pages,
      };
      const button = element('button', attributes, icon(name, 'icon-sm'));
      button.addEventListener('click', () => this.listener.turn(to));
      return button;
    };
    const words = t('Page {page} of {pages}', { page: formatCount(page + 1), pages: formatCount(pages) });
    return element(
      'nav',
      { class: 'chart-pager', 'aria-label': t('Pages') },
      step('chevron-left', t('Previous page'), page - 1),
      element('span', {}, words),
      step('chevron-right', t('Next page'), page + 1),
    );
  }
}

function textOf(metric: Metric): string {
  return metric.last === null ? metric.last_text : formatValue(metric.last);
}
