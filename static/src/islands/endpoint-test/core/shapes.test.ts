import { describe, expect, it } from 'vitest';

import { inferred, shapeOf, type Json } from './shapes.ts';
import { emptyValue, fits, rowsOf, tableValue, typed } from './values.ts';
import { written } from './writing.ts';

const TABLE = {
  type: 'object',
  properties: {
    dataframe_split: {
      type: 'table',
      columns: [
        { name: 'age', type: 'integer', required: true },
        { name: 'city', type: 'string', required: false },
      ],
    },
  },
};
const RECORDS = {
  type: 'object',
  properties: {
    data: {
      type: 'array',
      items: { type: 'object', properties: { a: { type: 'number' }, b: { type: 'boolean' } }, required: ['a'] },
    },
  },
};

describe('the shape of a request', () => {
  it('is that of its schema', () => {
    const shape = shapeOf(TABLE, { dataframe_split: { columns: ['age', 'city'], data: [[1, 'x']] } });
    expect(shape).toMatchObject({
      kind: 'fields',
      fields: [{ name: 'dataframe_split', shape: { kind: 'table', layout: 'split' } }],
    });
    expect(fits(shape, { dataframe_split: { columns: ['age', 'city'], data: [[2, null]] } })).toBe(true);
    expect(fits(shape, { dataframe_split: { columns: ['city', 'age'], data: [] } })).toBe(false);
    expect(fits(shape, { dataframe_split: { columns: ['age', 'city'], data: [[1.5, 'x']] } })).toBe(false);
    expect(fits(shape, { other: 1 })).toBe(false);
  });

  it('has rows of objects, whose cells may be left out', () => {
    const shape = shapeOf(RECORDS, undefined);
    expect(fits(shape, { data: [{ a: 1 }, { a: 2, b: true }] })).toBe(true);
    expect(fits(shape, { data: [{ a: 'x' }] })).toBe(false);
    expect(emptyValue(shape)).toEqual({ data: [{ a: 0, b: false }] });
  });

  it('is found in the sample where no schema says it', () => {
    expect(shapeOf(null, { data: [[5.1, 3.5]] })).toMatchObject({
      fields: [{ shape: { kind: 'table', layout: 'grid', columns: [{ name: '1' }, { name: '2' }] } }],
    });
    expect(inferred(['a', 'b'])).toMatchObject({ kind: 'table', layout: 'list' });
    expect(inferred({ columns: ['a'], data: [[1]] })).toMatchObject({ layout: 'split', columns: [{ name: 'a' }] });
    expect(inferred([[1], [1, 2]])).toEqual({ kind: 'json' });
    expect(inferred({})).toEqual({ kind: 'json' });
  });

  it('takes the width of a grid from the sample and its type from the schema', () => {
    const schema = { type: 'array', items: { type: 'array', items: { type: 'integer' } } };
    const shape = shapeOf(schema, [[1, 2, 3]]);
    expect(shape).toMatchObject({ layout: 'grid', columns: [{}, {}, { type: { kind: 'number', isWhole: true } }] });
  });
});

describe('values', () => {
  it.each<[Json]>([
    [
      {
        data: [
          [5.1, 3.5],
          [1, null],
        ],
      },
    ],
    [{ rows: [{ a: 1 }, { a: 2, b: 'x' }] }],
    [{ input_data: { columns: ['a', 'b'], data: [[1, 'x']] } }],
    [{ text: 'hello', count: 3, deep: { yes: true } }],
    [[1, 2, 3]],
  ])('go through a form and come back: %j', (value) => {
    const shape = inferred(value);
    expect(fits(shape, value)).toBe(true);
    if (shape.kind === 'table') expect(tableValue(shape, rowsOf(shape, value))).toEqual(value);
    if (shape.kind !== 'fields') return;
    for (const { name, shape: inner } of shape.fields) {
      const part = (value as Record<string, Json>)[name] ?? null;
      if (inner.kind === 'table') expect(tableValue(inner, rowsOf(inner, part))).toEqual(part);
    }
  });

  it('are refused where they are none of their kind', () => {
    expect(typed({ kind: 'number', isWhole: true }, '1.5')).toEqual({ ok: false });
    expect(typed({ kind: 'number', isWhole: false }, ' 1.5 ')).toEqual({ ok: true, value: 1.5 });
    expect(typed({ kind: 'number', isWhole: false }, '')).toEqual({ ok: true, value: null });
    expect(typed({ kind: 'flag' }, 'yes')).toEqual({ ok: false });
    expect(typed({ kind: 'json' }, '[1')).toEqual({ ok: false });
    expect(typed({ kind: 'text', choices: [] }, ' a ')).toEqual({ ok: true, value: ' a ' });
  });

  it('are written for people', () => {
    expect(written({ data: [[1, 2]] })).toBe('{"data": [[1, 2]]}');
    const wide = { data: [Array.from({ length: 30 }, () => 1000), [1]] };
    expect(JSON.parse(written(wide))).toEqual(wide);
    expect(written(wide).split('\n')[0]).toBe('{');
  });
});
