import htmx from 'htmx.org';

/**
 * What redraws itself when news come waits while somebody is at it: a menu within is open, or something within is being
 * pressed. Otherwise the menu would close, or the click be lost. Afterwards it is asked for anew.
 */
interface SwapDetail {
  elt: Element;
  target: Element;
  shouldSwap: boolean;
  requestConfig: { verb: string; path: string; triggeringEvent?: Event };
}

interface Postponed {
  elt: Element;
  target: Element;
  path: string;
}

let pressed: Element | null = null;
const postponed = new Map<Element, Postponed>();

/** Whether somebody is at something within. */
export function isInUse(region: Element): boolean {
  return region.querySelector('[popovertarget][aria-expanded="true"]') !== null || region.contains(pressed);
}

/** Whether news or the clock asked, not the reader. */
export function isByItself(verb: string, event: Event | undefined): boolean {
  return verb === 'get' && (!event || event.type.startsWith('studio:'));
}

function beforeSwap(event: Event): void {
  const detail = (event as CustomEvent<SwapDetail>).detail;
  const { verb, path, triggeringEvent } = detail.requestConfig;
  if (!isByItself(verb, triggeringEvent) || !isInUse(detail.target)) return;
  detail.shouldSwap = false;
  postponed.set(detail.target, { elt: detail.elt, target: detail.target, path });
}

function goOn(): void {
  for (const { elt, target, path } of [...postponed.values()]) {
    if (target.isConnected && isInUse(target)) continue;
    postponed.delete(target);
    if (elt.isConnected && target.isConnected) {
      htmx.ajax('get', path, { source: elt, target }).catch(() => undefined);
    }
  }
}

export function startRedraws(): void {
  document.addEventListener('htmx:beforeSwap', beforeSwap);
  document.addEventListener(
    'pointerdown',
    (event) => (pressed = event.target instanceof Element ? event.target : null),
  );
  for (const type of ['pointerup', 'pointercancel']) {
    document.addEventListener(type, () => {
      // The click comes right after.
      setTimeout(() => {
        pressed = null;
        goOn();
      });
    });
  }
  // Popover events do not bubble. The opener says so a moment later.
  document.addEventListener('toggle', () => setTimeout(goOn), true);
}
