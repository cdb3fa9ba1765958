// @vitest-environment happy-dom
import { expect, it } from 'vitest';

import { copied, pasted, read, written } from './clipboard.ts';
import { refusal, targetsOf } from './connecting.ts';
import { EMPTY, fullDocument, fullNode, type Document } from './document.ts';
import { connect, remove } from './operations.ts';
import { builtin, Catalog } from './palette.ts';
import { apply } from './patch.ts';
import { nextNode } from './walk.ts';

const port = (name: string, type: string): { name: string; title: string; type: string; optional: boolean } => ({
  name,
  title: name,
  type,
  optional: false,
});
const declared = { version: '1', category: 'c', help: '', parameters: [] };
const catalog = new Catalog(
  ['c'],
  [
    builtin({
      ...declared,
      name: 'split',
      title: 'Split',
      inputs: [port('dataset', 'DataFrameDirectory')],
      outputs: [port('left', 'DataFrameDirectory'), port('right', 'DataFrameDirectory')],
    }),
    builtin({
      ...declared,
      name: 'forest',
      title: 'Forest',
      inputs: [],
      outputs: [port('untrained', 'UntrainedModelDirectory')],
    }),
    builtin({
      ...declared,
      name: 'train',
      title: 'Train',
      inputs: [port('untrained', 'UntrainedModelDirectory'), port('dataset', 'DataFrameDirectory')],
      outputs: [port('model', 'ModelDirectory')],
    }),
  ],
);
const drawn: Document = fullDocument({
  nodes: {
    people: { component: 'data:azureml:people:2', type: 'uri_folder', position: [0, 0] },
    split: { component: 'builtin:split:1', position: [0, 100] },
    forest: { component: 'builtin:forest:1', position: [300, 100] },
    train: {
      component: 'builtin:train:1',
      position: [150, 200],
      inputs: { dataset: { node: 'split', output: 'left' }, seed: { pipeline: 'seed' } },
    },
  },
  inputs: { seed: { type: 'integer', default: 1 } },
});

it('lets ports of one type be connected, and says in words why others cannot', () => {
  const left = { node: 'split', output: 'left' };
  expect(refusal(drawn, catalog, { node: 'people', output: 'data' }, { node: 'split', input: 'dataset' })).toBeNull();
  expect(refusal(drawn, catalog, left, { node: 'train', input: 'untrained' })).toBe(
    '“left” gives Table; “untrained” takes Untrained model.',
  );
  expect(refusal(drawn, catalog, left, { node: 'split', input: 'dataset' })).toBe(
    'A node cannot be connected with itself.',
  );
  const chained = apply(drawn, connect(drawn, left, { node: 'other', input: 'dataset' })).document;
  expect(chained).toEqual(drawn);
});

it('refuses circles', () => {
  const nodes = {
    ...drawn.nodes,
    second: { ...fullNode({ component: 'builtin:split:1' }), inputs: { dataset: { node: 'split', output: 'left' } } },
  };
  const document = { ...drawn, nodes };
  expect(refusal(document, catalog, { node: 'second', output: 'left' }, { node: 'split', input: 'dataset' })).toBe(
    'This would close a circle: “Split” already needs what “Split” leaves.',
  );
});

it('offers the inputs that an output fits, free ones first', () => {
  expect(targetsOf(drawn, catalog, { node: 'people', output: 'data' })).toEqual([
    { node: 'split', input: 'dataset' },
    { node: 'train', input: 'untrained' },
    { node: 'train', input: 'dataset' },
  ]);
  expect(targetsOf(drawn, catalog, { node: 'split', output: 'left' })).toEqual([]);
});

it('carries nodes from one draft to another through text, with the edges between them', () => {
  const clip = read(written(copied(drawn, new Set(['split', 'train']))));
  expect(clip).not.toBeNull();
  const { document } = apply(EMPTY, pasted(EMPTY, clip ?? EMPTY, [5, 5]).patch);
  expect(Object.keys(document.nodes)).toEqual(['split', 'train']);
  expect(document.nodes['train']?.inputs).toEqual({
    dataset: { node: 'split', output: 'left' },
    seed: { pipeline: 'seed' },
  });
  expect(document.inputs).toEqual(drawn.inputs);
  const twice = apply(document, pasted(document, clip ?? EMPTY, [5, 5]).patch).document;
  expect(twice.nodes['train_2']?.inputs['dataset']).toEqual({ node: 'split_2', output: 'left' });
  expect(read('{"kind": "something else"}')).toBeNull();
  expect(read('some text')).toBeNull();
  expect(read('{"kind": "open-ml-studio/designer", "nodes": {"a": {"component": "x", "position": 3}}}')).toBeNull();
});

it('takes edges away with the nodes they lead from', () => {
  const { document } = apply(drawn, remove(drawn, new Set(['split'])));
  expect(document.nodes['train']?.inputs).toEqual({ seed: { pipeline: 'seed' } });
});

it('walks along edges, and to what is nearest where there are none', () => {
  expect(nextNode(drawn, 'split', 'ArrowDown')).toBe('train');
  expect(nextNode(drawn, 'train', 'ArrowUp')).toBe('split');
  expect(nextNode(drawn, 'split', 'ArrowRight')).toBe('forest');
  expect(nextNode(drawn, 'people', 'ArrowLeft')).toBeNull();
});
