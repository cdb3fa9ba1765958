import { all, delegate, element, onContent } from './dom.ts';
import { toast } from './toasts.ts';

/** Long enough for an answer that leads away; a download leaves the page where it is. */
const UNLOCK_AFTER_MS = 10_000;

function snapshot(form: HTMLFormElement): string {
  const entries = [...new FormData(form)].map(([name, value]) => [name, value instanceof File ? value.name : value]);
  return JSON.stringify(entries);
}

const clean = new Map<HTMLFormElement, string>();

/** Guarded forms hold what was there when the page came; anything else is unsaved. */
export function hasUnsaved(): boolean {
  return [...clean].some(([form, before]) => form.isConnected && snapshot(form) !== before);
}

function lock(form: HTMLFormElement, button: HTMLElement | null): void {
  form.dataset['sending'] = '';
  if (!button) return;
  button.setAttribute('aria-busy', 'true');
  button.prepend(element('span', { class: 'spinner', 'aria-hidden': 'true' }));
}

function unlock(form: HTMLElement): void {
  delete form.dataset['sending'];
  for (const button of form.querySelectorAll('[aria-busy="true"]')) {
    button.removeAttribute('aria-busy');
    button.querySelector('.spinner')?.remove();
  }
}

export function startForms(): void {
  // The button stays enabled, since a disabled one would not send its name; what is dropped is the second submit.
  document.addEventListener('submit', (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented && !form.matches('[hx-post], [hx-put], [hx-patch], [hx-delete]')) return;
    if (form.method === 'get') return;
    lock(form, event.submitter);
    clean.delete(form);
    setTimeout(() => unlock(form), UNLOCK_AFTER_MS);
  });
  // htmx hears of the submit before the document does, so a second one must be stopped on the way in.
  delegate<SubmitEvent>(
    'submit',
    'form[data-sending]',
    (_form, event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  document.addEventListener('htmx:afterRequest', (event) => {
    if (event.target instanceof HTMLElement) unlock(event.target);
  });
  addEventListener('pageshow', (event) => {
    if (event.persisted) document.querySelectorAll<HTMLElement>('form[data-sending]').forEach(unlock);
  });

  delegate('input', '[aria-invalid="true"]', (field) => field.removeAttribute('aria-invalid'));
  addEventListener('beforeunload', (event) => {
    if (hasUnsaved()) event.preventDefault();
  });
  onContent((root) => {
    for (const form of all<HTMLFormElement>(root, 'form[data-guard]')) clean.set(form, snapshot(form));
    // Whoever has gone on to another field meanwhile is not torn away from it.
    const isElsewhere =
      document.activeElement?.matches('input, textarea, select') && !root.contains(document.activeElement);
    if (!isElsewhere && !document.querySelector('dialog[open]'))
      root.querySelector<HTMLElement>('main [aria-invalid="true"], [data-focus-errors] [aria-invalid="true"]')?.focus();
  });
}

/** Send a form in the background; a failure is told and changes nothing. */
export async function send(url: string, body: FormData, token: string, failure: string): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: 'POST',
      body,
      keepalive: true, // whoever goes on to the next page at once has meant it too
      headers: { 'X-CSRFToken': token, Accept: 'application/json' },
    });
    if (answer.ok) return true;
  } catch {
    // Told below.
  }
  toast({ level: 'error', text: failure });
  return false;
}
