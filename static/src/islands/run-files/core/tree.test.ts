import { beforeEach, describe, expect, it } from 'vitest';

import { foldersAbove, moveFor, nameOf, Tree } from './tree.ts';

const file = (path: string) => ({ path, size: 1, media_type: '' });
const folder = (path: string) => ({ path, files: 1, size: 1 });

let tree: Tree;

beforeEach(() => {
  tree = new Tree();
  tree.take('', { folders: [folder('outputs/')], files: [file('a.txt'), file('b.txt')], next: null });
});

const keys = (): string[] => tree.rows().map((row) => row.key);

describe('a tree of files', () => {
  it('shows the levels that are open, and that one is being loaded', () => {
    expect(keys()).toEqual(['outputs/', 'a.txt', 'b.txt']);
    tree.open('outputs/');
    expect(tree.rows()[1]).toMatchObject({ kind: 'loading', depth: 2 });
    tree.take('outputs/', { folders: [], files: [file('outputs/model.pkl')], next: null });
    expect(keys()).toEqual(['outputs/', 'outputs/model.pkl', 'a.txt', 'b.txt']);
    expect(tree.rows()[1]).toMatchObject({ depth: 2, place: 1, among: 1 });
    expect(tree.file('outputs/model.pkl')).toBeDefined();
    tree.close('outputs/');
    expect(keys()).toHaveLength(3);
  });

  it('shows more of a long level when asked', () => {
    tree.take('', { folders: [], files: [file('a')], next: 'a' });
    expect(tree.rows().at(-1)).toMatchObject({ kind: 'more', prefix: '', after: 'a' });
    tree.take('', { folders: [], files: [file('b')], next: null }, true);
    expect(keys()).toEqual(['a', 'b']);
  });

  it('says what failed until it is loaded', () => {
    tree.open('outputs/');
    tree.fail('outputs/', 'gone');
    expect(tree.rows()[1]).toMatchObject({ kind: 'failed', words: 'gone' });
    tree.take('outputs/', { folders: [], files: [], next: null });
    expect(keys()).toEqual(['outputs/', 'a.txt', 'b.txt']);
  });
});

describe('keys', () => {
  const move = (key: string, at: string) => moveFor(key, tree.rows(), at);

  it('walk, open and close', () => {
    expect(move('ArrowRight', 'outputs/')).toEqual({ do: 'open' });
    tree.open('outputs/');
    tree.take('outputs/', { folders: [], files: [file('outputs/x')], next: null });
    expect(move('ArrowRight', 'outputs/')).toEqual({ to: 'outputs/x' });
    expect(move('ArrowLeft', 'outputs/x')).toEqual({ to: 'outputs/' });
    expect(move('ArrowLeft', 'outputs/')).toEqual({ do: 'close' });
    expect(move('ArrowDown', 'outputs/x')).toEqual({ to: 'a.txt' });
    expect(move('ArrowUp', 'outputs/')).toBeNull();
    expect(move('End', 'outputs/')).toEqual({ to: 'b.txt' });
    expect(move('Enter', 'a.txt')).toEqual({ do: 'choose' });
  });

  it('find by the first letter, all around', () => {
    expect(move('B', 'a.txt')).toEqual({ to: 'b.txt' });
    expect(move('o', 'b.txt')).toEqual({ to: 'outputs/' });
    expect(move('z', 'b.txt')).toBeNull();
  });
});

it('knows names and folders', () => {
  expect(nameOf('a/b/c.txt')).toBe('c.txt');
  expect(nameOf('a/b/')).toBe('b');
  expect(foldersAbove('a/b/c.txt')).toEqual(['a/', 'a/b/']);
  expect(foldersAbove('c.txt')).toEqual([]);
});
