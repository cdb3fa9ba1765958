import htmx from 'htmx.org';

import { waitBefore } from './feed.ts';
import { wordsFor } from './problems.ts';
import { t } from './strings.ts';
import { toast } from './toasts.ts';

interface RequestDetail {
  elt: Element;
  target: Element;
  xhr: XMLHttpRequest;
  requestConfig: { verb: string; path: string };
}

const MOST_ATTEMPTS = 6;
const attempts = new WeakMap<Element, number>();
let lostToast: HTMLElement | null = null;

function answerFailed(event: Event): void {
  const { xhr } = (event as CustomEvent<RequestDetail>).detail;
  if (xhr.status === 401) {
    const next = encodeURIComponent(location.pathname + location.search);
    toast({
      level: 'warning',
      text: t('You have been signed out. Sign in again to go on.'),
      link: { label: t('Sign in'), url: `/sign-in/?next=${next}` },
    });
    return;
  }
  const words = wordsFor(xhr.status, xhr.getResponseHeader('Content-Type') ?? '', xhr.responseText);
  toast({ level: 'error', text: words });
}

function notReached(event: Event): void {
  const { elt, target, requestConfig } = (event as CustomEvent<RequestDetail>).detail;
  const done = (attempts.get(elt) ?? 0) + 1;
  const again = requestConfig.verb === 'get' && done < MOST_ATTEMPTS;
  lostToast?.remove();
  lostToast = toast({
    level: 'warning',
    text: again
      ? t('The studio could not be reached; trying again. What you entered is kept.')
      : t('The studio could not be reached. What you entered is kept: try again in a moment.'),
  });
  // Only what reads is sent again by itself: a change might have arrived, its answer been lost.
  if (!again) return void attempts.delete(elt);
  attempts.set(elt, done);
  setTimeout(() => {
    if (!elt.isConnected) return;
    // A failure comes back here by its event.
    htmx.ajax('get', requestConfig.path, { source: elt, target }).catch(() => undefined);
  }, waitBefore(done));
}

function reached(event: Event): void {
  attempts.delete((event as CustomEvent<RequestDetail>).detail.elt);
  lostToast?.remove();
  lostToast = null;
}

export function startRequests(): void {
  document.addEventListener('htmx:responseError', answerFailed);
  document.addEventListener('htmx:sendError', notReached);
  document.addEventListener('htmx:timeout', notReached);
  document.addEventListener('htmx:beforeOnLoad', reached);
}
