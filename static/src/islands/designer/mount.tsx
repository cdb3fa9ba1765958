import { createRoot } from 'react-dom/client';

import { element } from '../../lib/dom.ts';
import { follow } from '../../lib/feed.ts';
import { t } from '../../lib/strings.ts';
import { getJson, wasAborted, wordsOf } from '../shared/api.ts';
import { App } from './app.tsx';
import { fullDocument } from './core/document.ts';
import { Keeper, leftBehind } from './core/keeping.ts';
import { builtin, Catalog, type Declaration } from './core/palette.ts';
import { DraftStore, type Person } from './core/store.ts';
import { Sync } from './core/sync.ts';
import { askConflicts } from './dialogs/conflict.tsx';
import { remoteOf, type DraftAnswer, type PaletteAnswer } from './remote.ts';
import { RunWatch } from './watch/watch.ts';

export interface DesignerProps {
  id: string;
  workspace: string;
  api: string;
  paletteUrl: string;
  socket: string;
  cursor: number;
  yamlUrl: string;
  pythonUrl: string;
}

/** Load a draft and let it be drawn; until then the host says so. */
export function mountDesigner(host: HTMLElement, props: DesignerProps): () => void {
  const aborter = new AbortController();
  const stops: (() => void)[] = [];
  host.replaceChildren(element('p', { class: 'muted' }, t('Loading the draft…')));
  void open(host, props, aborter.signal, stops).catch((error: unknown) => {
    if (wasAborted(error)) return;
    host.replaceChildren(element('div', { class: 'notice notice-bad', role: 'alert' }, wordsOf(error)));
    console.error(error);
  });
  return () => {
    aborter.abort();
    for (const stop of stops) stop();
  };
}

async function open(
  host: HTMLElement,
  props: DesignerProps,
  signal: AbortSignal,
  stops: (() => void)[],
): Promise<void> {
  const [draft, palette, keeper] = await Promise.all([
    getJson<DraftAnswer>(props.api, signal),
    getJson<PaletteAnswer>(props.paletteUrl, signal),
    keeperOf(props.id, signal),
  ]);
  const catalog = new Catalog(palette.categories, [...palette.components.map(builtin), ...draft.used]);
  const base = `/workspaces/${encodeURIComponent(props.workspace)}/runs/`;
  const store = new DraftStore(
    {
      id: draft.id,
      name: draft.name,
      description: draft.description,
      revision: draft.revision,
      document: fullDocument(draft.document),
      run: draft.run,
      canEdit: draft.permissions.write,
      canSubmit: draft.permissions.submit,
    },
    { api: props.api, workspace: props.workspace, runs: base, runsApi: `/api/v1${base}` },
    catalog,
  );
  store.set({ people: draft.people });
  const sync = new Sync(store, remoteOf(props.api, keeper.client), keeper, {
    ask: (conflicts) => askConflicts(store, conflicts),
  });
  const watch = new RunWatch(store);
  const root = createRoot(host);
  stops.push(
    () => root.unmount(),
    () => watch.stop(),
    () => sync.stop(),
    learning(store, `${props.paletteUrl}search/`, signal),
    follow(props.socket, props.cursor, (news) => {
      if (news.type === 'draft.revised' || news.type === 'reset') void sync.pull();
      if (news.type === 'draft.people') store.set({ people: (news.data as { people: Person[] }).people });
      if (news.type === 'draft.changed') {
        const { name } = news.data as { name: string };
        store.set({ name });
        document.title = document.title.replace(draft.name, name);
      }
    }),
    sending(sync),
  );
  root.render(
    <App
      store={store}
      watch={watch}
      searchUrl={`${props.paletteUrl}search/`}
      yamlUrl={props.yamlUrl}
      pythonUrl={props.pythonUrl}
    />,
  );
  sync.start();
}

/** Save when the window goes out of sight, and as soon as the studio can be reached again. */
function sending(sync: Sync): () => void {
  const send = (): void => void sync.flush();
  const onHidden = (): void => {
    if (document.visibilityState === 'hidden') send();
  };
  addEventListener('online', send);
  addEventListener('pagehide', send);
  document.addEventListener('visibilitychange', onHidden);
  return () => {
    removeEventListener('online', send);
    removeEventListener('pagehide', send);
    document.removeEventListener('visibilitychange', onHidden);
  };
}

/** Ask what the nodes that others, or the clipboard, have brought are. */
function learning(store: DraftStore, searchUrl: string, signal: AbortSignal): () => void {
  const asked = new Set<string>();
  return store.subscribe(() => {
    const unknown = Object.values(store.document.nodes)
      .map((node) => node.component)
      .filter(
        (reference) => !reference.startsWith('builtin:') && !store.catalog.get(reference) && !asked.has(reference),
      );
    if (!unknown.length) return;
    for (const reference of unknown) asked.add(reference);
    const query = new URLSearchParams(unknown.map((reference) => ['reference', reference]));
    getJson<{ found: Declaration[] }>(`${searchUrl}?${query.toString()}`, signal).then(
      ({ found }) => {
        for (const declared of found) store.catalog.add(declared);
        if (found.length) store.learned();
      },
      // The node is drawn with what it says of itself; the check tells what is wrong with it.
      () => undefined,
    );
  });
}

/** A name for this window, and what it has not saved: that of a window that is gone, if that left something behind. */
async function keeperOf(draft: string, signal: AbortSignal): Promise<Keeper> {
  // Only a secure page has locks; elsewhere what a lost window left stays where it is, rather than being taken from a living one.
  if (!window.isSecureContext) return new Keeper(localStorage, draft, `window-${Date.now()}-${Math.random()}`);
  const held = (await navigator.locks.query()).held ?? [];
  const alive = new Set(held.map((lock) => lock.name));
  const lockOf = (client: string): string => `designer:${client}`;
  const [left] = leftBehind(localStorage, draft, (client) => alive.has(lockOf(client)));
  const client = left ?? crypto.randomUUID();
  // Held as long as the window lives, which is how others know that it does.
  void navigator.locks
    .request(lockOf(client), () => new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve())))
    .catch(() => undefined);
  return new Keeper(localStorage, draft, client);
}
