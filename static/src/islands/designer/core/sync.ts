/** Brings edits to the server in their order, and those of others here. No DOM. */
import { waitBefore } from '../../../lib/feed.ts';
import { RequestFailed } from '../../shared/api.ts';
import type { Checks } from './checks.ts';
import type { Keeper } from './keeping.ts';
import {
  compose,
  filtered,
  fullPatch,
  isEmpty,
  placeOf,
  placesOf,
  storedPatch,
  type Patch,
  type StoredPatch,
} from './patch.ts';
import type { DraftStore } from './store.ts';

/** The same was changed here and by somebody else. */
export interface Conflict {
  section: string;
  key: string;
  /** Who changed it. */
  by: string;
  /** What they made of it; null: they took it away. */
  theirs: unknown;
}

export interface ConflictToAsk extends Conflict {
  mine: unknown;
}

/** The server did not take a patch, because others have changed the same. */
export class DraftConflict extends RequestFailed {
  constructor(
    words: string,
    readonly revision: number,
    readonly conflicts: readonly Conflict[],
  ) {
    super(409, words);
  }
}

/** The server, as far as one draft goes. All throw RequestFailed. */
export interface Remote {
  save(body: { revision: number; patch: StoredPatch; summary: string }): Promise<{
    revision: number;
    merged: StoredPatch | null;
  }>;
  changes(after: number): Promise<{ revision: number; patches: readonly StoredPatch[] }>;
  check(): Promise<Checks>;
}

export interface Choices {
  /** Ask whose edits count; returns the places (`placeOf`) where it is those made here. */
  ask: (conflicts: readonly ConflictToAsk[]) => Promise<ReadonlySet<string>>;
}

interface Made {
  patch: Patch;
  summary: string;
}

const SETTLE_MS = 600;
const LONGEST_SUMMARY = 200;

export class Sync {
  private waiting: Made[] = [];
  private sending: Made[] = [];
  private running: Promise<void> | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private failures = 0;
  private isStopped = false;
  private isChecking = false;
  private isCheckStale = false;
  private readonly unlisten: () => void;

  constructor(
    private readonly store: DraftStore,
    private readonly remote: Remote,
    private readonly keeper: Keeper,
    private readonly choices: Choices,
  ) {
    this.unlisten = store.onEdit((patch, summary) => this.edited(patch, summary));
    store.flush = () => this.flush();
    store.pull = () => this.pull();
    store.recheck = () => this.check();
  }

  /** Go on with what an earlier window could not save, and look the draft over. */
  start(): void {
    const kept = this.keeper.read();
    if (kept && this.store.canEdit) {
      const patch = fullPatch(kept.patch);
      this.store.receive(patch, kept.revision);
      this.waiting = [{ patch, summary: kept.summary }];
      void this.send();
    } else void this.check();
  }

  stop(): void {
    this.isStopped = true;
    clearTimeout(this.timer);
    this.unlisten();
  }

  /** Whether edits made here have not arrived. */
  get isBehind(): boolean {
    return this.waiting.length + this.sending.length > 0;
  }

  /** Send what waits now, not in a moment; false where it could not be saved. */
  async flush(): Promise<boolean> {
    clearTimeout(this.timer);
    await this.send();
    return !this.isBehind;
  }

  /** Take over what others did. While edits made here wait to be sent, the answer to them brings it. */
  async pull(): Promise<void> {
    if (this.isBehind) return;
    try {
      const answer = await this.remote.changes(this.store.revision);
      const patch = compose(...answer.patches.map(fullPatch));
      // An edit made in the meantime meets the same change at the server, which says whose it was.
      if (answer.revision <= this.store.revision || this.overlap(patch).length) return;
      this.store.receive(patch, answer.revision);
      void this.check();
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      // The next news, or the next edit, brings it.
    }
  }

  /** Look the draft over anew. */
  async check(): Promise<void> {
    if (this.isChecking) {
      this.isCheckStale = true;
      return;
    }
    this.isChecking = true;
    try {
      this.isCheckStale = false;
      const checks = await this.remote.check();
      if (!this.isStopped) this.store.set({ checks });
    } catch (error) {
      if (!(error instanceof RequestFailed)) throw error;
      // What was found before stays until the next edit is saved.
    } finally {
      this.isChecking = false;
    }
    if (this.wantsCheck()) await this.check();
  }

  /** Whether something was saved while the draft was looked over. */
  private wantsCheck(): boolean {
    return this.isCheckStale && !this.isStopped;
  }

  private edited(patch: Patch, summary: string): void {
    this.waiting.push({ patch, summary });
    this.keep();
    if (this.store.saveState.kind !== 'conflict') this.store.set({ saveState: { kind: 'unsaved' } });
    if (!this.running) this.later(SETTLE_MS);
  }

  private later(ms: number): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.send(), ms);
  }

  private send(): Promise<void> {
    this.running ??= this.sendAll().finally(() => (this.running = null));
    return this.running;
  }

  private async sendAll(): Promise<void> {
    while (this.waiting.length && !this.isStopped) {
      if (!(await this.sendOnce())) return;
    }
  }

  /** Returns whether to go on with what waits. */
  private async sendOnce(): Promise<boolean> {
    this.sending = this.waiting;
    this.waiting = [];
    this.store.set({ saveState: { kind: 'saving' } });
    const patch = compose(...this.sending.map((made) => made.patch));
    try {
      const answer = await this.remote.save({
        revision: this.store.revision,
        patch: storedPatch(patch),
        summary: summaryOf(this.sending),
      });
      this.sending = [];
      this.failures = 0;
      this.saved(answer.revision, answer.merged ? fullPatch(answer.merged) : {});
      return true;
    } catch (error) {
      this.waiting = [...this.sending, ...this.waiting];
      this.sending = [];
      if (error instanceof DraftConflict) return this.settle(error);
      this.failed(error);
      return false;
    }
  }

  private saved(revision: number, merged: Patch): void {
    const overlap = new Set(this.overlap(merged));
    // Where an edit waits for the same, the revision stays behind, so that the server finds the conflict.
    const reached = overlap.size ? this.store.revision : revision;
    this.store.receive(
      filtered(merged, (place) => !overlap.has(place)),
      reached,
    );
    this.keep();
    if (this.waiting.length) return;
    this.store.set({ saveState: { kind: 'saved' } });
    void this.check();
  }

  private failed(error: unknown): void {
    if (!(error instanceof RequestFailed)) {
      this.store.set({ saveState: { kind: 'refused', words: String(error) } });
      throw error;
    }
    const isPassing = error.status === 0 || error.status === 429 || error.status >= 500;
    this.store.set({ saveState: { kind: isPassing ? 'offline' : 'refused', words: error.message } });
    if (!isPassing || this.isStopped) return;
    this.failures += 1;
    this.later(waitBefore(this.failures));
  }

  /** Find out whose edits count, and make this window's document what then holds. */
  private async settle(conflict: DraftConflict): Promise<boolean> {
    const pending = compose(...this.waiting.map((made) => made.patch));
    const asked = conflict.conflicts
      .map((one) => ({ ...one, mine: valueAt(pending, one) }))
      .filter((one) => JSON.stringify(one.mine) !== JSON.stringify(theirValue(one)));
    this.store.set({ saveState: { kind: 'conflict' } });
    const mine = asked.length ? await this.choices.ask(asked) : new Set<string>();
    const theirs = new Set(
      conflict.conflicts.map(({ section, key }) => placeOf(section, key)).filter((place) => !mine.has(place)),
    );
    const isKept = (place: string): boolean => !theirs.has(place);
    this.waiting = this.waiting
      .map((made) => ({ ...made, patch: filtered(made.patch, isKept) }))
      .filter((made) => !isEmpty(made.patch));
    try {
      const answer = await this.remote.changes(this.store.revision);
      const changed = compose(...answer.patches.map(fullPatch));
      const overlap = new Set(this.overlap(changed));
      this.store.receive(
        filtered(changed, (place) => !overlap.has(place)),
        conflict.revision,
      );
    } catch (error) {
      this.failed(error);
      return false;
    }
    this.keep();
    if (!this.waiting.length) {
      this.store.set({ saveState: { kind: 'saved' } });
      void this.check();
    }
    return true;
  }

  /** Places of a patch at which an edit made here has not arrived yet. */
  private overlap(patch: Patch): string[] {
    const own = new Set([...this.sending, ...this.waiting].flatMap((made) => placesOf(made.patch)));
    return placesOf(patch).filter((place) => own.has(place));
  }

  private keep(): void {
    const made = [...this.sending, ...this.waiting];
    this.keeper.write(
      made.length
        ? {
            revision: this.store.revision,
            patch: storedPatch(compose(...made.map(({ patch }) => patch))),
            summary: summaryOf(made),
          }
        : null,
    );
  }
}

function valueAt(patch: Patch, { section, key }: Conflict): unknown {
  return (patch[section as keyof Patch] as Record<string, unknown> | undefined)?.[key] ?? null;
}

function theirValue({ section, key, theirs }: Conflict): unknown {
  return valueAt(fullPatch({ [section]: { [key]: theirs } }), { section, key, by: '', theirs });
}

function summaryOf(made: readonly Made[]): string {
  const text = [...new Set(made.map(({ summary }) => summary))].join(' · ');
  return text.length > LONGEST_SUMMARY ? `${text.slice(0, LONGEST_SUMMARY - 1)}…` : text;
}
