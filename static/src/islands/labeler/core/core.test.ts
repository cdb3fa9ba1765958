import { expect, test } from 'vitest';

import { dragged, fitted, hit, moved, resized, template, toImage, zoomed } from './geometry.ts';
import { beginning, changed, redone, undone } from './history.ts';
import { actionOf, labelOf, nameOf } from './keys.ts';
import { added, codePoints, pieces, spread, trimmed, words } from './spans.ts';
import { isComplete, kindOf, pathOf, toggled, type Box } from './types.ts';

const IMAGE = { width: 100, height: 80 };
const box = (id: string, x: number, y: number, width: number, height: number): Box => ({
  id, label: 'a', type: 'box', x, y, width, height,
}); // prettier-ignore

test('a drag in any direction makes a box within the image, a click makes none', () => {
  expect(dragged({ x: 50, y: 40 }, { x: -10, y: 200 }, IMAGE)).toEqual({ x: 0, y: 40, width: 50, height: 40 });
  expect(dragged({ x: 5, y: 5 }, { x: 5, y: 5 }, IMAGE)).toBeNull();
  expect(dragged({ x: 120, y: 5 }, { x: 180, y: 50 }, IMAGE)).toBeNull();
});

test('a template box has the size of the last one and stays inside', () => {
  expect(template({ x: 0, y: 0 }, undefined, IMAGE)).toEqual({ x: 0, y: 0, width: 50, height: 50 });
  expect(template({ x: 99, y: 40 }, { width: 10, height: 6 }, IMAGE)).toEqual({ x: 90, y: 37, width: 10, height: 6 });
});

test('moving keeps the size, resizing keeps the opposite corner and never leaves nothing', () => {
  const one = box('1', 10, 10, 20, 20);
  expect(moved(one, 500, -500, IMAGE)).toMatchObject({ x: 80, y: 0, width: 20, height: 20 });
  expect(resized(one, 'nw', { x: 40, y: 50 }, IMAGE)).toMatchObject({ x: 30, y: 30, width: 10, height: 20 });
  expect(resized(one, 'se', { x: 10, y: 10 }, IMAGE)).toBe(one);
});

test('a small box within a large one can be reached', () => {
  const boxes = [box('small', 10, 10, 5, 5), box('large', 0, 0, 50, 50)];
  expect(hit(boxes, { x: 12, y: 12 })?.id).toBe('small');
  expect(hit(boxes, { x: 30, y: 30 })?.id).toBe('large');
  expect(hit(boxes, { x: 70, y: 70 })).toBeNull();
});

test('zooming leaves the point under the pointer where it is', () => {
  const view = fitted(IMAGE, { width: 400, height: 400 });
  const about = { x: 123, y: 210 };
  const before = toImage(view, about);
  const after = toImage(zoomed(view, 1.7, about), about);
  expect(after.x).toBeCloseTo(before.x);
  expect(after.y).toBeCloseTo(before.y);
});

test('changes are undone and redone, and a new one ends what could be redone', () => {
  const history = changed(changed(beginning(1), 2), 3);
  expect(undone(undone(history)).now).toBe(1);
  expect(undone(undone(undone(history))).now).toBe(1);
  expect(redone(undone(history)).now).toBe(3);
  expect(redone(changed(undone(history), 4)).now).toBe(4);
});

test('keys are found by what they do, also where keyboards name them otherwise', () => {
  expect(actionOf(nameOf({ key: 'Z', mod: true, shift: true }))).toBe('redo');
  expect(actionOf(nameOf({ key: 'Backspace', mod: false, shift: false }))).toBe('remove');
});

test('a label answers to its own key, the first nine to numbers', () => {
  const labels = [{ hotkey: '' }, { hotkey: 'D' }];
  expect(labelOf(labels, 'd')).toBe(labels[1]);
  expect(labelOf(labels, '1')).toBe(labels[0]);
  expect(labelOf(labels, '7')).toBeUndefined();
});

const TEXT = 'Ana 👩‍🚀 met Ana, עברית Ana-Maria';
const POINTS = Array.from(TEXT);
let made = 0;
const newId = (): string => `new-${(made += 1)}`;

test('emoji and right-to-left text are counted in code points', () => {
  expect(codePoints(TEXT, TEXT.indexOf('met'))).toBe(8);
  expect(words(POINTS).map(([start, end]) => POINTS.slice(start, end).join(''))).toEqual([
    'Ana', 'met', 'Ana', 'עברית', 'Ana-Maria',
  ]); // prettier-ignore
  expect(trimmed(POINTS, 7, 12)).toEqual([8, 11]);
  expect(trimmed(POINTS, 7, 8)).toBeNull();
});

test('a span takes the place of those it touches unless they may overlap', () => {
  const first = { id: '1', label: 'a', start: 0, end: 3 };
  const second = { id: '2', label: 'b', start: 2, end: 5 };
  expect(added([first], second, false)).toEqual([second]);
  expect(added([first], second, true)).toEqual([first, second]);
  expect(added([first], { ...first, id: '3' }, true)).toHaveLength(1);
});

test('equal stretches are marked alike, but none within another span', () => {
  const first = { id: '1', label: 'p', start: 0, end: 3 };
  const taken = { id: '2', label: 'q', start: 23, end: 32 };
  const all = spread(POINTS, [first, taken], first, false, newId);
  expect(all.map(({ start, end, label }) => [POINTS.slice(start, end).join(''), label])).toEqual([
    ['Ana', 'p'],
    ['Ana', 'p'],
    ['Ana-Maria', 'q'],
  ]);
});

test('the pieces of a text are the text', () => {
  const spans = [
    { id: '1', label: 'a', start: 0, end: 5 },
    { id: '2', label: 'b', start: 3, end: 9 },
  ];
  const cut = pieces(POINTS, spans);
  expect(cut.map((piece) => piece.text).join('')).toBe(TEXT);
  expect(cut.map((piece) => piece.spans.length)).toEqual([1, 2, 1, 0]);
  expect(pieces([], [])).toEqual([]);
});

test('one class takes the place of another unless several may stand', () => {
  expect(toggled({ labels: ['a'] }, 'b', false)).toEqual({ labels: ['b'] });
  expect(toggled({ labels: ['a'] }, 'b', true)).toEqual({ labels: ['a', 'b'] });
  expect(toggled({ labels: ['a'] }, 'a', false)).toEqual({ labels: [] });
});

test('an item needs a class to be submitted; a picture may be without objects', () => {
  expect(isComplete('classes', { labels: [] })).toBe(false);
  expect(isComplete('boxes', { shapes: [] })).toBe(true);
  expect(kindOf('text_classification_multilabel')).toBe('classes');
  expect(kindOf('semantic_segmentation')).toBeNull();
});

test('a label is called by its whole path, so that two of one name are told apart', () => {
  const label = (key: string, name: string, parent: string | null) => ({ key, name, parent, color: '', hotkey: '' });
  const labels = [label('a', 'Animal', null), label('c', 'Cat', 'a'), label('x', 'Small', 'c')];
  expect(labels.map((one) => pathOf(one, labels))).toEqual(['Animal', 'Animal/Cat', 'Animal/Cat/Small']);
});
