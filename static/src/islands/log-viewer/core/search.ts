/** Finding text in a log that only the server has whole. */

export interface Hits {
  hits: { line: number; text: string }[];
  /** The line to go on from, or null where the log ends. */
  next: number | null;
}

/** Ask for hits from line `from` on; `limit` at most. */
export type Ask = (from: number, limit: number) => Promise<Hits>;

const PAGE = 200;
/** Beyond this, hits are counted as "2,000+". */
const COUNTED = 2000;
const FIRST_STEP_BACK = 2000;

/** One search: collects the hits from the start as far as they are counted, and asks the server for those beyond. */
export class Search {
  /** Lines with hits, in order, complete up to `known`. */
  readonly lines: number[] = [];
  private known = 0;
  isComplete = false;

  constructor(private readonly ask: Ask) {}

  /** Collect hits until all are known or too many to count; tells after each page. */
  async count(onPage: () => void): Promise<void> {
    this.isComplete = false;
    while (!this.isComplete && this.lines.length < COUNTED) {
      const { hits, next } = await this.ask(this.known, PAGE);
      this.lines.push(...hits.map((hit) => hit.line).filter((line) => line >= this.known));
      this.known = next ?? (hits.at(-1)?.line ?? this.known - 1) + 1;
      this.isComplete = next === null;
      onPage();
    }
  }

  /** How many hits lie before `line`, or null where that is not known. */
  rankOf(line: number): number | null {
    if (!this.isComplete && line >= this.known) return null;
    return firstAtLeast(this.lines, line);
  }

  /** The first hit at `line` or after it; null if there is none. */
  async after(line: number): Promise<number | null> {
    const found = this.lines[firstAtLeast(this.lines, line)];
    if (found !== undefined || this.isComplete) return found ?? null;
    let from: number | null = Math.max(line, this.known);
    while (from !== null) {
      const { hits, next }: Hits = await this.ask(from, 1);
      if (hits[0]) return hits[0].line;
      from = next;
    }
    return null;
  }

  /** The last hit before `line`; null if there is none. */
  async before(line: number): Promise<number | null> {
    let end = line;
    // The server searches forwards, so look at stretches before the line, each twice as long as the one after it.
    for (let step = FIRST_STEP_BACK; !this.isComplete && end > this.known; step *= 2) {
      const start = Math.max(this.known, end - step);
      const found = await this.lastWithin(start, end);
      if (found !== null) return found;
      end = start;
    }
    return this.lines[firstAtLeast(this.lines, end) - 1] ?? null;
  }

  private async lastWithin(start: number, end: number): Promise<number | null> {
    let last: number | null = null;
    let from: number | null = start;
    while (from !== null && from < end) {
      const { hits, next }: Hits = await this.ask(from, PAGE);
      for (const hit of hits) if (hit.line < end) last = hit.line;
      from = next;
    }
    return last;
  }
}

/** Place of the first number that is at least `wanted`, in a sorted list. */
function firstAtLeast(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
