import { expect, it, vi } from 'vitest';

import { StepStore } from './step-store.ts';
import type { Step } from './types.ts';

const step = (key: string, state: string): Step => ({ key, state }) as Step;

it('tells of a change to those who watch the step, and to those who watch all', () => {
  const store = new StepStore();
  const [one, other, any] = [vi.fn(), vi.fn(), vi.fn()];
  store.watch('a', one);
  const stop = store.watch('b', other);
  store.watch(null, any);
  store.apply([step('a', 'Running'), step('b', 'Waiting')]);
  stop();
  store.apply([step('a', 'Running'), step('b', 'Running')]);
  store.apply([step('a', 'Running')]);
  expect([one, other, any].map((listener) => listener.mock.calls.length)).toEqual([1, 1, 2]);
  expect(store.get('b')?.state).toBe('Running');
  expect(store.version).toBe(2);
});
