// @vitest-environment happy-dom
import { describe, expect, it } from 'vitest';

import { wordsFor } from './problems.ts';

describe('what a failed request says', () => {
  const problem = (body: object): string => wordsFor(409, 'application/problem+json', JSON.stringify(body));

  it('is the detail of the problem', () =>
    expect(problem({ title: 'Conflict', detail: 'The name is taken.' })).toBe('The name is taken.'));
  it('is the title where there is no detail', () => expect(problem({ title: 'Conflict' })).toBe('Conflict'));
  it('carries the reference', () => expect(problem({ detail: 'Oh.', reference: 'E-1' })).toBe('Oh. (E-1)'));
  it('is plain words for any other answer', () => {
    expect(wordsFor(502, 'text/html', '<h1>Bad gateway</h1>')).not.toContain('<');
    expect(wordsFor(403, 'application/problem+json', 'not json')).toBe('You may not do this.');
  });
});
