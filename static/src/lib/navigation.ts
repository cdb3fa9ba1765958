import { delegate } from './dom.ts';

const YEAR_S = 31_536_000;
const wide = matchMedia('(min-width: 62rem)');
const body = document.body;

function button(): HTMLElement | null {
  return document.querySelector('[data-nav-toggle]');
}

function isOpen(): boolean {
  return wide.matches ? !body.classList.contains('nav-folded') : body.classList.contains('nav-open');
}

function tell(): void {
  button()?.setAttribute('aria-expanded', String(isOpen()));
  const main = document.getElementById('content');
  if (main) main.inert = !wide.matches && isOpen();
}

function closeDrawer(): void {
  if (wide.matches || !isOpen()) return;
  body.classList.remove('nav-open');
  tell();
  button()?.focus();
}

/** Fold the navigation to its icons on wide screens, show or hide the drawer on narrow ones. */
export function toggleNavigation(): void {
  if (wide.matches) {
    const folded = body.classList.toggle('nav-folded');
    // A cookie, so that the server sends the next page folded and nothing moves.
    document.cookie = `studio_nav=${folded ? 'folded' : 'open'};path=/;max-age=${YEAR_S};samesite=lax`;
  } else if (body.classList.toggle('nav-open')) {
    document.querySelector<HTMLElement>('.navigation-link')?.focus();
  }
  tell();
}

export function startNavigation(): void {
  delegate('click', '[data-nav-toggle]', toggleNavigation);
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closeDrawer();
  });
  document.addEventListener('click', (event) => {
    const target = event.target as Element;
    if (body.classList.contains('nav-open') && !target.closest('.navigation, [data-nav-toggle]')) closeDrawer();
  });
  wide.addEventListener('change', tell);
  tell();
}
