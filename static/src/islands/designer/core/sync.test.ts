import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import { RequestFailed } from '../../shared/api.ts';
import { NO_CHECKS } from './checks.ts';
import { EMPTY, fullDocument, NODE_DEFAULTS, type DraftNode } from './document.ts';
import { Keeper, leftBehind } from './keeping.ts';
import { apply, compose, fullPatch, placesOf, storedPatch, type Patch, type StoredPatch } from './patch.ts';
import { DraftStore } from './store.ts';
import { DraftConflict, Sync, type ConflictToAsk, type Remote } from './sync.ts';

/** A server of one draft, which takes patches by the same rules as the real one. */
class Server {
  document = EMPTY;
  log: { patch: Patch; client: string; summary: string }[] = [];
  isAway = false;

  remote(client: string): Remote {
    return {
      save: (body) => {
        if (this.isAway) return Promise.reject(new RequestFailed(0, 'away'));
        const patch = fullPatch(body.patch);
        const others = this.log.slice(body.revision).filter((one) => one.client !== client);
        const theirs = compose(...others.map((one) => one.patch));
        const own = new Set(placesOf(patch));
        const both = placesOf(theirs).filter((place) => own.has(place));
        const clashes = both.map((place) => {
          const [section = '', key = ''] = place.split(' ');
          return { section, key, by: 'Mia', theirs: (theirs[section as 'nodes'] ?? {})[key] };
        });
        if (clashes.length) return Promise.reject(new DraftConflict('both', this.log.length, clashes));
        this.take(patch, client, body.summary);
        return Promise.resolve({ revision: this.log.length, merged: others.length ? storedPatch(theirs) : null });
      },
      changes: (after) => {
        const patches: StoredPatch[] = this.log.slice(after).map((one) => storedPatch(one.patch));
        return Promise.resolve({ revision: this.log.length, patches });
      },
      check: () => Promise.resolve(NO_CHECKS),
    };
  }

  take(patch: Patch, client: string, summary = ''): void {
    this.document = apply(this.document, patch).document;
    this.log.push({ patch, client, summary });
  }
}

class Memory {
  private readonly values = new Map<string, string>();
  getItem = (name: string): string | null => this.values.get(name) ?? null;
  setItem = (name: string, value: string): void => void this.values.set(name, value);
  removeItem = (name: string): void => void this.values.delete(name);
  key = (place: number): string | null => [...this.values.keys()][place] ?? null;
  get length(): number {
    return this.values.size;
  }
}

interface Window_ {
  store: DraftStore;
  sync: Sync;
  asked: ConflictToAsk[][];
}

const nodeOf = (comment: string): DraftNode => ({ ...NODE_DEFAULTS, component: 'builtin:a:1', comment });
const comment = (text: string): Patch => ({ nodes: { a: nodeOf(text) } });

let server: Server;
let memory: Memory;

function open(client: string, mine: ReadonlySet<string> = new Set()): Window_ {
  const facts = { id: 'd', name: '', description: '', run: null, canEdit: true, canSubmit: true };
  const document = fullDocument(server.document);
  const store = new DraftStore(
    { ...facts, revision: server.log.length, document },
    { api: '', workspace: '', runs: '', runsApi: '' },
  );
  const asked: ConflictToAsk[][] = [];
  const sync = new Sync(store, server.remote(client), new Keeper(memory, 'd', client), {
    ask: (conflicts) => {
      asked.push([...conflicts]);
      return Promise.resolve(mine);
    },
  });
  sync.start();
  return { store, sync, asked };
}

beforeEach(() => {
  vi.useFakeTimers();
  server = new Server();
  memory = new Memory();
});
afterEach(() => void vi.useRealTimers());

it('saves a moment after edits, those of one moment together', async () => {
  const { store } = open('me');
  store.edit(comment('one'), 'Added');
  expect(store.saveState.kind).toBe('unsaved');
  store.edit(comment('two'), 'Wrote');
  await vi.runAllTimersAsync();
  expect(store.saveState.kind).toBe('saved');
  expect(server.log.map((one) => one.summary)).toEqual(['Added · Wrote']);
  expect(server.document).toEqual(store.document);
  expect(memory.length).toBe(0);
});

it('goes on trying while the studio is away, and loses nothing when the window is closed', async () => {
  const { store, sync } = open('me');
  server.isAway = true;
  store.edit(comment('kept'), 'Added');
  await vi.advanceTimersByTimeAsync(5000);
  expect(store.saveState).toEqual({ kind: 'offline', words: 'away' });
  sync.stop();
  expect(leftBehind(memory, 'd', () => false)).toEqual(['me']);
  expect(leftBehind(memory, 'd', () => true)).toEqual([]);
  server.isAway = false;
  server.take({ frames: { f: { text: 'theirs', position: [0, 0], size: [1, 1] } } }, 'them');
  const again = open('me');
  await vi.runAllTimersAsync();
  expect(again.store.saveState.kind).toBe('saved');
  expect(again.store.document.nodes['a']?.comment).toBe('kept');
  expect(server.document).toEqual(again.store.document);
});

it('brings what others changed elsewhere along, and does not ask', async () => {
  const [me, them] = [open('me'), open('them')];
  me.store.edit(comment('mine'), 'Wrote');
  them.store.edit({ nodes: { b: nodeOf('theirs') } }, 'Wrote');
  await vi.runAllTimersAsync();
  await me.sync.pull();
  await them.sync.pull();
  expect(me.store.document).toEqual(them.store.document);
  expect(Object.keys(me.store.document.nodes).sort()).toEqual(['a', 'b']);
  expect([...me.asked, ...them.asked]).toEqual([]);
});

it.each([
  ['mine', 'mine'],
  ['theirs', 'theirs'],
])('asks whose edit counts where two changed the same: %s', async (choice, result) => {
  server.take(comment('before'), 'somebody');
  const me = open('me', choice === 'mine' ? new Set(['nodes a']) : new Set());
  server.take({ ...comment('theirs'), nodes: { a: nodeOf('theirs'), c: nodeOf('beside') } }, 'them');
  me.store.edit(comment('mine'), 'Wrote');
  await vi.runAllTimersAsync();
  expect(me.asked.map((conflicts) => conflicts.map(({ key, by }) => [key, by]))).toEqual([[['a', 'Mia']]]);
  expect(me.store.document.nodes['a']?.comment).toBe(result);
  expect(me.store.document).toEqual(server.document);
  expect(me.store.saveState.kind).toBe('saved');
});
