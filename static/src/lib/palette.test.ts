import { describe, expect, it } from 'vitest';

import { matching, type Item } from './palette.ts';

describe('the palette', () => {
  const items = ['Data', 'Data labeling', 'Metadata', 'Jobs'].map((label): Item => ({
    label,
    hint: '',
    url: label,
    icon: 'x',
  }));
  const labels = (query: string): string[] => matching(items, query).map((item) => item.label);

  it('puts words that begin so first', () => expect(labels('data')).toEqual(['Data', 'Data labeling', 'Metadata']));
  it('wants every word', () => expect(labels('lab data')).toEqual(['Data labeling']));
  it('finds nothing for nonsense', () => expect(labels('zzz')).toEqual([]));
});
