// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';

import type { Column } from '../core/checks.ts';
import { inWords, isEmpty, parsed, select, SelectionFault, type Rule } from './selector.ts';

// The table and the cases of the SDK's test of the same.
const COLUMNS: Column[] = [
  { name: 'age', type: 'Integer' },
  { name: 'name', type: 'String' },
  { name: 'city', type: 'String', categorical: true },
  { name: 'income', type: 'Double', role: 'label' },
  { name: 'zip', type: 'Integer', categorical: true },
  { name: 'born', type: 'DateTime' },
  { name: 'Scored Labels', type: 'Double', role: 'score' },
];
const ALL = COLUMNS.map((column) => column.name);

type Short = [Rule['action'], Rule['by'], ...string[]];

function rules(several: Short[], { begin = 'none', keep_order = false } = {}): unknown {
  return {
    mode: 'rules',
    begin,
    rules: several.map(([action, by, ...values]) => ({ action, by, values })),
    keep_order,
  };
}

describe('what a selector means', () => {
  it.each<[string, unknown, string[]]>([
    ['a list of names', ['income', 'age'], ['income', 'age']],
    ['a text of names', 'income, age', ['income', 'age']],
    ['all', rules([], { begin: 'all' }), ALL],
    ['numeric', rules([['include', 'types', 'Numeric']]), ['age', 'income', 'Scored Labels']],
    ['two types', rules([['include', 'types', 'Categorical', 'DateTime']]), ['city', 'zip', 'born']],
    ['integers', rules([['include', 'types', 'Integer']]), ['age', 'zip']],
    ['indices', rules([['include', 'indices', '1-2', '6']]), ['age', 'name', 'born']],
    ['roles', rules([['include', 'roles', 'Labels', 'Scores']]), ['income', 'Scored Labels']],
    ['features but texts', rules([['include', 'roles', 'Features'], ['exclude', 'types', 'String']]), ['age', 'zip', 'born']],
    ['all but names, one of which is gone', rules([['exclude', 'names', 'name', 'gone']], { begin: 'all' }), ALL.filter((name) => name !== 'name')],
    ['one twice', rules([['include', 'names', 'zip'], ['include', 'names', 'age'], ['include', 'names', 'zip']]), ['age', 'zip']],
    ['order kept', rules([['include', 'names', 'zip'], ['include', 'names', 'age', 'zip']], { keep_order: true }), ['zip', 'age', 'zip']],
    ['begun anew', rules([['include', 'all'], ['exclude', 'all'], ['include', 'names', 'age']]), ['age']],
    ['JSON', '{"mode": "names", "names": ["born"]}', ['born']],
    ['nothing', null, []],
  ])('%s', (_name, selector, expected) => expect(select(selector, COLUMNS)).toEqual(expected)); // prettier-ignore
});

describe('what is wrong with a selector', () => {
  it.each<[unknown, string, number]>([
    [['Age'], '“Age”', -1],
    [
      rules([
        ['include', 'all'],
        ['include', 'indices', '8'],
      ]),
      '“8”',
      1,
    ],
    [rules([['include', 'indices', 'x']]), '“x”', 0],
    [rules([['include', 'types', 'Money']]), '“Money”', 0],
    [rules([['keep' as 'include', 'all']]), 'cannot be read', -1],
    ['{', 'cannot be read', -1],
    [{ mode: 'magic' }, 'cannot be read', -1],
  ])('%j', (selector, says, place) => {
    const fault = ((): unknown => {
      try {
        return select(selector, COLUMNS);
      } catch (error) {
        return error;
      }
    })();
    expect(fault).toBeInstanceOf(SelectionFault);
    expect((fault as SelectionFault).message).toContain(says);
    expect((fault as SelectionFault).rule).toBe(place);
  });
});

it('tells in one line what is chosen', () => {
  const chain = parsed(rules([['exclude', 'types', 'String', 'DateTime'], ['include', 'names', 'name']], { begin: 'all' })); // prettier-ignore
  expect(inWords(chain)).toBe('All columns; exclude String, DateTime; include name');
  expect(isEmpty(parsed(null))).toBe(true);
  expect(inWords(parsed('a,b'))).toBe('a, b');
});
