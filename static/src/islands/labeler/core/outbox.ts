/** Drafts on their way to the server: kept in the browser until it has them, so that neither a closed tab nor a lost network loses one. */
import type { Answer } from './types.ts';

export interface Kept {
  number: number;
  answer: Answer;
  seconds: number;
  /** Names this very change: sent twice, it counts once. */
  id: string;
}
export interface Shelf {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}
/** What a stale version is answered with: what the server has. */
export class Stale extends Error {
  constructor(
    readonly version: number,
    readonly answer: Answer | null,
  ) {
    super('The draft was changed elsewhere.');
  }
}
/** The server will never take this, however often it is sent. */
export class Refused extends Error {}
/** Saves a draft and returns its new version; throws Stale, Refused, or anything else where it may be tried again. */
export type Send = (kept: Kept, version: number) => Promise<number>;
export type Mood = 'saved' | 'saving' | 'offline' | 'refused';

export class Outbox {
  private readonly versions = new Map<number, number>();
  private running: Promise<boolean> | null = null;
  private unstored: readonly Kept[] | null = null;
  refusal = '';

  constructor(
    private readonly shelf: Shelf,
    private readonly name: string,
    private readonly send: Send,
    private readonly tell: (mood: Mood) => void,
    /** The same person changed an item elsewhere; what is sent from here takes its place. */
    private readonly overtakes: (number: number, other: Answer | null) => void,
  ) {}

  /** What waits, the oldest first. */
  waiting(): readonly Kept[] {
    // Another tab may have put something there since.
    return this.unstored ?? readKept(this.shelf.getItem(this.name));
  }

  versionOf(number: number): number {
    return this.versions.get(number) ?? 0;
  }

  /** Take an item as the server has it; returns what was left unsent of it, which is newer. */
  open(number: number, version: number): Answer | null {
    this.versions.set(number, version);
    return this.waiting().find((kept) => kept.number === number)?.answer ?? null;
  }

  put(kept: Kept): void {
    this.store([...this.waiting().filter((one) => one.number !== kept.number), kept]);
  }

  /** Forget items that the server has as a whole. */
  drop(numbers: readonly number[]): void {
    this.store(this.waiting().filter((kept) => !numbers.includes(kept.number)));
  }

  /** Send all that waits; false where some of it has to stay. */
  flush(): Promise<boolean> {
    this.running ??= this.sendAll().finally(() => (this.running = null));
    return this.running;
  }

  private async sendAll(): Promise<boolean> {
    const refused = new Set<string>();
    for (;;) {
      const next = this.waiting().find((kept) => this.versions.has(kept.number) && !refused.has(kept.id));
      if (!next) break;
      this.tell('saving');
      try {
        this.versions.set(next.number, await this.send(next, this.versionOf(next.number)));
      } catch (error) {
        if (error instanceof Stale && error.version !== this.versionOf(next.number)) {
          this.versions.set(next.number, error.version);
          this.overtakes(next.number, error.answer);
          continue;
        }
        if (error instanceof Refused) {
          this.refusal = error.message;
          refused.add(next.id);
          continue;
        }
        this.tell('offline');
        return false;
      }
      this.store(this.waiting().filter((kept) => kept.id !== next.id));
    }
    this.tell(refused.size ? 'refused' : 'saved');
    return refused.size === 0;
  }

  private store(kept: readonly Kept[]): void {
    this.unstored = null;
    try {
      if (kept.length) this.shelf.setItem(this.name, JSON.stringify(kept));
      else this.shelf.removeItem(this.name);
    } catch {
      // The browser's store is full or forbidden: it is kept by this page alone until the server has it.
      this.unstored = kept;
    }
  }
}

function readKept(text: string | null): readonly Kept[] {
  try {
    const found: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(found) ? (found as Kept[]) : [];
  } catch {
    return [];
  }
}
