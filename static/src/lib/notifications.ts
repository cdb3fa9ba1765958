import htmx from 'htmx.org';

import { t } from './strings.ts';

interface Told {
  unread?: number;
}

function show(unread: number): void {
  const badge = document.getElementById('unread');
  if (!badge) return;
  badge.textContent = unread > 99 ? '99+' : String(unread);
  badge.hidden = unread === 0;
  badge.closest('button')?.setAttribute('aria-label', t('Notifications, {count} unread', { count: unread }));
}

function keepCount(event: Event): void {
  const told = (event as CustomEvent<Told | null>).detail;
  if (typeof told?.unread === 'number') show(told.unread);
}

/**
 * Keep the bell's count as the feed tells it (`studio:notification`, `studio:notifications.read`, both with `data.unread`).
 * An open menu shows what is new at once; what was only read stays marked as new there until it is opened again.
 */
export function startNotifications(): void {
  document.body.addEventListener('studio:notifications.read', keepCount);
  document.body.addEventListener('studio:notification', (event) => {
    keepCount(event);
    const menu = document.querySelector('#notification-menu:popover-open');
    if (menu) htmx.trigger(menu, 'menu-open', {});
  });
}
