import { address, getJson } from '../shared/api.ts';
import type { Window } from './core/lines.ts';
import type { Query } from '../shared/lines/marks.ts';
import type { Hits } from './core/search.ts';

const TAIL_LINES = 500;

/** A log of the run, as `logs/` lists it. */
export interface LogFile {
  path: string;
  size: number;
  lines: number;
  ended: boolean;
}

/** What the server knows of a run's logs. */
export class Remote {
  constructor(private readonly api: string) {}

  async files(): Promise<LogFile[]> {
    return (await getJson<{ items: LogFile[] }>(this.api)).items;
  }

  async tail(path: string): Promise<Window> {
    const window = await getJson<Window>(address(this.api, 'lines/', { path, tail: TAIL_LINES }));
    return this.completed(path, window, TAIL_LINES);
  }

  /** Read lines by number; fewer come only where the log ends. */
  async lines(path: string, from: number, count: number, signal?: AbortSignal): Promise<Window> {
    const window = await getJson<Window>(address(this.api, 'lines/', { path, from, count }), signal);
    return this.completed(path, window, count, signal);
  }

  /** Of very long lines the server sends fewer than were asked for; ask for the rest. */
  private async completed(path: string, window: Window, count: number, signal?: AbortSignal): Promise<Window> {
    const end = Math.min(window.first_line + count, window.total_lines);
    const from = window.first_line + window.lines.length;
    if (!window.lines.length || from >= end) return window;
    const rest = await this.lines(path, from, end - from, signal);
    const truncated = [...window.truncated, ...rest.truncated];
    return { ...window, lines: [...window.lines, ...rest.lines], truncated };
  }

  search(path: string, query: Query, from: number, limit: number, signal: AbortSignal): Promise<Hits> {
    const { text, isRegex, isCase } = query;
    const values = { path, q: text, from, limit, regex: isRegex ? 1 : 0, case: isCase ? 1 : 0 };
    return getJson(address(this.api, 'search/', values), signal);
  }
}
