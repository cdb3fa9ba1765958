import { element } from '../../lib/dom.ts';

let last = 0;

/** A card with a heading and what stands beside it. */
export function card(title: string, actions: HTMLElement[], ...content: HTMLElement[]): HTMLElement {
  const id = `compare-card-${(last += 1)}`;
  return element(
    'section',
    { class: 'card', 'aria-labelledby': id },
    element(
      'div',
      { class: 'card-header' },
      element('h2', { class: 'card-title', id }, title),
      element('div', { class: 'card-actions cluster' }, ...actions),
    ),
    ...content,
  );
}

/** A choice among names, with a label before it. */
export function choice(
  label: string,
  options: readonly (readonly [string, string])[],
  value: string,
  onChange: (value: string) => void,
): HTMLElement {
  const select = element(
    'select',
    {},
    ...options.map(([key, text]) => element('option', { value: key, selected: key === value }, text)),
  );
  select.addEventListener('change', () => onChange(select.value));
  return element('label', { class: 'compare-choice' }, element('span', {}, label), select);
}
