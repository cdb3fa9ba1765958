import { closeButton, csrfToken, element, icon } from './dom.ts';
import { t } from './strings.ts';

export type Level = 'success' | 'info' | 'warning' | 'error';

export interface Toast {
  level: Level;
  text: string;
  undoUrl?: string | undefined;
  link?: { label: string; url: string };
}

const ICONS: Record<Level, string> = { success: 'circle-check', info: 'info', warning: 'alert', error: 'error' };
const SHOWN_AT_MOST = 4;
const STAYS_MS = 7000;
const STAYS_WITH_UNDO_MS = 14_000;

function region(): HTMLElement | null {
  return document.getElementById('toasts');
}

/** All outside an open dialog is inert and behind its backdrop; so the messages go into it, and come back. */
function comeForward(): void {
  const parent = region();
  const host = [...document.querySelectorAll('dialog:modal')].at(-1) ?? document.body;
  if (parent && parent.parentElement !== host) host.append(parent);
}

function undoForm(url: string): HTMLFormElement {
  const here = location.pathname + location.search;
  return element(
    'form',
    { method: 'post', action: url },
    element('input', { type: 'hidden', name: 'csrfmiddlewaretoken', value: csrfToken() }),
    element('input', { type: 'hidden', name: 'next', value: here }),
    element('button', { class: 'btn btn-sm' }, icon('undo', 'icon-sm'), t('Undo')),
  );
}

/** Show a message in the corner. Problems stay until they are dismissed; the rest goes by itself. */
export function toast({ level, text, undoUrl, link }: Toast): HTMLElement {
  const close = closeButton(t('Dismiss'));
  close.dataset['toastClose'] = '';
  const made = element(
    'div',
    { class: `toast toast-${level}`, role: level === 'error' ? 'alert' : 'status', 'data-toast': level },
    icon(ICONS[level]),
    element('div', { class: 'toast-text' }, text),
    undoUrl && undoForm(undoUrl),
    link && element('a', { class: 'btn btn-sm', href: link.url }, link.label),
    close,
  );
  comeForward();
  region()?.append(made);
  start(made);
  return made;
}

function start(shown: HTMLElement): void {
  const parent = region();
  while (parent && parent.children.length > SHOWN_AT_MOST) parent.firstElementChild?.remove();
  if (shown.dataset['toast'] === 'error' || shown.dataset['toast'] === 'warning') return;
  const stay = shown.querySelector('form') ? STAYS_WITH_UNDO_MS : STAYS_MS;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => shown.remove(), stay);
  };
  const hold = (): void => clearTimeout(timer);
  for (const type of ['pointerenter', 'focusin']) shown.addEventListener(type, hold);
  for (const type of ['pointerleave', 'focusout']) shown.addEventListener(type, run);
  run();
}

function isLevel(value: unknown): value is Level {
  return typeof value === 'string' && value in ICONS;
}

/** Messages the page came with, and those of htmx answers: `HX-Trigger: {"toast": {"level", "text", "undo_url"}}`. */
export function startToasts(): void {
  const parent = region();
  // Put in again, so that screen readers, which listen from now on, read them.
  for (const shown of [...(parent?.querySelectorAll<HTMLElement>('.toast') ?? [])]) {
    parent?.append(shown);
    start(shown);
  }
  parent?.addEventListener('click', (event) => {
    if (event.target instanceof Element) event.target.closest('[data-toast-close]')?.closest('.toast')?.remove();
  });
  document.addEventListener('close', comeForward, true);
  document.addEventListener('toast', (event) => {
    const { level, text, undo_url: undoUrl } = (event as CustomEvent<Record<string, unknown>>).detail;
    if (typeof text !== 'string') return;
    toast({ level: isLevel(level) ? level : 'info', text, undoUrl: typeof undoUrl === 'string' ? undoUrl : undefined });
  });
}
