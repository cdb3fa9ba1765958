// @vitest-environment happy-dom
import { beforeEach, expect, test, vi } from 'vitest';

const { ajax } = vi.hoisted(() => ({ ajax: vi.fn(() => Promise.resolve()) }));
vi.mock('htmx.org', () => ({ default: { ajax } }));

import { startRedraws } from './redraws.ts';

startRedraws();

beforeEach(() => {
  ajax.mockClear();
  document.body.innerHTML =
    '<div id="region"><button popovertarget="more" aria-expanded="false">More</button><div id="more"></div></div>';
});

const region = (): Element => document.querySelector('#region') as Element;
const opener = (): Element => document.querySelector('button') as Element;

/** A redraw, as htmx tells of it; returns whether it may go on. */
function redraw(by: Event | undefined): boolean {
  const requestConfig = { verb: 'get', path: '/now/', triggeringEvent: by };
  const detail = { elt: region(), target: region(), shouldSwap: true, requestConfig };
  region().dispatchEvent(new CustomEvent('htmx:beforeSwap', { bubbles: true, detail }));
  return detail.shouldSwap;
}

test('news redraw what nobody is at', () => {
  expect(redraw(new CustomEvent('studio:run.changed'))).toBe(true);
  expect(redraw(undefined)).toBe(true);
});

test('while a menu is open news wait, and are asked for once it is closed', async () => {
  opener().setAttribute('aria-expanded', 'true');
  expect(redraw(new CustomEvent('studio:run.changed'))).toBe(false);
  expect(redraw(undefined)).toBe(false);
  expect(redraw(new Event('click')), 'what the reader asked for').toBe(true);
  opener().setAttribute('aria-expanded', 'false');
  region().querySelector('#more')?.dispatchEvent(new Event('toggle'));
  await vi.waitFor(() => expect(ajax).toHaveBeenCalledOnce());
  expect(ajax).toHaveBeenCalledWith('get', '/now/', { source: region(), target: region() });
});

test('what is being pressed stays until it is let go', async () => {
  opener().dispatchEvent(new Event('pointerdown', { bubbles: true }));
  expect(redraw(new CustomEvent('studio:run.changed'))).toBe(false);
  document.dispatchEvent(new Event('pointerup'));
  await vi.waitFor(() => expect(ajax).toHaveBeenCalledOnce());
  expect(redraw(new CustomEvent('studio:run.changed'))).toBe(true);
});
