import { describe, expect, test } from 'vitest';

import { bestOf, differs, isNumeric, linesOf, numberOf, type Compared } from './compared.ts';

const COMPARED: Compared = {
  runs: [],
  parameters: [{ name: 'rate', values: [0.1, '0.10', null] }],
  metrics: [{ name: 'loss', values: [{ last: 1, min: 0.5, max: 2 }, null, { last: 1, min: 1, max: 1 }] }],
  tags: [{ name: 'team', values: ['a', 'a', 'a'] }],
  data: [],
  settings: [],
  left_out: {},
};

describe('what is compared', () => {
  test('metrics come first, with the value that was asked for', () => {
    const lines = linesOf(COMPARED, 'min');
    expect(lines.map((line) => [line.kind, line.name])).toEqual([
      ['metric', 'loss'],
      ['parameter', 'rate'],
      ['tag', 'team'],
    ]);
    expect(lines[0]?.values).toEqual([0.5, null, 1]);
  });

  test('a run without a value differs from one with', () => {
    expect(linesOf(COMPARED, 'last').map((line) => line.differs)).toEqual([true, true, false]);
    expect(differs(['1', 1, '1.0'])).toBe(false);
    expect(differs(['a', 'b'])).toBe(true);
  });

  test('numbers are read from texts, and nothing else is', () => {
    expect(['1', ' -2.5e3 ', '.5', 7].map(numberOf)).toEqual([1, -2500, 0.5, 7]);
    expect(['', 'adam', '1,5', '0x10', null, true, Number.NaN].map(numberOf)).toEqual([
      null,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(isNumeric(['1', 2, null])).toBe(true);
    expect(isNumeric(['1', 'two'])).toBe(false);
    expect(isNumeric([1, 1])).toBe(false);
  });

  test('the best run is known where the name of the metric says which way is better', () => {
    expect(bestOf('val_loss', [3, 1, null, 2])).toBe(1);
    expect(bestOf('accuracy', [0.5, 0.9, 0.7])).toBe(1);
    expect(bestOf('epoch', [1, 2])).toBeNull();
    expect(bestOf('auc', [null])).toBeNull();
  });
});
