/** Edits that the server does not have yet, kept in this browser so that neither a crash nor a closed window loses them. */
import type { StoredPatch } from './patch.ts';

export interface Unsaved {
  /** The revision that the edits were made on. */
  revision: number;
  patch: StoredPatch;
  summary: string;
}

type Storage_ = Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'key' | 'length'>;

function prefixOf(draft: string): string {
  return `designer:${draft}:`;
}

/** What windows that are gone have left of a draft, by the names that they had. */
export function leftBehind(storage: Storage_, draft: string, isAlive: (client: string) => boolean): string[] {
  const names = Array.from({ length: storage.length }, (_, place) => storage.key(place) ?? '');
  const own = names
    .filter((name) => name.startsWith(prefixOf(draft)))
    .map((name) => name.slice(prefixOf(draft).length));
  return own.filter((client) => !isAlive(client)).sort();
}

/** Keeps what one window has not saved. A browser that keeps nothing is no reason not to go on. */
export class Keeper {
  private readonly name: string;

  constructor(
    private readonly storage: Storage_,
    draft: string,
    readonly client: string,
  ) {
    this.name = prefixOf(draft) + client;
  }

  read(): Unsaved | null {
    try {
      const text = this.storage.getItem(this.name);
      return text === null ? null : (JSON.parse(text) as Unsaved);
    } catch {
      return null;
    }
  }

  write(unsaved: Unsaved | null): void {
    try {
      if (unsaved) this.storage.setItem(this.name, JSON.stringify(unsaved));
      else this.storage.removeItem(this.name);
    } catch {
      // Full, or forbidden: the edits stay in the page.
    }
  }
}
