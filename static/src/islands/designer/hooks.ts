import { useSyncExternalStore } from 'react';

import type { DraftStore } from './core/store.ts';

/** Part of a draft's state, as of now. `read` gives the same object as long as nothing in it has changed. */
export function useDraft<T>(store: DraftStore, read: (store: DraftStore) => T): T {
  return useSyncExternalStore(store.subscribe, () => read(store));
}
