import { all, onContent } from './dom.ts';
import { follow, type News } from './feed.ts';

/**
 * Feeds named in the page: `data-feed="/ws/…" data-feed-cursor="<seq>"`. Each news becomes the event `studio:<type>` on the
 * body, with the news' data as detail, so that htmx (`hx-trigger="studio:members.changed from:body"`) and scripts can listen.
 */
const stops = new Map<Element, () => void>();

export function fire(type: string, data: unknown): void {
  document.body.dispatchEvent(new CustomEvent(`studio:${type}`, { detail: data }));
}

/** All types of news that parts of the page wait for by htmx. */
export function awaitedTypes(root: Document | Element): string[] {
  const triggers = all(root, '[hx-trigger*="studio:"]').map((host) => host.getAttribute('hx-trigger') ?? '');
  return [
    ...new Set(triggers.flatMap((text) => [...text.matchAll(/studio:([\w.-]+)/g)].map((match) => match[1] ?? ''))),
  ];
}

function hear(news: News): void {
  if (news.type !== 'reset') return fire(news.type, news.data);
  // Something was missed: whatever waits for news loads itself again.
  fire('reset', null);
  for (const type of awaitedTypes(document)) fire(type, null);
}

export function startFeeds(): void {
  onContent((root) => {
    for (const host of all(root, '[data-feed]')) {
      const url = host.dataset['feed'];
      if (!url || stops.has(host)) continue;
      const cursor = host.dataset['feedCursor'];
      stops.set(host, follow(url, cursor ? Number(cursor) : null, hear));
    }
  });
  document.addEventListener('htmx:beforeCleanupElement', (event) => {
    if (!(event.target instanceof Element)) return;
    stops.get(event.target)?.();
    stops.delete(event.target);
  });
}
