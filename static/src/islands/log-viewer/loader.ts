import { wasAborted } from '../shared/api.ts';
import { CHUNK_LINES, type Lines } from './core/lines.ts';
import type { Remote } from './remote.ts';

/** While the scroll bar is dragged, most of what passes need not be loaded. */
const REST_MS = 60;
const AGAIN_MS = 2000;
const AROUND_LINES = 100;

/** Loads the lines in view, gives up those that are not wanted any more. */
export class Loader {
  private readonly running = new Map<number, AbortController>();
  private wanted: [first: number, last: number] = [0, -1];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly remote: Remote,
    private readonly path: string,
    private readonly lines: Lines,
    private readonly loaded: () => void,
  ) {}

  show(first: number, last: number): void {
    this.wanted = [first - AROUND_LINES, last + AROUND_LINES];
    const missing = this.lines.missing(...this.wanted);
    for (const [number, request] of this.running) if (!missing.includes(number)) request.abort();
    if (missing.every((number) => this.running.has(number))) return;
    this.soon(REST_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
    for (const request of this.running.values()) request.abort();
  }

  private soon(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.begin(), ms);
  }

  private begin(): void {
    for (const number of this.lines.missing(...this.wanted)) {
      if (!this.running.has(number)) void this.load(number);
    }
  }

  private async load(number: number): Promise<void> {
    const request = new AbortController();
    this.running.set(number, request);
    try {
      const from = number * CHUNK_LINES;
      this.lines.takeChunk(number, await this.remote.lines(this.path, from, CHUNK_LINES, request.signal));
      this.loaded();
    } catch (error) {
      // The lines stay grey until the studio answers again.
      if (!wasAborted(error)) this.soon(AGAIN_MS);
    } finally {
      if (this.running.get(number) === request) this.running.delete(number);
    }
  }
}
