import { describe, expect, it } from 'vitest';

import { matcher, matches } from './marks.ts';

describe('marks within a line', () => {
  const query = { text: 'a.c', isRegex: false, isCase: false };

  it('takes text as it is, or as a pattern', () => {
    expect(matches('A.C abc', matcher(query) ?? /$/)).toEqual([[0, 3]]);
    expect(matches('A.C abc', matcher({ ...query, isRegex: true }) ?? /$/)).toHaveLength(2);
    expect(matches('A.C abc', matcher({ ...query, isRegex: true, isCase: true }) ?? /$/)).toEqual([[4, 7]]);
  });

  it('marks nothing for no text, half a pattern or empty matches', () => {
    expect(matcher({ ...query, text: '' })).toBeNull();
    expect(matcher({ text: '(', isRegex: true, isCase: false })).toBeNull();
    expect(matches('abc', /x*/g)).toEqual([]);
  });
});
