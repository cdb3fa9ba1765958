import { expect, it } from 'vitest';

import { barOf, criticalPath, secondsOf, ticksOf } from './critical.ts';
import type { GraphEdge, Step } from './types.ts';

const at = (second: number): string => new Date(1_700_000_000_000 + second * 1000).toISOString();
const NOW = 1_700_000_100_000;

function step(key: string, started: number | null, ended: number | null, given: Partial<Step> = {}): Step {
  return {
    key,
    number: 0,
    state: 'Completed',
    status: 'Completed',
    state_text: 'Completed',
    tone: 'ok',
    reason: '',
    run: null,
    run_url: '',
    started_at: started === null ? null : at(started),
    began_at: null,
    ended_at: ended === null ? null : at(ended),
    attempt: 1,
    reused: false,
    compute: '',
    tags: [],
    ...given,
  };
}
const edge = (from: string, to: string): GraphEdge => ({ from, to, output: '', input: '', type: '' });

it('finds the steps that the end waited for', () => {
  const steps = [step('a', 0, 10), step('quick', 10, 12), step('slow', 10, 30), step('end', 30, 31)];
  const edges = [edge('a', 'quick'), edge('a', 'slow'), edge('quick', 'end'), edge('slow', 'end')];
  expect(criticalPath(steps, edges, NOW)).toEqual(['a', 'slow', 'end']);
});

it('passes over what never began, and what was reused', () => {
  const steps = [step('a', 0, 5, { reused: true }), step('b', 5, 9), step('c', null, null)];
  expect(criticalPath(steps, [edge('a', 'b'), edge('b', 'c')], NOW)).toEqual(['b']);
  expect(criticalPath([], [], NOW)).toEqual([]);
});

it('counts on while a step runs', () => {
  expect(secondsOf(step('a', 40, null), NOW)).toBe(60);
  expect(secondsOf(step('a', null, null), NOW)).toBeNull();
});

it('tells waiting from working', () => {
  const bar = barOf(step('a', 0, 30, { began_at: at(10) }), NOW);
  expect(bar && [bar.begin - bar.start, bar.end - bar.begin]).toEqual([10_000, 20_000]);
});

it('puts round moments on the axis', () => {
  expect(ticksOf(4000, 5)).toEqual([0, 1000, 2000, 3000, 4000]);
  expect(ticksOf(45 * 60_000, 5)).toEqual([0, 10, 20, 30, 40].map((minute) => minute * 60_000));
  expect(ticksOf(1e12, 6).length).toBeLessThanOrEqual(7);
});
