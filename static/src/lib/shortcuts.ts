/** Keyboard shortcuts: one registry, from which the help sheet is made. Pure; `keyboard.ts` ties it to the page. */
export interface Shortcut {
  /** Keys in order, such as `g h`, `?`, `[` or `mod+k` (Control, on a Mac Command). */
  keys: string;
  label: string;
  group: string;
  run: () => void;
  /** Whether it applies now; always, if left out. */
  when?: () => boolean;
  /** It is listed only: the browser, or the part of the page that has the focus, hears the keys itself. */
  isListedOnly?: boolean;
}

const SEQUENCE_MS = 1000;

export interface Press {
  key: string;
  mod: boolean;
  at: number;
}

export class Shortcuts {
  private readonly known: Shortcut[] = [];
  private begun: string[] = [];
  private lastAt = 0;

  /** Add a shortcut; returns what takes it out again. Of two with the same keys, the later one is asked first. */
  add(shortcut: Shortcut): () => void {
    this.known.push(shortcut);
    return () => {
      const place = this.known.indexOf(shortcut);
      if (place >= 0) this.known.splice(place, 1);
    };
  }

  /** Take a key; returns the shortcut it completes. */
  press({ key, mod, at }: Press): Shortcut | null {
    const name = mod ? `mod+${key.toLowerCase()}` : key;
    const keys = at - this.lastAt <= SEQUENCE_MS ? [...this.begun, name] : [name];
    this.lastAt = at;
    const usable = this.known.filter((shortcut) => !shortcut.isListedOnly && shortcut.when?.() !== false);
    for (const pressed of keys.length > 1 ? [keys, [name]] : [keys]) {
      const text = pressed.join(' ');
      const hit = usable.findLast((shortcut) => shortcut.keys === text);
      if (hit) {
        this.begun = [];
        return hit;
      }
      if (usable.some((shortcut) => shortcut.keys.startsWith(`${text} `))) {
        this.begun = pressed;
        return null;
      }
    }
    this.begun = [];
    return null;
  }

  /** What applies now, by group, in the order of adding. */
  groups(): Map<string, Shortcut[]> {
    const groups = new Map<string, Shortcut[]>();
    for (const shortcut of this.known) {
      if (shortcut.when?.() === false) continue;
      groups.set(shortcut.group, [...(groups.get(shortcut.group) ?? []), shortcut]);
    }
    return groups;
  }
}
