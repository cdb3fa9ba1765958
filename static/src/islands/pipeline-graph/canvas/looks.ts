import { createContext } from 'react';

import { StepStore } from '../core/step-store.ts';

/** How a node of one pipeline stands to that of another it is compared with. */
export type Mark = 'same' | 'changed' | 'only';

/** What changes how nodes look, without changing where they are. `hits`: what was searched for; null without a search. */
export interface Appearance {
  store: StepStore;
  marks: Readonly<Record<string, Mark>>;
  chosen: string | null;
  /** What the keyboard is at. */
  current: string | null;
  hits: ReadonlySet<string> | null;
  critical: ReadonlySet<string>;
}

export const Looks = createContext<Appearance>({
  store: new StepStore(),
  marks: {},
  chosen: null,
  current: null,
  hits: null,
  critical: new Set(),
});
