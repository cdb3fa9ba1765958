import { describe, expect, it } from 'vitest';

import { CHUNK_LINES, Lines, type Window } from './lines.ts';

const windowOf = (first: number, lines: string[], total: number, size = 0): Window => ({
  first_line: first,
  lines,
  total_lines: total,
  size,
  ended: false,
  truncated: [],
});

const numbered = (first: number, count: number): string[] =>
  Array.from({ length: count }, (_, place) => `line ${first + place}`);

function grown(): Lines {
  const lines = new Lines();
  lines.takeTail(windowOf(1000, numbered(1000, 500), 1500, 90_000));
  return lines;
}

describe('the parts of a log', () => {
  it('knows the tail, and which chunks are missing for the rest', () => {
    const lines = grown();
    expect(lines.line(1499)).toBe('line 1499');
    expect(lines.line(999)).toBeUndefined();
    expect(lines.missing(1000, 1499)).toEqual([]);
    expect(lines.missing(400, 1100)).toEqual([0, 1]);
    lines.takeChunk(1, windowOf(500, numbered(500, 500), 1500));
    expect(lines.line(999)).toBe('line 999');
    expect(lines.missing(400, 1100)).toEqual([0]);
  });

  it('asks again for a chunk of which only a part was old enough', () => {
    const lines = new Lines();
    lines.takeTail(windowOf(700, numbered(700, 500), 1200, 50));
    lines.takeChunk(1, windowOf(500, numbered(500, 500), 1200));
    expect(lines.missing(500, 699)).toEqual([]);
    lines.append(49, 'x\n', 51);
    lines.append(51, numbered(1200, 5000).join('\n') + '\n', 60_000);
    expect(lines.line(700)).toBeUndefined();
    expect(lines.missing(500, 800)).toEqual([1]);
  });

  it('lets go of the parts that were not looked at for longest', () => {
    const lines = new Lines();
    lines.takeTail(windowOf(1_000_000, [], 1_000_000));
    const wide = Array.from({ length: CHUNK_LINES }, () => 'x'.repeat(10_000));
    for (const number of [0, 1, 2]) lines.takeChunk(number, windowOf(number * CHUNK_LINES, wide, 1_000_000));
    lines.missing(0, 10);
    for (const number of [3, 4]) lines.takeChunk(number, windowOf(number * CHUNK_LINES, wide, 1_000_000));
    expect(lines.line(0)).toBeDefined();
    expect(lines.line(CHUNK_LINES)).toBeUndefined();
  });
});

describe('a growing log', () => {
  it('goes on in the last line, or with a new one, as the byte before tells', () => {
    const open = grown();
    expect(open.append(89_999, '9 and on\nnext\n', 90_013)).toBe(true);
    expect([open.line(1499), open.line(1500), open.total]).toEqual(['line 1499 and on', 'next', 1501]);

    const closed = grown();
    closed.append(89_999, '\nnext', 90_004);
    expect([closed.line(1499), closed.line(1500), closed.total]).toEqual(['line 1499', 'next', 1501]);
    closed.append(90_004, ' one\n\n', 90_010);
    expect([closed.line(1500), closed.line(1501), closed.total]).toEqual(['next one', '', 1502]);
  });

  it('takes what comes twice once, counting bytes', () => {
    const lines = new Lines();
    lines.takeTail(windowOf(0, [], 0));
    lines.append(0, 'naïve ünï\n', 13);
    lines.append(0, 'naïve ünï\nmore', 17);
    lines.append(0, 'naïve', 6);
    expect([lines.line(0), lines.line(1), lines.total, lines.size]).toEqual(['naïve ünï', 'more', 2, 17]);
  });

  it('says when something is missing', () => {
    expect(grown().append(90_001, 'x', 90_002)).toBe(false);
    expect(grown().append(90_000, 'x', 90_001)).toBe(false);
  });

  it('keeps the state of an endless progress bar short', () => {
    const lines = new Lines();
    lines.takeTail(windowOf(0, [], 0));
    let offset = 0;
    for (let step = 0; step < 5000; step++) {
      const text = `\r${String(step).padStart(5)} of 5000`;
      lines.append(offset, text, (offset += text.length));
    }
    expect(lines.line(0)?.length).toBeLessThan(21_000);
    expect(lines.line(0)).toMatch(/ 4999 of 5000$/);
    expect(lines.truncated.size).toBe(0);
    lines.append(offset, `\n${'y'.repeat(30_000)}`, offset + 30_001);
    expect(lines.line(1)).toHaveLength(20_000);
    expect([...lines.truncated]).toEqual([1]);
  });
});
