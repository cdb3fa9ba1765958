import { delegate } from '../lib/dom.ts';

/** The column chooser: drag a row, or move it by Alt and the arrow keys; then go to the address with the columns chosen. */
export function columnsAddress(path: string, keys: string[], page: string): string {
  const url = new URL(path, page);
  url.searchParams.set('columns', keys.join(','));
  return url.pathname + url.search;
}

function apply(menu: HTMLElement): void {
  const chosen = [...menu.querySelectorAll<HTMLElement>('[data-column]')].filter(
    (row) => row.querySelector<HTMLInputElement>('[data-column-box]')?.checked,
  );
  const keys = chosen.map((row) => row.dataset['column'] ?? '');
  location.assign(columnsAddress(menu.dataset['columnsPath'] ?? '', keys, location.href));
}

function move(row: HTMLElement, step: number): void {
  if (step < 0) row.previousElementSibling?.before(row);
  else row.nextElementSibling?.after(row);
  row.querySelector<HTMLElement>('[data-column-box]')?.focus();
}

export function startColumns(): void {
  let dragged: HTMLElement | null = null;
  delegate('click', '[data-columns-apply]', (button) => {
    const menu = button.closest<HTMLElement>('[data-columns-menu]');
    if (menu) apply(menu);
  });
  delegate<KeyboardEvent>('keydown', '[data-column]', (row, event) => {
    if (!event.altKey || (event.key !== 'ArrowUp' && event.key !== 'ArrowDown')) return;
    event.preventDefault();
    move(row, event.key === 'ArrowUp' ? -1 : 1);
  });
  delegate<DragEvent>('dragstart', '[data-column]', (row, event) => {
    dragged = row;
    row.classList.add('is-dragged');
    event.dataTransfer?.setData('text/plain', row.dataset['column'] ?? '');
  });
  delegate<DragEvent>('dragover', '[data-column]', (row, event) => {
    if (!dragged || row.parentElement !== dragged.parentElement) return;
    event.preventDefault();
    const box = row.getBoundingClientRect();
    if (event.clientY < box.top + box.height / 2) row.before(dragged);
    else row.after(dragged);
  });
  delegate('dragend', '[data-column]', (row) => {
    row.classList.remove('is-dragged');
    dragged = null;
  });
}
