/** One draft in one window: what all its parts show and change. No DOM. */
import { StepStore } from '../../pipeline-graph/core/step-store.ts';
import { NO_CHECKS, type Checks } from './checks.ts';
import type { Document } from './document.ts';
import { History } from './history.ts';
import { Catalog } from './palette.ts';
import { apply, isEmpty, type Patch } from './patch.ts';

/** The last submission of a draft. */
export interface DraftRun {
  id: string;
  url: string;
}

/** Somebody who has the draft open as well. */
export interface Person {
  id: string;
  name: string;
}

export type SaveState =
  | { kind: 'saved' | 'saving' | 'unsaved' | 'conflict' }
  /** The studio cannot be reached; it is tried again. `refused`: it does not take what it is sent, and says why. */
  | { kind: 'offline' | 'refused'; words: string };

/** Where the draft is on the server. `api` is the draft's own address, which ends in `/`. */
export interface Places {
  api: string;
  workspace: string;
  /** Where runs of the workspace have their pages and their API: `…/runs/`. */
  runs: string;
  runsApi: string;
}

export interface DraftFacts {
  id: string;
  name: string;
  description: string;
  revision: number;
  document: Document;
  run: DraftRun | null;
  canEdit: boolean;
  canSubmit: boolean;
}

/** What can be set from outside, without a trace in the history. */
interface Settable {
  name: string;
  description: string;
  revision: number;
  checks: Checks;
  run: DraftRun | null;
  steps: StepStore;
  people: readonly Person[];
  saveState: SaveState;
}

type EditListener = (patch: Patch, summary: string) => void;

export class DraftStore {
  readonly id: string;
  readonly canEdit: boolean;
  readonly canSubmit: boolean;
  name: string;
  description: string;
  document: Document;
  /** The last one of the server that `document` builds on. */
  revision: number;
  /** Keys of nodes, and of frames. */
  selection: ReadonlySet<string> = new Set();
  /** What a list has led to: it is brought into view, and its field gets the focus. `count` tells jumps apart. */
  jumped: { key: string; field: string; count: number } = { key: '', field: '', count: 0 };
  checks: Checks = NO_CHECKS;
  run: DraftRun | null;
  /** How far the nodes are in the last submission; a new one with each submission. */
  steps = new StepStore();
  people: readonly Person[] = [];
  saveState: SaveState = { kind: 'saved' };
  /** Counts changes of anything here. */
  version = 0;
  /** Counts what the catalog has learned. */
  known = 0;
  /** Send what is not saved yet; false where that was not possible. */
  flush: () => Promise<boolean> = () => Promise.resolve(true);
  /** Bring what the server has beyond `revision` here, as after an earlier state was restored. */
  pull: () => Promise<void> = () => Promise.resolve();
  /** Look for faults anew. */
  recheck: () => Promise<void> = () => Promise.resolve();
  private readonly history = new History();
  private readonly listeners = new Set<() => void>();
  private readonly editListeners = new Set<EditListener>();

  constructor(
    facts: DraftFacts,
    readonly places: Places,
    readonly catalog: Catalog = new Catalog(),
  ) {
    this.id = facts.id;
    this.canEdit = facts.canEdit;
    this.canSubmit = facts.canSubmit;
    this.name = facts.name;
    this.description = facts.description;
    this.document = facts.document;
    this.revision = facts.revision;
    this.run = facts.run;
  }

  /** What undo and redo would do, in words; null where nothing. */
  get next(): { undo: string | null; redo: string | null } {
    return this.history.next;
  }

  /**
   * Change the draft.
   *
   * @param summary what was done, in the reader's language, for undo and the draft's history
   * @param gesture edits that follow each other with the same word are undone together
   */
  edit(patch: Patch, summary: string, gesture = ''): void {
    if (!this.canEdit || isEmpty(patch)) return;
    const { document, inverse } = apply(this.document, patch);
    if (JSON.stringify(apply(document, inverse).inverse) === JSON.stringify(inverse)) return;
    this.document = document;
    this.history.push({ patch, inverse, summary, gesture });
    this.edited(patch, summary);
  }

  /** Take back the last edit; returns what it was, null where there was none. */
  undo(): string | null {
    return this.turn('undo');
  }

  redo(): string | null {
    return this.turn('redo');
  }

  select(keys: Iterable<string>): void {
    const wanted = new Set(keys);
    if (wanted.size === this.selection.size && [...wanted].every((key) => this.selection.has(key))) return;
    this.selection = wanted;
    this.tell();
  }

  /** Choose a node and show it, where a field is given with the focus in it. */
  jump(key: string, field = ''): void {
    this.selection = new Set([key]);
    this.jumped = { key, field, count: this.jumped.count + 1 };
    this.tell();
  }

  set(values: Partial<Settable>): void {
    Object.assign(this, values);
    this.tell();
  }

  /** Take over what others changed. It cannot be undone here. */
  receive(patch: Patch, revision: number): void {
    this.document = apply(this.document, patch).document;
    this.history.forget(patch);
    this.revision = revision;
    this.prune();
    this.tell();
  }

  /** Say that the catalog has learned something. */
  learned(): void {
    this.known += 1;
    this.tell();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** Hear of each edit made here, undone and redone ones too. */
  onEdit(listener: EditListener): () => void {
    this.editListeners.add(listener);
    return () => this.editListeners.delete(listener);
  }

  private turn(way: 'undo' | 'redo'): string | null {
    if (!this.canEdit) return null;
    const entry = this.history[way](this.document);
    if (!entry) return null;
    this.document = apply(this.document, entry.patch).document;
    this.edited(entry.patch, entry.summary);
    return entry.summary;
  }

  private edited(patch: Patch, summary: string): void {
    this.prune();
    for (const listener of this.editListeners) listener(patch, summary);
    this.tell();
  }

  /** What is gone is not chosen any more. */
  private prune(): void {
    const { nodes, frames } = this.document;
    const kept = [...this.selection].filter((key) => key in nodes || key in frames);
    if (kept.length !== this.selection.size) this.selection = new Set(kept);
  }

  private tell(): void {
    this.version += 1;
    for (const listener of [...this.listeners]) listener();
  }
}
