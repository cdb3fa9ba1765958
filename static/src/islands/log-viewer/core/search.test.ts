import { describe, expect, it } from 'vitest';

import { Search, type Ask } from './search.ts';

/** A server that looks through `stretch` lines for each question. */
function server(lines: number[], total: number, stretch = 1000): { ask: Ask; asked: number[] } {
  const asked: number[] = [];
  const ask: Ask = (from, limit) => {
    asked.push(from);
    const hits = lines.filter((line) => line >= from && line < from + stretch).slice(0, limit);
    const end = hits.length === limit ? (hits.at(-1) ?? 0) + 1 : from + stretch;
    return Promise.resolve({ hits: hits.map((line) => ({ line, text: '' })), next: end < total ? end : null });
  };
  return { ask, asked };
}

describe('a search', () => {
  it('counts all hits of a log and then asks no more', async () => {
    const { ask, asked } = server([3, 10, 4000], 5000);
    const search = new Search(ask);
    await search.count(() => undefined);
    expect(search.lines).toEqual([3, 10, 4000]);
    const questions = asked.length;
    expect(await search.after(4)).toBe(10);
    expect(await search.after(4001)).toBeNull();
    expect(await search.before(10)).toBe(3);
    expect(await search.before(3)).toBeNull();
    expect(search.rankOf(10)).toBe(1);
    expect(asked).toHaveLength(questions);
  });

  it('finds its way on both sides where hits are too many to count', async () => {
    const all = Array.from({ length: 100_000 }, (_, place) => place * 3);
    const { ask } = server(all, 300_000);
    const search = new Search(ask);
    await search.count(() => undefined);
    expect(search.lines).toHaveLength(2000);
    expect(search.isComplete).toBe(false);
    expect(await search.after(200_000)).toBe(200_001);
    expect(await search.before(200_000)).toBe(199_998);
    expect(search.rankOf(200_001)).toBeNull();
  });

  it('finds a lone hit far back, and the last of the counted ones', async () => {
    const few = Array.from({ length: 2100 }, (_, place) => place);
    const { ask } = server([...few, 90_000], 300_000, 50_000);
    const search = new Search(ask);
    await search.count(() => undefined);
    expect(await search.before(290_000)).toBe(90_000);
    expect(await search.before(90_000)).toBe(2099);
  });
});
