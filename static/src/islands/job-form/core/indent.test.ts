import { describe, expect, it } from 'vitest';

import { enter, tab, type Edit } from './indent.ts';

const applied = (text: string, edit: Edit): string => text.slice(0, edit.from) + edit.text + text.slice(edit.to);

describe('Tab', () => {
  it('goes to the next step', () => expect(applied('ab', tab('ab', 2, 2, false))).toBe('ab  '));
  it('indents the chosen lines, but no empty ones', () => {
    expect(applied('a\n\nb', tab('a\n\nb', 0, 4, false))).toBe('    a\n\n    b');
  });
  it('takes a step off with shift', () => {
    const text = '    a\n  b\nc';
    expect(applied(text, tab(text, 6, 12, true))).toBe('    a\nb\nc');
    expect(applied('    a', tab('    a', 2, 2, true))).toBe('a');
  });
  it('keeps the cursor where it was in the text', () => {
    const { start, end } = tab('    ab', 5, 5, true);
    expect([start, end]).toEqual([1, 1]);
  });
});

describe('Enter', () => {
  it('keeps the indentation', () => expect(applied('  a', enter('  a', 3, 3))).toBe('  a\n  '));
  it('adds a step after a colon', () => expect(applied('if x:', enter('if x:', 5, 5))).toBe('if x:\n    '));
});
