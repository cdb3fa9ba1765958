// @vitest-environment happy-dom
import { expect, it } from 'vitest';

import { awaitedTypes } from './live.ts';

it('knows what parts of the page wait for', () => {
  document.body.innerHTML =
    '<p hx-trigger="studio:run.changed from:body, load"></p><p hx-trigger="studio:run.changed from:body, studio:members.changed from:body"></p>';
  expect(awaitedTypes(document)).toEqual(['run.changed', 'members.changed']);
});
