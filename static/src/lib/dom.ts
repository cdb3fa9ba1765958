import { t } from './strings.ts';

type Child = Node | string | null | undefined | false;

/** Make an element. Attributes with the value `false` are left out, `true` stands without a value. */
export function element<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(
    ...children.filter((child): child is Node | string => child !== null && child !== undefined && child !== false),
  );
  return made;
}

const SVG = 'http://www.w3.org/2000/svg';

/** Draw an icon of the sprite, as decoration. */
export function icon(name: string, cssClass = ''): SVGSVGElement {
  const svg = document.createElementNS(SVG, 'svg');
  svg.setAttribute('class', `icon ${cssClass}`.trim());
  svg.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `${document.documentElement.dataset['icons'] ?? ''}#${name}`);
  svg.append(use);
  return svg;
}

export function closeButton(label = t('Close')): HTMLButtonElement {
  return element(
    'button',
    { type: 'button', class: 'btn btn-ghost btn-sm btn-icon', 'aria-label': label },
    icon('close', 'icon-sm'),
  );
}

/** Listen to events whose target lies within `selector`, now and later. */
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the caller knows what the type of event brings
export function delegate<E extends Event = Event>(
  type: string,
  selector: string,
  handle: (target: HTMLElement, event: E) => void,
  capture = false,
): void {
  document.addEventListener(
    type,
    (event) => {
      const target = event.target instanceof Element ? event.target.closest<HTMLElement>(selector) : null;
      if (target) handle(target, event as E);
    },
    capture,
  );
}

/** Run `handle` on the page as it is, and on all that htmx brings later. */
export function onContent(handle: (root: Element) => void): void {
  handle(document.body);
  document.addEventListener('htmx:load', (event) => {
    if (event.target instanceof Element && event.target !== document.body) handle(event.target);
  });
}

/** All elements within `root`, itself included, that match. */
export function all<E extends Element = HTMLElement>(root: Element | Document, selector: string): E[] {
  const found = [...root.querySelectorAll<E>(selector)];
  return root instanceof Element && root.matches(selector) ? [root as unknown as E, ...found] : found;
}

export function csrfToken(): string {
  const headers = document.body.getAttribute('hx-headers');
  return headers ? ((JSON.parse(headers) as Record<string, string>)['X-CSRFToken'] ?? '') : '';
}

/** Say something to screen readers only. */
export function announce(text: string): void {
  let region = document.getElementById('announcer');
  if (!region) {
    region = element('div', { id: 'announcer', class: 'visually-hidden', role: 'status' });
    document.body.append(region);
  }
  region.textContent = text;
}

export function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      target.matches('textarea, select, input:not([type=checkbox], [type=radio], [type=button], [type=submit])'))
  );
}
