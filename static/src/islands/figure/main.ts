import '../../styles/charts.css';

import { element } from '../../lib/dom.ts';
import { island } from '../../lib/island.ts';
import { t } from '../../lib/strings.ts';
import { getJson, wasAborted, wordsOf } from '../shared/api.ts';
import { readTheme } from '../shared/chart-theme.ts';
import { Plot } from '../shared/plot.ts';
import { Props } from '../shared/props.ts';
import { fit, type Figure } from './core/fit.ts';

/** A figure, and other ways to look at the same thing, such as the curves of an accuracy table. */
interface FigureAnswer {
  figure: Figure;
  view: string;
  views: { name: string; label: string }[];
}

/** Draws one figure that the server made. */
class FigureView {
  private readonly views = element('div', {
    class: 'figure-views',
    role: 'group',
    'aria-label': t('Views'),
    hidden: true,
  });
  private readonly place = element('div', { class: 'chart-plot', role: 'img' });
  private readonly message = element('div', { class: 'chart-message' });
  private readonly plot = new Plot(this.place);
  private readonly systemTheme = matchMedia('(prefers-color-scheme: dark)');
  private shown: FigureAnswer | null = null;
  private request = new AbortController();
  private readonly timer: ReturnType<typeof setInterval> | undefined;
  private readonly onTheme = (): void => void this.draw();

  constructor(
    private readonly host: HTMLElement,
    private readonly url: string,
    everyS: number,
  ) {
    host.classList.add('figure-island');
    const heading = host.closest('[aria-labelledby]')?.getAttribute('aria-labelledby');
    if (heading) this.place.setAttribute('aria-labelledby', heading);
    else this.place.setAttribute('aria-label', t('Chart'));
    host.replaceChildren(this.views, element('div', { class: 'chart-body' }, this.place, this.message));
    document.addEventListener('studio:theme', this.onTheme);
    this.systemTheme.addEventListener('change', this.onTheme);
    void this.load('');
    if (everyS) this.timer = setInterval(() => void this.renew(), everyS * 1000);
  }

  destroy(): void {
    clearInterval(this.timer);
    document.removeEventListener('studio:theme', this.onTheme);
    this.systemTheme.removeEventListener('change', this.onTheme);
    this.request.abort();
    this.plot.destroy();
  }

  private async load(view: string): Promise<void> {
    this.request.abort();
    const { signal } = (this.request = new AbortController());
    this.say(element('span', { class: 'spinner', role: 'status', 'aria-label': t('Loading') }));
    try {
      const target = new URL(this.url, location.href);
      if (view) target.searchParams.set('view', view);
      this.shown = await getJson<FigureAnswer>(target.href, signal);
      this.showViews(this.shown);
      await this.draw();
      this.say();
    } catch (error) {
      if (wasAborted(error)) return;
      const again = element('button', { type: 'button', class: 'btn btn-sm' }, t('Try again'));
      again.addEventListener('click', () => void this.load(view));
      this.say(element('span', { class: 'chart-failed', role: 'alert' }, wordsOf(error)), again);
    }
  }

  /** Draw what is newer in place of what is shown; nobody is told where that fails, for the next time may do better. */
  private async renew(): Promise<void> {
    if (document.hidden || !this.shown || !this.host.checkVisibility()) return;
    try {
      const target = new URL(this.url, location.href);
      if (this.shown.view) target.searchParams.set('view', this.shown.view);
      this.shown = await getJson<FigureAnswer>(target.href, this.request.signal);
      await this.draw();
    } catch {
      // What is shown stays.
    }
  }

  private async draw(): Promise<void> {
    if (!this.shown) return;
    const theme = readTheme();
    const { data, layout } = fit(this.shown.figure, theme);
    await this.plot.draw(data, layout, theme);
  }

  private showViews({ view, views }: FigureAnswer): void {
    this.views.hidden = views.length < 2;
    this.views.replaceChildren(
      ...views.map(({ name, label }) => {
        const attributes = { type: 'button', class: 'btn btn-sm', 'aria-pressed': String(name === view) };
        const button = element('button', attributes, label);
        button.addEventListener('click', () => void this.load(name));
        return button;
      }),
    );
    this.place.setAttribute('aria-label', views.find(({ name }) => name === view)?.label ?? t('Chart'));
  }

  private say(...content: Node[]): void {
    this.message.replaceChildren(...content);
    this.message.hidden = !content.length;
  }
}

island(
  'figure',
  (source) => {
    const props = new Props(source);
    return { url: props.text('url'), everyS: props.number('everyS', 0) };
  },
  (host, { url, everyS }) => {
    const view = new FigureView(host, url, everyS);
    return () => view.destroy();
  },
);
