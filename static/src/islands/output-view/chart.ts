import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { readTheme } from '../shared/chart-theme.ts';
import { Plot } from '../shared/plot.ts';
import { coloured, type Figure, type Words } from './core/figures.ts';
import { tableOf, type Text } from './parts.ts';

/** The words within charts. */
export function chartWords(): Words {
  return {
    count: t('Rows'),
    others: t('Others'),
    threshold: t('Threshold'),
    actual: t('Actual'),
    predicted: t('Predicted'),
  };
}

/** What a chart shows, as a table for those who cannot see it, or want to copy it. */
export interface Figures {
  head: Text[];
  rows: Text[][];
}

/** A chart, with its figures as a table below it. */
export class Chart {
  readonly host: HTMLElement;
  private readonly place = element('div', { class: 'chart-plot', role: 'img' });
  private readonly message = element('div', { class: 'chart-message', hidden: true });
  private readonly figures = element('details', { class: 'output-figures' });
  private readonly plot = new Plot(this.place);
  private readonly systemTheme = matchMedia('(prefers-color-scheme: dark)');
  private figure: Figure | null = null;
  private readonly onTheme = (): void => void this.draw();

  constructor(cssClass = '') {
    const body = element('div', { class: `chart-body ${cssClass}`.trim() }, this.place, this.message);
    this.host = element('div', { class: 'output-chart' }, body, this.figures);
    document.addEventListener('studio:theme', this.onTheme);
    this.systemTheme.addEventListener('change', this.onTheme);
  }

  destroy(): void {
    document.removeEventListener('studio:theme', this.onTheme);
    this.systemTheme.removeEventListener('change', this.onTheme);
    this.plot.destroy();
  }

  show(figure: Figure, name: string, figures: Figures | null): void {
    this.figure = figure;
    this.place.setAttribute('aria-label', name);
    this.message.hidden = true;
    this.figures.hidden = !figures;
    if (figures) this.figures.replaceChildren(element('summary', {}, t('As a table')), tableOf(figures));
    void this.draw();
  }

  /** Show words in place of a drawing. */
  say(...content: (Node | string)[]): void {
    this.figure = null;
    this.plot.clear();
    this.figures.hidden = true;
    this.message.replaceChildren(...content);
    this.message.hidden = false;
  }

  private async draw(): Promise<void> {
    // Plotly measures its place, which the caller may only be about to put into the page.
    await new Promise(requestAnimationFrame);
    const { figure } = this;
    if (!figure) return;
    const theme = readTheme();
    await this.plot.draw(coloured(figure.data, theme), { dragmode: false, ...figure.layout }, theme);
  }
}
