import { announce, delegate, icon } from './dom.ts';
import { t } from './strings.ts';
import { toast } from './toasts.ts';

const SHOWN_MS = 1500;

/** Pages served by plain http from another machine have no clipboard API; there the old command still works. */
function copyByCommand(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'visually-hidden';
  document.body.append(field);
  field.select();
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way there
  const done = document.execCommand('copy');
  field.remove();
  return done;
}

export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyByCommand(text);
  }
}

function textOf(button: HTMLElement): string {
  const source = button.dataset['copyFrom'];
  const field = source ? document.getElementById(source) : null;
  if (field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement) return field.value;
  return field?.textContent ?? button.dataset['copy'] ?? '';
}

function confirmOn(button: HTMLElement): void {
  const before = button.querySelector('.icon');
  if (!before || button.dataset['copied'] !== undefined) return;
  const tick = icon('check', before.classList.contains('icon-sm') ? 'icon-sm' : '');
  button.dataset['copied'] = '';
  before.replaceWith(tick);
  setTimeout(() => {
    tick.replaceWith(before);
    delete button.dataset['copied'];
  }, SHOWN_MS);
}

async function copyFor(button: HTMLElement, text: string): Promise<void> {
  if (await copy(text)) {
    announce(t('Copied'));
    confirmOn(button);
  } else {
    toast({ level: 'error', text: t('The browser did not allow copying. Select the text and copy it yourself.') });
  }
}

export function startCopy(): void {
  delegate('click', '[data-copy], [data-copy-from]', (button) => void copyFor(button, textOf(button)));
  delegate('click', '[data-copy-link]', (button) => void copyFor(button, location.href));
}
