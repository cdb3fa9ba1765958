// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';

import type { ParameterDeclaration as Parameter } from '../core/palette.ts';
import { boundsOf, faultOf, shown, thatMatter, typed } from './values.ts';

const parameter = (name: string, kind: Parameter['kind'], more: Partial<Parameter> = {}): Parameter => ({
  name,
  title: name,
  kind,
  default: null,
  required: false,
  ...more,
});
const on = (name: string, ...values: unknown[]): NonNullable<Parameter['when']> => ({
  all: true,
  of: [{ parameter: name, values }],
});

const SPLIT = [
  parameter('mode', 'choice', { default: 'Split Rows', choices: ['Split Rows', 'Regular Expression'] }),
  parameter('stratified', 'bool', { default: false, when: on('mode', 'Split Rows') }),
  parameter('key', 'column', { when: on('stratified', true) }),
  parameter('regex', 'text', { when: on('mode', 'Regular Expression') }),
];
const named = (given: Record<string, unknown>): string[] => thatMatter(SPLIT, given).map(({ name }) => name);

describe('what means something', () => {
  it('follows from defaults', () => expect(named({})).toEqual(['mode', 'stratified']));
  it('follows from what is given, also as a text of a file', () =>
    expect([named({ stratified: true }), named({ stratified: 'True' })]).toEqual([
      ['mode', 'stratified', 'key'],
      ['mode', 'stratified', 'key'],
    ]));
  it('does not, where its condition means nothing itself', () =>
    expect(named({ mode: 'Regular Expression', stratified: true })).toEqual(['mode', 'regex']));
  it('may need one of several', () => {
    const either = { all: false, of: [...on('mode', 'x').of, ...on('stratified', true).of] };
    const several = [...SPLIT, parameter('last', 'text', { when: either })];
    expect(thatMatter(several, { stratified: true }).at(-1)?.name).toBe('last');
    expect(thatMatter(several, {}).at(-1)?.name).toBe('stratified');
  });
});

describe('what is wrong at once', () => {
  const share = parameter('share', 'float', { minimum: 0, maximum: 1, required: true });
  it.each<[Parameter, unknown, string]>([
    [share, 0.5, ''],
    [share, '0.5', ''],
    [share, 1.5, 'from 0 to 1'],
    [share, 'half', 'a number'],
    [share, null, 'has to be set'],
    [parameter('seed', 'int', { minimum: 0 }), 1.5, 'whole'],
    [parameter('seed', 'int', { minimum: 0 }), -1, 'at least 0'],
    [parameter('seed', 'int'), '', ''],
    [parameter('quantiles', 'numbers', { minimum: 0, maximum: 1 }), '0.5; 2', 'from 0 to 1'],
    [parameter('quantiles', 'numbers', { minimum: 0, maximum: 1 }), '0.25, 0.5;', ''],
    [parameter('quantiles', 'numbers'), 'a; b', 'a number'],
    [SPLIT[0] as Parameter, 'By magic', 'list'],
    [parameter('columns', 'columns', { required: true }), { mode: 'names', names: [] }, 'has to be set'],
    [parameter('script', 'script'), '#'.repeat(20_000), '16 KB'],
  ])('%#', (one, value, says) =>
    says ? expect(faultOf(one, value)).toContain(says) : expect(faultOf(one, value)).toBe(''),
  );
});

it('keeps what was typed as a number where it is one', () => {
  const number = parameter('share', 'float', { minimum: 0 });
  expect([typed(number, ' 0.5 '), typed(number, 'half'), typed(number, ' ')]).toEqual([0.5, 'half', null]);
  expect(typed(parameter('text', 'text'), '5')).toBe('5');
  expect([shown(null), shown(0.5), shown([1, 2]), shown(true)]).toEqual(['', '0.5', '1; 2', 'true']);
  expect(boundsOf(number)).toBe('at least 0');
});
