import fc from 'fast-check';
import { expect, it } from 'vitest';

import { copied, pasted } from './clipboard.ts';
import { EMPTY, type Document } from './document.ts';
import * as operations from './operations.ts';
import { builtin, Catalog } from './palette.ts';
import { DraftStore } from './store.ts';

const split = builtin({
  name: 'split_data',
  version: '1',
  title: 'Split Data',
  category: 'Data Transformation',
  help: '',
  inputs: [{ name: 'dataset', title: 'Dataset', type: 'DataFrameDirectory', optional: false }],
  outputs: [
    { name: 'left', title: 'Left', type: 'DataFrameDirectory', optional: false },
    { name: 'right', title: 'Right', type: 'DataFrameDirectory', optional: false },
  ],
  parameters: [],
});

export function storeOf(document: Document = EMPTY): DraftStore {
  return new DraftStore(
    { id: 'd', name: 'Draft', description: '', revision: 0, document, run: null, canEdit: true, canSubmit: true },
    { api: '/api/', workspace: 'w', runs: '/runs/', runsApi: '/api/runs/' },
    new Catalog(['Data Transformation'], [split]),
  );
}

const size = (): { width: number; height: number } => ({ width: 220, height: 62 });
type Edit = (store: DraftStore, one: string, other: string) => void;
/** `one` and `other`: keys of what is there, or of nothing. */
const edits: Record<string, Edit> = {
  add: (store) => store.edit(operations.add(store.document, split, [3, 4]).patch, 'add'),
  remove: (store, one) => store.edit(operations.remove(store.document, new Set([one])), 'remove'),
  connect: (store, one, other) =>
    store.edit(
      operations.connect(store.document, { node: one, output: 'left' }, { node: other, input: 'dataset' }),
      'connect',
    ),
  move: (store, one) => store.edit(operations.moveBy(store.document, [one], [10, 20]), 'move', `move ${one}`),
  set: (store, one) => store.edit(operations.setParameter(store.document, one, 'fraction', Math.random()), 'set'),
  comment: (store, one) => store.edit(operations.setFields(store.document, one, { comment: 'why' }), 'comment'),
  promote: (store, one) =>
    store.edit(operations.promote(store.document, one, 'fraction', { type: 'number', default: 0.5 }).patch, 'promote'),
  demote: (store, one) => store.edit(operations.demote(store.document, one, 'fraction'), 'demote'),
  frame: (store, one) => store.edit(operations.addFrame(store.document, [one], [0, 0], size).patch, 'frame'),
  arrange: (store) => store.edit(operations.arrange(store.document, size), 'arrange'),
  align: (store, one, other) => store.edit(operations.align(store.document, [one, other], 'left', size), 'align'),
  paste: (store, one, other) =>
    store.edit(pasted(store.document, copied(store.document, new Set([one, other])), [30, 30]).patch, 'paste'),
  settings: (store) => store.edit({ settings: { force_rerun: !store.document.settings.force_rerun } }, 'settings'),
  clear: (store) => store.edit(operations.remove(store.document, new Set(Object.keys(store.document.nodes))), 'clear'),
};

it('undoes and redoes any sequence of edits, back to the start and forth to the end', () => {
  const step = fc.tuple(fc.constantFrom(...Object.keys(edits)), fc.nat(), fc.nat());
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), fc.nat(40), (steps, back) => {
      const store = storeOf();
      const states = [store.document];
      for (const [name, one, other] of steps) {
        const keys = [...Object.keys(store.document.nodes), ...Object.keys(store.document.frames)];
        const key = (number: number): string => keys[number % Math.max(1, keys.length)] ?? 'nothing';
        edits[name]?.(store, key(one), key(other));
        if (states.at(-1) !== store.document) states.push(store.document);
      }
      const end = store.document;
      for (let count = 0; count < back; count += 1) {
        const before = store.document;
        if (store.undo() === null) break;
        store.redo();
        expect(store.document).toEqual(before);
        store.undo();
        expect(states).toContainEqual(store.document);
      }
      while (store.redo() !== null);
      expect(store.document).toEqual(end);
      while (store.undo() !== null);
      expect(store.document).toEqual(EMPTY);
    }),
    { numRuns: 150 },
  );
});

it('takes a row of edits of one gesture back at once, and what changes nothing is no edit', () => {
  const store = storeOf();
  const { key, patch } = operations.add(store.document, split, [0, 0]);
  store.edit(patch, 'Added');
  for (const comment of ['w', 'wh', 'why']) {
    store.edit(operations.setFields(store.document, key, { comment }), 'Wrote', `comment ${key}`);
  }
  store.edit(operations.setFields(store.document, key, { comment: 'why' }), 'Wrote again');
  expect(store.undo()).toBe('Wrote');
  expect(store.document.nodes[key]?.comment).toBe('');
  expect(store.next).toEqual({ undo: 'Added', redo: 'Wrote' });
});

it('does not undo what others have changed since', () => {
  const store = storeOf();
  const { key, patch } = operations.add(store.document, split, [0, 0]);
  store.edit(patch, 'Added');
  const other = operations.add(store.document, split, [300, 0]);
  store.edit(other.patch, 'Added one more');
  store.receive(operations.setFields(store.document, other.key, { comment: 'mine' }), 3);
  expect(store.undo()).toBe('Added');
  expect(Object.keys(store.document.nodes)).toEqual([other.key]);
  expect(key).not.toBe(other.key);
});
