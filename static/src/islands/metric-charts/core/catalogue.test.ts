import { describe, expect, it } from 'vitest';

import { Catalogue } from './catalogue.ts';

const listed = {
  name: 'train/loss',
  is_system: false,
  count: 1,
  last: 0.5,
  last_text: '',
  last_step: 3,
  last_at_ms: 1000,
  minimum: 0.5,
  maximum: 0.5,
};

function catalogue(): Catalogue {
  const made = new Catalogue(false);
  made.take([{ ...listed }]);
  return made;
}

describe('metrics that grow', () => {
  it('tells of a second value and of a new name', () => {
    const known = catalogue();
    expect(known.add([['train/loss', 4, 2000, 0.25]])).toBe(true);
    expect(known.add([['train/loss', 5, 3000, 'NaN']])).toBe(false);
    expect(known.get('train/loss')).toMatchObject({ count: 3, last: null, last_text: 'NaN', last_step: 5 });
    expect(known.add([['accuracy', 0, 1, 1]])).toBe(true);
    expect(known.sorted().map((metric) => metric.name)).toEqual(['accuracy', 'train/loss']);
  });

  it('takes nothing twice that the list had already', () => {
    const known = catalogue();
    expect(known.add([['train/loss', 3, 1000, 0.5]])).toBe(false);
    expect(known.get('train/loss')?.count).toBe(1);
  });

  it('keeps the metrics of the machine apart', () => {
    const known = catalogue();
    expect(known.add([['system/cpu_percent', 0, 1, 12]])).toBe(false);
    expect(known.size).toBe(1);
  });

  it('sorts by group first', () => {
    const known = catalogue();
    known.take(['train', 'train/a', 'a/b', 'train2/a'].map((name) => ({ ...listed, name })));
    expect(known.sorted().map((metric) => metric.name)).toEqual(['train', 'a/b', 'train/a', 'train/loss', 'train2/a']);
    known.keep(new Set(['a/b']));
    expect(known.sorted()).toHaveLength(1);
  });
});
