import { describe, expect, test } from 'vitest';

import type { Cell, Line } from './compared.ts';
import { importances, ranks } from './importance.ts';

function line(name: string, values: Cell[]): Line {
  return { kind: 'parameter', name, values, differs: true };
}

describe('importance', () => {
  test('equal values share their rank', () => {
    expect(ranks([10, 30, 20, 20])).toEqual([1, 4, 2.5, 2.5]);
  });

  test('the strongest parameter comes first, with its direction', () => {
    const accuracy = line('accuracy', [0.9, 0.8, 0.7, 0.6, 0.5]);
    const found = importances(
      [
        line('seed', [3, 1, 2, 5, 4]),
        line('rate', ['0.1', '0.2', '0.4', '0.8', '1.6']),
        line('depth', [3, 3, 3, 3, 3]),
      ],
      accuracy,
    );
    expect(found.map((one) => one.name)).toEqual(['rate', 'seed']);
    expect(found[0]).toEqual({ name: 'rate', strength: 1, direction: -1 });
    // Spearman by hand: 1 - 6·Σd²/(n(n²-1)) of the ranks 3 1 2 5 4 against 5 4 3 2 1.
    expect(found[1]?.strength).toBeCloseTo(Math.abs(1 - (6 * (4 + 9 + 1 + 9 + 9)) / (5 * 24)), 10);
  });

  test('of texts it is how far the groups lie apart', () => {
    const metric = line('loss', [1, 2, 3, 4]);
    const [apart, mixed] = importances(
      [line('mixed', ['a', 'b', 'b', 'a']), line('apart', ['a', 'a', 'b', 'b'])],
      metric,
    );
    expect(apart).toEqual({ name: 'apart', strength: Math.sqrt(4 / 5), direction: 0 });
    expect(mixed?.strength).toBe(0);
  });

  test('two runs say nothing', () => {
    expect(importances([line('rate', [1, 2, null])], line('loss', [1, 2, 3]))).toEqual([]);
  });
});
