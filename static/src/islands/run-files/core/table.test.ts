import { describe, expect, it } from 'vitest';

import { isNumeric, MOST_ROWS, readTable, separatorOf } from './table.ts';

describe('tables', () => {
  it('reads quotes, separators and line ends within fields', () => {
    const { head, rows, isCut } = readTable('a,"b ""x""",c\r\n1,"2,\n3",\n,,\n\n', ',', false);
    expect(head).toEqual(['a', 'b "x"', 'c']);
    expect(rows).toEqual([
      ['1', '2,\n3', ''],
      ['', '', ''],
    ]);
    expect(isCut).toBe(false);
  });

  it('reads a last line without an end, and an empty last field', () => {
    expect(readTable('a,b\n1,2', ',', false).rows).toEqual([['1', '2']]);
    expect(readTable('a,b\n1,', ',', false).rows).toEqual([['1', '']]);
  });

  it('leaves out the row in which a part of a file ends', () => {
    expect(readTable('a,b\n1,2\n3', ',', true)).toMatchObject({ rows: [['1', '2']], isCut: true });
  });

  it('stops after many rows', () => {
    const many = Array.from({ length: 5000 }, (_, row) => `${row},x`).join('\n');
    const { rows, isCut } = readTable(`a,b\n${many}`, ',', false);
    expect(rows).toHaveLength(MOST_ROWS);
    expect(isCut).toBe(true);
  });

  it('guesses the separator', () => {
    expect(separatorOf('a;b;c\n1,2;3', false)).toBe(';');
    expect(separatorOf('a b', true)).toBe('\t');
    expect(separatorOf('one', false)).toBe(',');
  });

  it('knows columns of numbers', () => {
    const rows = [
      ['1', 'x', ''],
      ['-2e3', '1', ''],
      ['NaN', '2', ''],
    ];
    expect([0, 1, 2].map((column) => isNumeric(rows, column))).toEqual([true, false, false]);
  });
});
