import htmx from 'htmx.org';

import { all, delegate } from '../lib/dom.ts';
import { shortcut } from '../lib/keyboard.ts';
import { t } from '../lib/strings.ts';
import { startColumns } from './columns.ts';
import { List } from './list.ts';

const lists = new Map<HTMLElement, List>();
const stale = new Set<HTMLElement>();

/** The list the keyboard speaks to: the one with the focus, else the first of the page. */
function active(): List | undefined {
  const here = document.activeElement?.closest<HTMLElement>('[data-list]');
  const first = document.querySelector<HTMLElement>('main [data-list]');
  return lists.get(here ?? first ?? document.body);
}

function addShortcuts(): void {
  const group = t('Lists');
  const isThere = (): boolean => active() !== undefined;
  const isSelectable = (): boolean => active()?.isSelectable ?? false;
  shortcut({ keys: 'j', label: t('Next row'), group, when: isThere, run: () => active()?.step(1) });
  shortcut({ keys: 'k', label: t('Previous row'), group, when: isThere, run: () => active()?.step(-1) });
  shortcut({ keys: 'x', label: t('Choose the row'), group, when: isSelectable, run: () => active()?.toggleRow() });
  shortcut({
    keys: 'X',
    label: t('Choose all rows up to here'),
    group,
    when: isSelectable,
    run: () => active()?.toggleRow(true),
  });
  shortcut({
    keys: 'Enter',
    label: t('Open the row'),
    group,
    when: () => active()?.isOnRow ?? false,
    run: () => active()?.openRow(),
  });
}

function reload(host: HTMLElement): void {
  const url = host.getAttribute('hx-get');
  if (url) htmx.ajax('get', url, { source: host, target: host, swap: 'outerHTML' }).catch(() => undefined);
}

/** News reload a list, but not under the hands of someone who has a menu of it open or is typing a search. */
function isBusy(host: HTMLElement): boolean {
  const search = host.querySelector<HTMLInputElement>('[data-list-search]');
  const isSearching = search !== null && search === document.activeElement && search.value !== search.defaultValue;
  return host.querySelector(':popover-open') !== null || isSearching;
}

function start(): void {
  addShortcuts();
  startColumns();
  document.addEventListener('htmx:beforeRequest', (event) => {
    const host = event.target as HTMLElement;
    if (!host.matches('[data-list]') || !isBusy(host)) return;
    event.preventDefault();
    stale.add(host);
  });
  document.addEventListener(
    'toggle',
    (event) => {
      const host = (event.target as Element).closest<HTMLElement>('[data-list]');
      if (host && event.newState === 'closed' && stale.delete(host)) reload(host);
    },
    true,
  );
  document.addEventListener('htmx:beforeSwap', (event) => {
    const { target } = (event as CustomEvent<{ target: HTMLElement }>).detail;
    lists.get(target)?.keep();
  });
  document.addEventListener('htmx:beforeCleanupElement', (event) => void lists.delete(event.target as HTMLElement));
  // Shift adds a column to the order instead of replacing it.
  delegate<MouseEvent>(
    'click',
    'a[data-sort-add]',
    (link, event) => {
      if (!event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      location.assign(link.dataset['sortAdd'] ?? '');
    },
    true,
  );
  // Fields of the menus stand within the search's form, but are not filters: their changes must not send it.
  delegate(
    'change',
    '[data-list] :is([data-columns-menu] *, [data-menu-filter], [form])',
    (_field, event) => event.stopPropagation(),
    true,
  );
}

let started = false;

export function startLists(root: Element): void {
  if (!started) start();
  started = true;
  for (const host of all(root, '[data-list]')) {
    if (!lists.has(host)) lists.set(host, new List(host));
  }
}
