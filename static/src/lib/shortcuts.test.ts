import { beforeEach, expect, it } from 'vitest';

import { Shortcuts } from './shortcuts.ts';

let shortcuts: Shortcuts;
let isThere = false;

beforeEach(() => {
  isThere = false;
  shortcuts = new Shortcuts();
  const add = (keys: string, when?: () => boolean): unknown =>
    shortcuts.add({ keys, label: keys, group: 'All', run: () => undefined, ...(when && { when }) });
  add('g h');
  add('g c');
  add('?');
  add('h');
  add('mod+k');
  add('x', () => isThere);
});

/** Press keys one after another, `gap` milliseconds apart; says what each completed. */
function type(keys: string[], gap = 100): (string | undefined)[] {
  return keys.map((key, place) => {
    const mod = key.startsWith('^');
    return shortcuts.press({ key: key.replace('^', ''), mod, at: 1000 + place * gap })?.keys;
  });
}

it('knows single keys and sequences', () => {
  expect(type(['?', 'g', 'c', 'h'])).toEqual(['?', undefined, 'g c', 'h']);
});

it('forgets the beginning of a sequence after a second', () => {
  expect(type(['g', 'h'], 1500)).toEqual([undefined, 'h']);
});

it('takes a key that continues nothing by itself', () => {
  expect(type(['g', '?'])).toEqual([undefined, '?']);
  expect(type(['g', 'g', 'h'])).toEqual([undefined, undefined, 'g h']);
});

it('tells keys with Control from plain ones, whatever the case', () => {
  expect(type(['^K', 'k'])).toEqual(['mod+k', undefined]);
});

it('passes over what does not apply, also in the help sheet', () => {
  expect(type(['x'])).toEqual([undefined]);
  expect(shortcuts.groups().get('All')).toHaveLength(5);
  isThere = true;
  expect(type(['x'])).toEqual(['x']);
  expect(shortcuts.groups().get('All')).toHaveLength(6);
});

it('asks the later of two first, until it is taken away', () => {
  const remove = shortcuts.add({ keys: '?', label: 'mine', group: 'Page', run: () => undefined });
  expect(shortcuts.press({ key: '?', mod: false, at: 1 })?.label).toBe('mine');
  remove();
  expect(shortcuts.press({ key: '?', mod: false, at: 5000 })?.label).toBe('?');
});
