import { element, icon } from '../../lib/dom.ts';
import { follow, type News } from '../../lib/feed.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { readTheme, type ChartTheme } from '../shared/chart-theme.ts';
import { formatCount } from '../shared/format.ts';
import { ChartCard } from './card.ts';
import { arrange, filterOf, type Arrangement, type Chart, type Filter } from './core/arrange.ts';
import { Catalogue } from './core/catalogue.ts';
import type { Point } from './core/series.ts';
import { DrawQueue } from './draw-queue.ts';
import { showLarge } from './large.ts';
import { Groups } from './groups.ts';
import { Remote } from './remote.ts';
import { ChartToolbar, type Choices } from './toolbar.ts';

export interface ChartProps {
  api: string;
  socket: string;
  live: boolean;
  system: boolean;
}

const STORED = 'studio-charts';
const AROUND_VIEW = '300px 0px';
const AGAIN_MS = 1000;

function storedChoices(): Choices {
  const usual: Choices = { axis: 'step', isLog: false, smoothing: 0, isJoined: false };
  try {
    return { ...usual, ...(JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Choices>) };
  } catch {
    return usual;
  }
}

/** All charts of a run's metrics. */
export class MetricCharts {
  private readonly remote: Remote;
  private readonly queue = new DrawQueue();
  private readonly catalogue: Catalogue;
  private readonly toolbar: ChartToolbar;
  private readonly groups: Groups;
  private readonly message = element('div', { class: 'chart-empty' });
  private readonly cards = new Map<string, ChartCard>();
  private readonly inView: IntersectionObserver;
  private choices = storedChoices();
  private theme: ChartTheme = readTheme();
  private filter: Filter = filterOf('', false) ?? (() => true);
  private readonly folded = new Set<string>();
  private page = 0;
  private structure = '';
  private request = new AbortController();
  private stopFeed: () => void = () => undefined;
  private news: News[] = [];
  private frame = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly onTheme = (): void => {
    this.theme = readTheme();
    for (const card of this.cards.values()) card.redraw();
  };
  private readonly systemTheme = matchMedia('(prefers-color-scheme: dark)');

  constructor(
    host: HTMLElement,
    private readonly props: ChartProps,
  ) {
    this.remote = new Remote(props.api);
    this.catalogue = new Catalogue(props.system);
    this.toolbar = new ChartToolbar(this.choices, {
      filtered: (filter) => {
        this.filter = filter;
        this.page = 0;
        this.show();
      },
      chosen: (choices, changed) => this.chosen(choices, changed),
    });
    this.groups = new Groups({
      card: (chart) => this.cardOf(chart),
      fold: (name) => {
        if (!this.folded.delete(name)) this.folded.add(name);
        this.show();
      },
      turn: (page) => {
        this.page = page;
        this.show();
        host.scrollIntoView({ block: 'start' });
      },
    });
    this.inView = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) this.cardAt(entry.target)?.setInView(entry.isIntersecting);
      },
      { rootMargin: AROUND_VIEW },
    );
    host.classList.add('metric-charts');
    host.replaceChildren(this.toolbar.host, this.message, this.groups.host);
    document.addEventListener('studio:theme', this.onTheme);
    this.systemTheme.addEventListener('change', this.onTheme);
    void this.load();
  }

  destroy(): void {
    document.removeEventListener('studio:theme', this.onTheme);
    this.systemTheme.removeEventListener('change', this.onTheme);
    this.request.abort();
    this.stopFeed();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.timer);
    this.inView.disconnect();
    this.queue.clear();
    this.toolbar.destroy();
    for (const card of this.cards.values()) card.destroy();
  }

  focusFilter(): void {
    this.toolbar.focusFilter();
  }

  /** Read what there is, then follow what comes. */
  private async load(): Promise<void> {
    this.request.abort();
    const { signal } = (this.request = new AbortController());
    if (!this.catalogue.size)
      this.message.replaceChildren(element('span', { class: 'muted' }, t('Loading the metrics…')));
    try {
      const seen = new Set<string>();
      const cursor = await this.remote.metrics(
        this.props.system,
        (metrics) => {
          for (const { name } of metrics) seen.add(name);
          this.catalogue.take(metrics);
          this.show();
        },
        signal,
      );
      this.catalogue.keep(seen);
      this.show();
      this.stopFeed();
      if (this.props.live) this.stopFeed = follow(this.props.socket, cursor, (news) => this.hear(news));
    } catch (error) {
      if (!wasAborted(error)) this.fail(error);
    }
  }

  private fail(error: unknown): void {
    const again = element('button', { type: 'button', class: 'btn btn-sm' }, t('Try again'));
    again.addEventListener('click', () => void this.load());
    const notice = element('div', { class: 'notice notice-bad', role: 'alert' }, icon('error'), wordsOf(error), again);
    this.message.hidden = false;
    this.message.replaceChildren(notice);
  }

  /** News come by the hundred; once a frame is often enough to look at them. */
  private hear(news: News): void {
    this.news.push(news);
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.takeNews();
    });
  }

  private takeNews(): void {
    const all = this.news;
    this.news = [];
    let isNew = false;
    for (const news of all) {
      if (news.type === 'reset') {
        clearTimeout(this.timer);
        this.timer = setTimeout(() => this.afterGap(), AGAIN_MS);
      } else if (news.type === 'metrics') {
        const { points } = news.data as { points: Point[] };
        isNew = this.catalogue.add(points) || isNew;
        this.handOn(news.seq, points);
      }
    }
    if (isNew) this.show();
    else this.groups.refresh(this.catalogue);
  }

  private handOn(seq: number, points: Point[]): void {
    const byName = new Map<string, Point[]>();
    for (const point of points) {
      const own = byName.get(point[0]);
      if (own) own.push(point);
      else byName.set(point[0], [point]);
    }
    for (const card of this.cards.values()) {
      const own = card.chart.names.flatMap((name) => byName.get(name) ?? []);
      if (own.length) card.append(seq, own);
    }
  }

  /** News were missed that are gone: everything is read anew. */
  private afterGap(): void {
    void this.load();
    for (const card of this.cards.values()) void card.read();
  }

  private chosen(choices: Choices, changed: keyof Choices): void {
    this.choices = choices;
    localStorage.setItem(STORED, JSON.stringify(choices));
    if (changed === 'isJoined') {
      this.page = 0;
      return this.show();
    }
    for (const card of this.cards.values()) {
      if (changed === 'axis') {
        card.forgetZoom();
        void card.read();
      } else card.redraw();
    }
  }

  private show(): void {
    const arranged = arrange(this.catalogue.sorted(), {
      filter: this.filter,
      folded: this.folded,
      isJoined: this.choices.isJoined,
      page: this.page,
    });
    this.page = arranged.page;
    this.groups.host.classList.toggle('is-joined', this.choices.isJoined);
    const { size } = this.catalogue;
    const count = formatCount(size);
    this.toolbar.showCount(
      arranged.found === size
        ? size === 1
          ? t('1 metric')
          : t('{count} metrics', { count })
        : t('{found} of {count}', { found: formatCount(arranged.found), count }),
    );
    this.toolbar.host.hidden = !size;
    this.message.hidden = arranged.found > 0;
    if (!arranged.found) this.message.replaceChildren(element('p', { class: 'empty-text' }, this.emptyWords(size)));
    // While a run is live this is asked several times a second; only what is new is built.
    const structure = JSON.stringify([arranged.page, arranged.pages, arranged.groups.map(structureOf)]);
    if (structure !== this.structure) {
      this.structure = structure;
      this.groups.show(arranged);
      this.dropOthers(arranged);
    }
    this.groups.refresh(this.catalogue);
  }

  private emptyWords(size: number): string {
    if (size) return t('No metric matches the filter.');
    if (this.props.system) return t('Nothing has been measured on the machine.');
    if (this.props.live) return t('No metrics yet. What the run logs appears here by itself.');
    return t('This run logged no metrics.');
  }

  private cardOf(chart: Chart): ChartCard {
    const key = keyOf(chart);
    let card = this.cards.get(key);
    if (!card) {
      card = new ChartCard(chart, {
        remote: this.remote,
        queue: this.queue,
        settings: () => this.choices,
        theme: () => this.theme,
        showLarge: (shown) => showLarge(shown, (of, step) => this.neighbour(of, step)),
      });
      this.cards.set(key, card);
      this.inView.observe(card.host);
    }
    return card;
  }

  private neighbour(of: ChartCard, step: number): ChartCard | undefined {
    const shown = [...this.groups.host.querySelectorAll('.chart-card')];
    return this.cardAt(shown[shown.indexOf(of.host) + step]);
  }

  private cardAt(host: Element | undefined): ChartCard | undefined {
    return [...this.cards.values()].find((card) => card.host === host);
  }

  private dropOthers(arranged: Arrangement): void {
    const kept = new Set(arranged.groups.flatMap((group) => group.charts.map(keyOf)));
    for (const [key, card] of this.cards) {
      if (kept.has(key)) continue;
      this.inView.unobserve(card.host);
      card.destroy();
      this.cards.delete(key);
    }
  }
}

function keyOf(chart: Chart): string {
  return JSON.stringify([chart.title, ...chart.names]);
}

function structureOf(group: Arrangement['groups'][number]): unknown[] {
  const { name, size, isFolded, values, charts } = group;
  return [name, size, isFolded, values.map((value) => value.name), charts.map(keyOf)];
}
