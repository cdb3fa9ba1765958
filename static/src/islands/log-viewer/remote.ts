import { address, getJson } from '../shared/api.ts';
import { CHUNK_LINES, type Window } from './core/lines.ts';
import type { Hits, Query } from './core/search.ts';

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

  tail(path: string): Promise<Window> {
    return getJson(address(this.api, 'lines/', { path, tail: TAIL_LINES }));
  }

  chunk(path: string, number: number, signal: AbortSignal): Promise<Window> {
    return getJson(address(this.api, 'lines/', { path, from: number * CHUNK_LINES, count: CHUNK_LINES }), signal);
  }

  lines(path: string, from: number, count: number): Promise<Window> {
    return getJson(address(this.api, 'lines/', { path, from, count }));
  }

  search(path: string, query: Query, from: number, limit: number, signal: AbortSignal): Promise<Hits> {
    const { text, isRegex, isCase } = query;
    const values = { path, q: text, from, limit, regex: isRegex ? 1 : 0, case: isCase ? 1 : 0 };
    return getJson(address(this.api, 'search/', values), signal);
  }

  contentUrl(path: string): string {
    return address(this.api, 'content/', { path });
  }
}
