import { address, getJson } from '../shared/api.ts';
import type { Metric } from './core/arrange.ts';
import type { Axis, SeriesAnswer } from './core/series.ts';

/** Buckets of a chart; twice as many points are drawn before they are read anew. */
export const POINTS = 1000;
const MOST_POINTS = 5000;
const NAMES_PER_PAGE = 2000;

export interface SeriesPage {
  /** Number of the last news that the series contain. */
  cursor: number;
  /** Unix time in ms at which relative time begins. */
  origin_ms: number;
  series: SeriesAnswer[];
}

export interface ChartPage extends SeriesPage {
  figure: { layout: Record<string, unknown> };
}

interface MetricPage {
  cursor: number;
  items: Metric[];
  /** What to ask the next page for. */
  next: string | null;
}

/** What the server knows of a run's metrics. */
export class Remote {
  constructor(private readonly api: string) {}

  /**
   * Read all metrics, or those of the machine, page by page.
   *
   * @returns the cursor from which news are to be followed
   */
  async metrics(isSystem: boolean, onPage: (metrics: Metric[]) => void, signal: AbortSignal): Promise<number> {
    let cursor: number | null = null;
    let after: string | null = '';
    while (after !== null) {
      const query = { system: String(isSystem), limit: NAMES_PER_PAGE, after };
      const page: MetricPage = await getJson(address(this.api, 'metrics/', query), signal);
      // News between two pages are taken twice rather than not at all.
      cursor ??= page.cursor;
      onPage(page.items);
      after = page.next;
    }
    return cursor ?? 0;
  }

  chart(names: string[], axis: Axis, isLog: boolean, signal: AbortSignal): Promise<ChartPage> {
    const query = { name: names, x: axis, y: isLog ? 'log' : 'linear', points: POINTS };
    return getJson(address(this.api, 'charts/', query), signal);
  }

  /** Read the part of the series in view, in as many buckets. */
  series(names: string[], axis: Axis, [from, to]: [number, number], signal: AbortSignal): Promise<SeriesPage> {
    return getJson(address(this.api, 'metrics/series/', { name: names, x: axis, points: POINTS, from, to }), signal);
  }

  /** Read the series as finely as the server gives them at once. */
  all(names: string[], axis: Axis, range: [number, number] | null): Promise<SeriesPage> {
    const [from, to] = range ?? [null, null];
    return getJson(address(this.api, 'metrics/series/', { name: names, x: axis, points: MOST_POINTS, from, to }));
  }
}
