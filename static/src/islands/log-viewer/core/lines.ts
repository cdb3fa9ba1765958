/** The part of a log that the page holds: its tail, which grows, and chunks of what lies before. Pure. */

/** An answer of `lines/`. Lines count from 0 here and in the API; readers see them from 1. */
export interface Window {
  first_line: number;
  lines: string[];
  total_lines: number;
  size: number;
  ended: boolean;
  truncated: number[];
}

export const CHUNK_LINES = 500;
const TAIL_LINES = 2000;
const CHARACTERS_KEPT = 20_000_000;
/** The server shows no more of a line either. */
const LONGEST_LINE = 20_000;

interface Chunk {
  lines: string[];
  characters: number;
}

export class Lines {
  total = 0;
  /** Bytes of the log that `total` speaks of. */
  size = 0;
  ended = false;
  /** Line numbers whose text was cut. */
  readonly truncated = new Set<number>();
  private tailFirst = 0;
  private tail: string[] = [];
  /** Whether the last line goes on; null as long as nobody said so. */
  private isOpen: boolean | null = null;
  private readonly chunks = new Map<number, Chunk>();
  private characters = 0;

  /** Begin from the end of the log. */
  takeTail(window: Window): void {
    this.total = window.total_lines;
    this.size = window.size;
    this.ended = window.ended;
    this.tailFirst = window.first_line;
    this.tail = [...window.lines];
    this.isOpen = window.lines.length ? null : false;
    for (const line of window.truncated) this.truncated.add(line);
  }

  /** Keep an older part. */
  takeChunk(number: number, window: Window): void {
    // The tail has its lines itself; its last one may still change.
    const lines = window.lines.slice(0, Math.max(0, this.tailFirst - number * CHUNK_LINES));
    const characters = lines.reduce((sum, line) => sum + line.length, 0);
    this.drop(number);
    this.chunks.set(number, { lines, characters });
    this.characters += characters;
    for (const line of window.truncated) this.truncated.add(line);
    for (const oldest of this.chunks.keys()) {
      if (this.characters <= CHARACTERS_KEPT || oldest === number) break;
      this.drop(oldest);
    }
  }

  /** The raw text of a line, or undefined where it has not been loaded. */
  line(number: number): string | undefined {
    if (number >= this.tailFirst) return this.tail[number - this.tailFirst];
    return this.chunks.get(Math.floor(number / CHUNK_LINES))?.lines[number % CHUNK_LINES];
  }

  /** Which chunks must be loaded to show these lines, `last` included. */
  missing(first: number, last: number): number[] {
    const found: number[] = [];
    const end = Math.min(last, this.tailFirst - 1);
    for (let number = Math.floor(Math.max(0, first) / CHUNK_LINES); number * CHUNK_LINES <= end; number++) {
      const wanted = Math.min(CHUNK_LINES, this.tailFirst - number * CHUNK_LINES);
      const chunk = this.chunks.get(number);
      if (!chunk || chunk.lines.length < wanted) found.push(number);
      else this.refresh(number, chunk);
    }
    return found;
  }

  /**
   * Add what was written at byte `offset`; `end` is the byte behind it. What is known already is skipped.
   *
   * @returns false if something between is missing, so that the tail must be loaded anew
   */
  append(offset: number, text: string, end: number): boolean {
    if (offset > this.size) return false;
    let added = text;
    if (offset < this.size) {
      const bytes = new TextEncoder().encode(text);
      const known = this.size - offset;
      this.isOpen = bytes[Math.min(known, bytes.length) - 1] !== 10;
      if (end <= this.size) return true;
      added = new TextDecoder().decode(bytes.subarray(known));
    }
    if (!added) return true;
    if (this.isOpen === null) return false;
    this.size = end;
    this.grow(added);
    return true;
  }

  private grow(text: string): void {
    const pieces = text.split('\n');
    const goesOn = pieces.at(-1) !== '';
    if (!goesOn) pieces.pop();
    for (const [place, piece] of pieces.entries()) {
      if (place === 0 && this.isOpen && this.tail.length)
        this.tail.push(this.shortened((this.tail.pop() ?? '') + piece));
      else {
        this.total += 1;
        this.tail.push(this.shortened(piece));
      }
    }
    this.isOpen = goesOn;
    if (this.tail.length > 2 * TAIL_LINES) {
      const dropped = this.tail.length - TAIL_LINES;
      this.tail = this.tail.slice(dropped);
      this.tailFirst += dropped;
    }
  }

  private shortened(line: string): string {
    if (line.length <= LONGEST_LINE) return line;
    // Of a progress bar only the last state is shown, so only the last states are kept.
    const from = line.lastIndexOf('\r', line.length - 2);
    if (from > line.length - LONGEST_LINE) return line.slice(line.lastIndexOf('\r', from - 1) + 1).slice(-LONGEST_LINE);
    this.truncated.add(this.total - 1);
    return line.slice(0, LONGEST_LINE);
  }

  private refresh(number: number, chunk: Chunk): void {
    this.chunks.delete(number);
    this.chunks.set(number, chunk);
  }

  private drop(number: number): void {
    this.characters -= this.chunks.get(number)?.characters ?? 0;
    this.chunks.delete(number);
  }
}
