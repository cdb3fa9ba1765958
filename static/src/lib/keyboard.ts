import { closeButton, delegate, element, isTyping } from './dom.ts';
import { toggleNavigation } from './navigation.ts';
import { Shortcuts, type Shortcut } from './shortcuts.ts';
import { t } from './strings.ts';

const shortcuts = new Shortcuts();
const isMac = /Mac|iP(hone|ad)/.test(navigator.userAgent);

/** Add a shortcut to the page and its help sheet; returns what takes it away. */
export function shortcut(added: Shortcut): () => void {
  return shortcuts.add(added);
}

function capsOf(keys: string): HTMLElement[] {
  return keys
    .split(' ')
    .map((key) =>
      element('kbd', {}, key.startsWith('mod+') ? `${isMac ? '⌘' : 'Ctrl'} ${key.slice(4).toUpperCase()}` : key),
    );
}

function spaced(nodes: Node[]): (Node | string)[] {
  return nodes.flatMap((node, place) => (place ? [' ', node] : [node]));
}

function showSheet(): void {
  const close = closeButton();
  const groups = [...shortcuts.groups()].map(([title, members]) => {
    const byLabel = new Map<string, HTMLElement[][]>();
    for (const { label, keys } of members) byLabel.set(label, [...(byLabel.get(label) ?? []), capsOf(keys)]);
    const rows = [...byLabel].flatMap(([label, ways]) => [
      element('dt', {}, label),
      element('dd', {}, ...ways.flatMap((caps, way) => [way ? ` ${t('or')} ` : '', ...spaced(caps)])),
    ]);
    return element('section', {}, element('h3', {}, title), element('dl', {}, ...rows));
  });
  const dialog = element(
    'dialog',
    { class: 'dialog dialog-wide', 'aria-labelledby': 'shortcuts-title' },
    element('div', { class: 'dialog-head' }, element('h2', { id: 'shortcuts-title' }, t('Keyboard shortcuts')), close),
    element('div', { class: 'dialog-body' }, element('div', { class: 'shortcuts' }, ...groups)),
  );
  close.onclick = () => dialog.close();
  dialog.addEventListener('close', () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

function addPlaces(): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>('a[data-go]')) {
    shortcut({
      keys: `g ${link.dataset['go'] ?? ''}`,
      label: link.textContent.trim(),
      group: t('Go to'),
      run: () => link.click(),
    });
  }
}

export function startKeyboard(openPalette: () => void): void {
  const general = t('Everywhere');
  shortcut({ keys: 'mod+k', label: t('Search or go to'), group: general, run: openPalette });
  shortcut({ keys: '/', label: t('Search or go to'), group: general, run: openPalette });
  shortcut({ keys: '?', label: t('Show this list'), group: general, run: showSheet });
  if (document.querySelector('[data-nav-toggle]')) {
    shortcut({ keys: '[', label: t('Fold or unfold the navigation'), group: general, run: toggleNavigation });
  }
  addPlaces();
  if (isMac) document.querySelectorAll('[data-shortcut-hint]').forEach((hint) => void (hint.textContent = '⌘ K'));
  delegate('click', '[data-shortcuts-open]', (button) => {
    button.closest<HTMLElement>('[popover]')?.hidePopover();
    showSheet();
  });
  document.addEventListener('keydown', (event) => {
    const mod = isMac ? event.metaKey : event.ctrlKey;
    if (event.defaultPrevented || event.altKey || event.isComposing || event.repeat) return;
    if (!mod && (event.ctrlKey || event.metaKey || isTyping(event.target))) return;
    if (document.querySelector('dialog[open]')) return;
    const hit = shortcuts.press({ key: event.key, mod, at: event.timeStamp });
    if (!hit) return;
    event.preventDefault();
    hit.run();
  });
}
