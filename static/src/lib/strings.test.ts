// @vitest-environment happy-dom
import { expect, it, vi } from 'vitest';

it('puts values into texts', async () => {
  const { t } = await import('./strings.ts');
  expect(t('{count} selected', { count: 3 })).toBe('3 selected');
  expect(t('{missing} stays')).toBe('{missing} stays');
});

it('takes the words that the page brings', async () => {
  vi.resetModules();
  document.body.innerHTML =
    '<script id="interface-texts" type="application/json">{"{count} selected": "{count} elegidos"}</script>';
  const { t } = await import('./strings.ts');
  expect(t('{count} selected', { count: 3 })).toBe('3 elegidos');
  expect(t('Not in the table')).toBe('Not in the table');
});
