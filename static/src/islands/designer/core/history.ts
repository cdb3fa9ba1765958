/** Undo and redo over patches. One gesture is one entry. Pure. */
import { apply, compose, filtered, isEmpty, placesOf, type Patch } from './patch.ts';
import type { Document } from './document.ts';

export interface Entry {
  patch: Patch;
  inverse: Patch;
  summary: string;
  /** Entries that follow each other with the same word are one: typing into one field, arrow keys that move. */
  gesture: string;
}

const MOST_ENTRIES = 500;

export class History {
  private done: Entry[] = [];
  private undone: Entry[] = [];

  /** What would be undone next, and done again; null where nothing. */
  get next(): { undo: string | null; redo: string | null } {
    return { undo: this.done.at(-1)?.summary ?? null, redo: this.undone.at(-1)?.summary ?? null };
  }

  push(entry: Entry): void {
    const last = this.done.at(-1);
    this.undone = [];
    if (last && entry.gesture && last.gesture === entry.gesture) {
      this.done[this.done.length - 1] = {
        ...entry,
        patch: compose(last.patch, entry.patch),
        inverse: compose(entry.inverse, last.inverse),
      };
      return;
    }
    this.done.push(entry);
    if (this.done.length > MOST_ENTRIES) this.done.shift();
  }

  /** The patch that undoes the last entry; null where there is none. */
  undo(document: Document): Entry | null {
    return this.step(this.done, this.undone, document);
  }

  redo(document: Document): Entry | null {
    return this.step(this.undone, this.done, document);
  }

  /** Others have changed these places: what was done there before can no longer be undone without undoing theirs. */
  forget(patch: Patch): void {
    const places = new Set(placesOf(patch));
    const isKept = (place: string): boolean => !places.has(place);
    const trimmed = (entries: Entry[]): Entry[] =>
      entries
        .map((entry) => ({
          ...entry,
          patch: filtered(entry.patch, isKept),
          inverse: filtered(entry.inverse, isKept),
        }))
        .filter((entry) => !isEmpty(entry.patch));
    this.done = trimmed(this.done);
    this.undone = trimmed(this.undone);
  }

  private step(from: Entry[], to: Entry[], document: Document): Entry | null {
    const entry = from.pop();
    if (!entry) return null;
    const turned = { ...entry, patch: entry.inverse, inverse: apply(document, entry.inverse).inverse, gesture: '' };
    to.push(turned);
    return turned;
  }
}
