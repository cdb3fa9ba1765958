import { readHash, writeHash, type Marked } from '../shared/lines/permalink.ts';

/** The lines that the page's address names, in one of several files. */
export class MarkedLines {
  private marked: Marked | null = null;

  /**
   * @param shown the file on the page
   * @param first the file the page shows where its address names none
   */
  constructor(
    private readonly shown: () => string,
    private readonly first: () => string,
  ) {}

  /** Look at the address anew; returns what it names, with the file's name. */
  read(): Marked | null {
    this.marked = readHash(location.hash);
    return this.marked && { ...this.marked, path: this.marked.path || this.first() };
  }

  /** The marked lines of the file on the page, from the first up to the second, not included; numbers from 0. */
  get range(): [first: number, end: number] | null {
    const { marked } = this;
    if (!marked || (marked.path || this.first()) !== this.shown()) return null;
    return [marked.first - 1, marked.last];
  }

  has(line: number): boolean {
    const { range } = this;
    return range !== null && line >= range[0] && line < range[1];
  }

  href(line: number): string {
    return writeHash(this.named(line + 1, line + 1));
  }

  /** Mark a line of the file on the page, or all from the one that is marked to it. */
  mark(line: number, isRange: boolean): void {
    const from = isRange ? (this.range?.[0] ?? line) : line;
    this.marked = this.named(Math.min(from, line) + 1, Math.max(from, line) + 1);
    history.replaceState(history.state, '', writeHash(this.marked));
  }

  /** The file's name stands in the address only where the page would not show it first anyway. */
  private named(first: number, last: number): Marked {
    return { path: this.shown() === this.first() ? '' : this.shown(), first, last };
  }
}
