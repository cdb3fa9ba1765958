import { delegate } from './dom.ts';

const MARGIN = 8;

/** Popovers with `data-menu`: put below the button that opened them, walked through by arrow keys, filtered by a field. */
interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
}

/** Where to put a menu of this size: below its opener and within the window, above it where there is more room. */
export function place(
  opener: Box,
  menu: { width: number; height: number },
  view: { width: number; height: number },
): { left: number; top: number } {
  const fitsRight = opener.left + menu.width <= view.width - MARGIN;
  const left = Math.max(MARGIN, fitsRight ? opener.left : Math.min(opener.right, view.width - MARGIN) - menu.width);
  const below = opener.bottom + 4;
  const fitsBelow = below + menu.height <= view.height - MARGIN;
  const above = opener.top - 4 - menu.height;
  return {
    left,
    top: fitsBelow || above < MARGIN ? Math.min(below, Math.max(MARGIN, view.height - MARGIN - menu.height)) : above,
  };
}

function openerOf(menu: HTMLElement): HTMLElement | null {
  return document.querySelector(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

function settle(menu: HTMLElement): void {
  const opener = openerOf(menu);
  if (!opener) return;
  const { left, top } = place(
    opener.getBoundingClientRect(),
    { width: menu.offsetWidth, height: menu.offsetHeight },
    { width: document.documentElement.clientWidth, height: innerHeight },
  );
  menu.style.left = `${left}px`;
  menu.style.top = `${top}px`;
}

const stops = '.menu-item:not([hidden], li), .menu-item a, input:not([type=hidden]), button, select, textarea, a[href]';

function items(menu: HTMLElement): HTMLElement[] {
  const found = [...menu.querySelectorAll<HTMLElement>(stops)];
  return found.filter((item) => item.offsetParent !== null && !item.closest('[hidden]') && !item.matches(':disabled'));
}

function walk(menu: HTMLElement, event: KeyboardEvent): void {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
  const field = event.target instanceof HTMLElement && event.target.matches('textarea, select, input[type=number]');
  const step = steps[event.key];
  if (step === undefined || field || event.altKey) return;
  const all = items(menu);
  const here = all.indexOf(event.target as HTMLElement);
  all[(here + step + all.length) % all.length]?.focus();
  event.preventDefault();
}

function filter(field: HTMLInputElement): void {
  const wanted = field.value.trim().toLowerCase();
  for (const item of field.closest('.menu')?.querySelectorAll<HTMLElement>('.menu-list > li') ?? []) {
    item.hidden = !item.textContent.toLowerCase().includes(wanted);
  }
}

function toggled(menu: HTMLElement, isOpen: boolean): void {
  openerOf(menu)?.setAttribute('aria-expanded', String(isOpen));
  menu.classList.remove('menu-unplaced');
  if (!isOpen) return;
  settle(menu);
  const first = menu.querySelector<HTMLElement>('[autofocus], [data-menu-filter]') ?? items(menu)[0];
  if (!menu.contains(document.activeElement)) first?.focus({ preventScroll: true });
  menu.dispatchEvent(new CustomEvent('menu-open', { bubbles: true }));
}

export function startMenus(): void {
  // Popover events do not bubble, hence the capture. A menu is shown at its place only, never in the corner first.
  delegate<ToggleEvent>(
    'beforetoggle',
    '[data-menu]',
    (menu, event) => {
      if (event.target === menu && event.newState === 'open') menu.classList.add('menu-unplaced');
    },
    true,
  );
  delegate<ToggleEvent>(
    'toggle',
    '[data-menu]',
    (menu, event) => {
      if (event.target === menu) toggled(menu, event.newState === 'open');
    },
    true,
  );
  delegate<KeyboardEvent>('keydown', '[data-menu]', walk);
  delegate('input', '[data-menu-filter]', (field) => filter(field as HTMLInputElement));
  delegate<KeyboardEvent>('keydown', '[data-menu-filter]', (field, event) => {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    field
      .closest('.menu')
      ?.querySelector<HTMLElement>('.menu-list > li:not([hidden]) a, .menu-list > li:not([hidden]) button')
      ?.click();
  });
  const again = (): void => document.querySelectorAll<HTMLElement>('[data-menu]:popover-open').forEach(settle);
  addEventListener('resize', again);
  addEventListener('scroll', again, { capture: true, passive: true });
  document.addEventListener('htmx:afterSettle', again);
}
