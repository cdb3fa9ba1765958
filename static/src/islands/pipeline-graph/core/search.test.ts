import { describe, expect, it } from 'vitest';

import { NotASearch, parseSearch } from './search.ts';
import type { GraphNode, Step } from './types.ts';

const node = (given: Partial<GraphNode> = {}): GraphNode => ({
  key: 'train_1',
  kind: 'command',
  title: 'Train model',
  detail: 'train:3',
  comment: 'deep trees',
  inputs: [],
  outputs: [],
  position: null,
  url: '',
  ...given,
});
const step = (given: Partial<Step> = {}): Step => ({
  key: 'train_1',
  number: 1,
  state: 'Running',
  status: 'Queued',
  state_text: 'Queued',
  tone: 'busy',
  reason: '',
  run: null,
  run_url: '',
  started_at: null,
  began_at: null,
  ended_at: null,
  attempt: 1,
  reused: false,
  compute: 'gpu-a100',
  tags: ['team=risk'],
  ...given,
});

function finds(
  typed: string,
  given: { node?: Partial<GraphNode>; step?: Partial<Step>; seconds?: number } = {},
): boolean {
  const test = parseSearch(typed);
  if (!test) throw new Error('nothing was typed');
  return test({ node: node(given.node), step: step(given.step), seconds: given.seconds ?? null });
}

describe('words', () => {
  it.each([
    'train',
    'TRAIN',
    'train_1',
    'train:3',
    'trees',
    'model deep',
    '"Train model"',
    't?ain',
    'tr*el',
    'no OR train',
  ])('find by name, key, component and comment: %s', (typed) => expect(finds(typed)).toBe(true));

  it.each(['score', 'train AND score', '"model Train"', 'a.c'])('do not find what is not there: %s', (typed) =>
    expect(finds(typed)).toBe(false),
  );

  it('are nothing where nothing is typed', () => {
    expect(parseSearch('   ')).toBeNull();
    expect(parseSearch(' ; ')).toBeNull();
  });
});

describe('filters', () => {
  it.each([
    'runStatus == queued',
    'runStatus=running',
    'status != Failed',
    'runStatus in {Failed, Running}',
    'compute == gpu-*',
    'reuse == false',
    'tags == "team=risk"; train',
    'tags == team',
    'type == command',
    'train | runStatus == Running',
    'runStatus == Failed OR runStatus == Running',
  ])('hold: %s', (typed) => expect(finds(typed)).toBe(true));

  it.each(['runStatus == failed', 'runStatus != running', 'reuse == true', 'score | runStatus == Running'])(
    'do not hold: %s',
    (typed) => expect(finds(typed)).toBe(false),
  );

  it('compare how long it took', () => {
    expect(finds('duration > 5m', { seconds: 301 })).toBe(true);
    expect(finds('duration > 5m', { seconds: 300 })).toBe(false);
    expect(finds('duration <= 1.5h', { seconds: 5400 })).toBe(true);
    expect(finds('duration < 10')).toBe(false);
  });

  it('of what has no step find nothing', () => {
    const test = parseSearch('runStatus == waiting');
    expect(test?.({ node: node({ kind: 'data' }), step: undefined, seconds: null })).toBe(false);
  });
});

it.each([
  'runStatus ==',
  'runStatus == ;',
  'duration > soon',
  'runStatus in Failed',
  '"open',
  'colour == red',
  'compute > 3',
])('says what it cannot read: %s', (typed) => expect(() => parseSearch(typed)).toThrow(NotASearch));
