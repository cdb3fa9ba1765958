import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { type Label, pathOf, type Project } from './core/types.ts';

const SEARCH_FROM = 10;

/** The labels to choose from, with their keys, and what labelers are told. */
export class LabelPanel {
  readonly host = element('div', { class: 'labeler-labels' });
  private readonly buttons = new Map<string, HTMLButtonElement>();

  constructor(project: Project, choose: (label: Label) => void) {
    const list = element('ul', { class: 'labeler-label-list' });
    project.labels.forEach((label, place) => {
      const key = label.hotkey || (place < 9 ? String(place + 1) : '');
      const button = element('button', { type: 'button', class: 'btn labeler-label' });
      button.append(element('i', { class: 'labeler-dot' }), element('span', {}, pathOf(label, project.labels)));
      if (key) button.append(element('kbd', {}, key));
      button.style.setProperty('--label', label.color);
      button.addEventListener('click', (event) => {
        choose(label);
        if (event.detail) button.blur(); // so that the next key is one of the page's again
      });
      this.buttons.set(label.key, button);
      list.append(element('li', {}, button));
    });
    this.host.append(element('h2', {}, t('Labels')));
    if (project.labels.length >= SEARCH_FROM) this.host.append(this.search(project.labels));
    this.host.append(list);
    if (project.instructions_html) this.host.append(instructions(project.instructions_html));
  }

  draw(active: Label | null, isOpen: boolean): void {
    for (const [key, button] of this.buttons) {
      button.disabled = !isOpen;
      button.classList.toggle('is-active', key === active?.key);
    }
  }

  private search(labels: readonly Label[]): HTMLInputElement {
    const search = element('input', {
      type: 'search',
      placeholder: t('Find a label'),
      'aria-label': t('Find a label'),
    });
    search.addEventListener('input', () => {
      const wanted = search.value.trim().toLowerCase();
      for (const label of labels) {
        const row = this.buttons.get(label.key)?.parentElement;
        if (row) row.hidden = !pathOf(label, labels).toLowerCase().includes(wanted);
      }
    });
    return search;
  }
}

function instructions(html: string): HTMLElement {
  const text = element('div', { class: 'prose' });
  text.innerHTML = html; // made safe by the server, as everywhere
  return element(
    'details',
    { class: 'labeler-instructions', open: true },
    element('summary', {}, t('Instructions')),
    text,
  );
}
