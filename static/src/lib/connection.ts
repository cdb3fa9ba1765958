import { element } from './dom.ts';
import { t } from './strings.ts';

const SHOW_AFTER_MS = 3000;

const lost = new Set<object>();
let timer: ReturnType<typeof setTimeout> | undefined;

/** Note that `feed` has no connection. After a few seconds the top bar says so. */
export function connectionLost(feed: object): void {
  lost.add(feed);
  timer ??= setTimeout(show, SHOW_AFTER_MS);
}

export function connectionRestored(feed: object): void {
  lost.delete(feed);
  if (lost.size) return;
  clearTimeout(timer);
  timer = undefined;
  place()?.replaceChildren();
}

function place(): HTMLElement | null {
  return document.getElementById('connection');
}

function show(): void {
  place()?.replaceChildren(
    element('span', { class: 'spinner', 'aria-hidden': 'true' }),
    element('span', {}, t('Reconnecting…')),
  );
}
