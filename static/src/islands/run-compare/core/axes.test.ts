import { describe, expect, test } from 'vitest';

import { axisOf, chosen, placeOf, valueAt, type Axis } from './axes.ts';
import type { Cell, Line } from './compared.ts';

function line(name: string, values: Cell[]): Line {
  return { kind: 'parameter', name, values, differs: new Set(values).size > 1 };
}

describe('axes', () => {
  test('numbers lie between their least and their largest', () => {
    const axis = axisOf(line('rate', [0, '5', null, 10]));
    expect(axis?.places).toEqual([0, 0.5, null, 1]);
    expect(axis?.range).toEqual([0, 10]);
    expect(axis?.marks.map((mark) => mark.text)).toEqual([0, 2.5, 5, 7.5, 10]);
  });

  test('numbers of many orders of magnitude stand by these', () => {
    const axis = axisOf(line('rate', [0.0001, 0.01, 1]));
    expect(axis?.places.map((place) => place?.toFixed(3))).toEqual(['0.000', '0.500', '1.000']);
    expect(axis?.marks.map((mark) => mark.text)).toEqual([0.0001, 0.001, 0.01, 0.1, 1]);
    expect(axis && placeOf(axis, valueAt(axis, 0.3))).toBeCloseTo(0.3, 10);
    expect(axis && placeOf(axis, 0)).toBeLessThan(0);
  });

  test('texts have each a place, in alphabetical order', () => {
    const axis = axisOf(line('solver', ['sgd', 'adam', 'sgd', 'lbfgs']));
    expect(axis?.places).toEqual([1, 0, 1, 0.5]);
    expect(axis?.range).toBeNull();
  });

  test('what is alike, or different everywhere, has none', () => {
    expect(axisOf(line('depth', [3, 3]))).toBeNull();
    expect(
      axisOf(
        line(
          'id',
          Array.from({ length: 50 }, (_, at) => `run ${at}`),
        ),
      ),
    ).toBeNull();
  });

  test('a run is chosen where it is within all brushes; one without a value is not', () => {
    const axes = [line('rate', [0, 5, null, 10]), line('solver', ['a', 'b', 'a', 'a'])].map(axisOf) as Axis[];
    expect(chosen(axes, new Map(), 4)).toEqual([true, true, true, true]);
    expect(chosen(axes, new Map([['parameter:rate', [0.5, 1]]]), 4)).toEqual([false, true, false, true]);
    const both = new Map<string, [number, number]>([
      ['parameter:rate', [0, 1]],
      ['parameter:solver', [0, 0.2]],
    ]);
    expect(chosen(axes, both, 4)).toEqual([true, false, false, true]);
  });
});
