import { csrfToken, delegate } from './dom.ts';
import { send } from './forms.ts';
import { t } from './strings.ts';

const root = document.documentElement;
const systemDark = matchMedia('(prefers-color-scheme: dark)');

/** Whether the page is dark now, whatever made it so. Charts listen to `studio:theme` on the document. */
export function isDark(): boolean {
  const theme = root.dataset['bsTheme'];
  return theme === 'dark' || (theme !== 'light' && systemDark.matches);
}

function tell(): void {
  document.dispatchEvent(new CustomEvent('studio:theme'));
}

function choose(form: HTMLElement, theme: string): void {
  root.dataset['bsTheme'] = theme;
  for (const button of form.querySelectorAll<HTMLButtonElement>('button[name="theme"]')) {
    button.setAttribute('aria-pressed', String(button.value === theme));
  }
  tell();
}

async function save(form: HTMLFormElement, theme: string): Promise<void> {
  const before = root.dataset['bsTheme'] ?? 'auto';
  choose(form, theme);
  const body = new FormData();
  body.set('theme', theme);
  if (!(await send(form.action, body, csrfToken(), t('The theme could not be saved.')))) choose(form, before);
}

export function startTheme(): void {
  systemDark.addEventListener('change', tell);
  delegate<SubmitEvent>(
    'submit',
    'form[data-preference="theme"]',
    (form, event) => {
      if (!(event.submitter instanceof HTMLButtonElement)) return;
      event.preventDefault();
      event.stopPropagation();
      void save(form as HTMLFormElement, event.submitter.value);
    },
    true,
  );
}
