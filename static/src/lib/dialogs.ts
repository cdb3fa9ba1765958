import { all, closeButton, delegate, element, onContent } from './dom.ts';
import { t } from './strings.ts';

function open(dialog: Element | null): void {
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return;
  dialog.showModal();
  const wrong = dialog.querySelector<HTMLElement>('[aria-invalid="true"]');
  const first =
    wrong ??
    dialog.querySelector<HTMLElement>('[autofocus], .dialog-body :is(input:not([type=hidden]), select, textarea)');
  first?.focus();
}

/** Ask before something that matters; resolves to whether to go on. */
export function confirmDialog(question: string, action = t('Go on'), isDangerous = true): Promise<boolean> {
  return new Promise((resolve) => {
    const close = closeButton();
    const cancel = element('button', { type: 'button', class: 'btn', autofocus: true }, t('Cancel'));
    const go = element(
      'button',
      { type: 'button', class: `btn ${isDangerous ? 'btn-danger' : 'btn-primary'}` },
      action,
    );
    const dialog = element(
      'dialog',
      { class: 'dialog', 'aria-labelledby': 'confirm-title', role: 'alertdialog' },
      element('div', { class: 'dialog-head' }, element('h2', { id: 'confirm-title' }, t('Are you sure?')), close),
      element('div', { class: 'dialog-body' }, element('p', {}, question)),
      element('div', { class: 'dialog-foot' }, cancel, go),
    );
    let answer = false;
    close.onclick = cancel.onclick = () => dialog.close();
    go.onclick = () => {
      answer = true;
      dialog.close();
    };
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(answer);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A form with `data-confirm-name="x"` is sent only once x has been typed into its field named `confirm`. */
function guardName(form: HTMLFormElement): void {
  const field = form.querySelector<HTMLInputElement>('[name="confirm"]');
  const submit = form.querySelector<HTMLButtonElement>('button:not([type="button"])');
  if (!field || !submit) return;
  const check = (): void => void (submit.disabled = field.value.trim() !== form.dataset['confirmName']);
  field.addEventListener('input', check);
  check();
}

const confirmed = new WeakSet<Element>();

function askFirst(form: HTMLElement, event: SubmitEvent): void {
  const button = event.submitter;
  const question = button?.dataset['confirm'] ?? form.dataset['confirm'];
  if (!question || confirmed.delete(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  void confirmDialog(question, button?.textContent.trim() ?? t('Go on')).then((yes) => {
    if (!yes) return;
    confirmed.add(form);
    (form as HTMLFormElement).requestSubmit(button);
  });
}

export function startDialogs(): void {
  delegate('click', '[data-dialog-open]', (button) =>
    open(document.getElementById(button.dataset['dialogOpen'] ?? '')),
  );
  delegate('click', '[data-dialog-close]', (button) => button.closest('dialog')?.close());
  // A press that began on the backdrop closes; one that began in a field and slipped out does not.
  delegate<PointerEvent>('pointerdown', 'dialog[open]', (dialog, event) => {
    if (event.target !== dialog || dialog.querySelector('form[data-guard]')) return;
    const box = dialog.getBoundingClientRect();
    const within =
      event.clientX >= box.left &&
      event.clientX <= box.right &&
      event.clientY >= box.top &&
      event.clientY <= box.bottom;
    if (!within) (dialog as HTMLDialogElement).close();
  });
  delegate<SubmitEvent>('submit', 'form', askFirst, true);
  document.addEventListener('htmx:confirm', (event) => {
    const { question, issueRequest } = (
      event as CustomEvent<{ question: string | null; issueRequest: (skip: boolean) => void }>
    ).detail;
    if (!question) return;
    event.preventDefault();
    void confirmDialog(question).then((yes) => {
      if (yes) issueRequest(true);
    });
  });
  document.addEventListener('close-dialog', () =>
    document.querySelectorAll<HTMLDialogElement>('dialog[open]').forEach((dialog) => dialog.close()),
  );
  onContent((root) => {
    all(root, 'dialog[data-dialog-shown]').forEach(open);
    all<HTMLFormElement>(root, 'form[data-confirm-name]').forEach(guardName);
  });
}
