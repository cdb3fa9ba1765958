import { element } from '../../lib/dom.ts';

/** A control with its name before it. */
export function field(name: string, control: HTMLElement): HTMLLabelElement {
  return element('label', { class: 'labeler-field' }, name, control);
}
