import { closeButton, element } from '../../lib/dom.ts';
import type { ChartCard } from './card.ts';

/** Show a chart on the whole window; arrow keys go to its neighbours. */
export function showLarge(card: ChartCard, neighbour: (of: ChartCard, step: number) => ChartCard | undefined): void {
  const close = closeButton();
  const title = element('h2', { id: 'chart-large-title' });
  const body = element('div', { class: 'chart-large-body' });
  const dialog = element(
    'dialog',
    { class: 'dialog chart-large', 'aria-labelledby': 'chart-large-title' },
    element('div', { class: 'dialog-head' }, title, close),
    body,
  );
  let shown = card;
  const take = (next: ChartCard): void => {
    // The drawing itself moves, so zoom and data stay.
    shown.host.append(shown.body);
    shown = next;
    title.textContent = next.chart.title;
    next.setInView(true);
    body.replaceChildren(next.body);
  };
  close.onclick = () => dialog.close();
  dialog.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const next = step ? neighbour(shown, step) : undefined;
    if (next) take(next);
  });
  dialog.addEventListener('close', () => {
    shown.host.append(shown.body);
    dialog.remove();
    shown.host.scrollIntoView({ block: 'nearest' });
  });
  document.body.append(dialog);
  dialog.showModal();
  take(card);
}
