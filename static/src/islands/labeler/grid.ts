import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import type { Action } from './core/keys.ts';
import { type Label, toggled } from './core/types.ts';
import type { Session, Work } from './session.ts';
import type { Stage } from './stage.ts';

/** Pictures or texts that get classes: one alone, or several of which some are chosen. */
export class Grid implements Stage {
  readonly host = element('div', { class: 'labeler-grid' });
  readonly active = null;
  private readonly chosen = new Set<number>();

  constructor(
    private readonly session: Session,
    private readonly labels: ReadonlyMap<string, Label>,
  ) {}

  draw(): void {
    const { works } = this.session;
    const numbers = new Set(works.map((work) => work.item.number));
    for (const number of this.chosen) if (!numbers.has(number)) this.chosen.delete(number);
    this.host.dataset['count'] = String(works.length);
    const hadFocus = this.host.contains(document.activeElement) ? document.activeElement?.id : undefined;
    this.host.replaceChildren(...works.map((work) => this.card(work, works.length > 1)));
    if (hadFocus) document.getElementById(hadFocus)?.focus();
  }

  choose(label: Label): void {
    const works =
      this.session.works.length > 1 ? this.session.works.filter((work) => this.isChosen(work)) : this.session.works;
    const has = (work: Work): boolean => work.history.now.labels?.includes(label.key) ?? false;
    const isTaken = works.every(has);
    const several = this.session.project.task.endsWith('multilabel');
    for (const work of works) {
      if (has(work) === isTaken) this.session.change(work, toggled(work.history.now, label.key, several));
    }
  }

  act(action: Action): boolean {
    if (action !== 'selectAll' || this.session.works.length < 2) return false;
    const { works } = this.session;
    if (this.chosen.size === works.length) this.chosen.clear();
    else for (const work of works) this.chosen.add(work.item.number);
    this.draw();
    return true;
  }

  arrow(): boolean {
    return false;
  }

  destroy(): void {
    this.host.remove();
  }

  private isChosen(work: Work): boolean {
    return this.chosen.has(work.item.number);
  }

  private card(work: Work, canChoose: boolean): HTMLElement {
    const { item } = work;
    const shown =
      item.media === 'image'
        ? element('img', { src: (canChoose && item.thumbnail) || (item.url ?? ''), alt: item.name, draggable: 'false' })
        : element('p', { class: 'labeler-text', dir: 'auto' }, item.text);
    const body = canChoose
      ? element('label', { class: 'labeler-choice' }, this.box(work), shown)
      : element('div', { class: 'labeler-choice' }, shown);
    const chips = (work.history.now.labels ?? []).map((key) => this.chip(work, key));
    const name = element('p', { class: 'labeler-name muted' }, item.name);
    const rejected = item.previous_rejection
      ? element('p', { class: 'notice notice-warn' }, t('Sent back: {words}', { words: item.previous_rejection }))
      : null;
    const isChosen = this.chosen.has(item.number) && canChoose;
    return element(
      'article',
      { class: `labeler-card${isChosen ? ' is-chosen' : ''}`, 'aria-label': item.name },
      body,
      rejected,
      element('div', { class: 'labeler-chips' }, ...chips),
      name,
    );
  }

  private box(work: Work): HTMLInputElement {
    const { number, name } = work.item;
    const box = element('input', {
      type: 'checkbox',
      id: `labeler-${number}`,
      'aria-label': t('Choose {name}', { name }),
    });
    box.checked = this.isChosen(work);
    box.addEventListener('change', () => {
      if (box.checked) this.chosen.add(number);
      else this.chosen.delete(number);
      this.draw();
    });
    return box;
  }

  private chip(work: Work, key: string): HTMLElement {
    const label = this.labels.get(key);
    const name = label?.name ?? key;
    const remove = element(
      'button',
      { type: 'button', class: 'btn btn-ghost btn-sm btn-icon' },
      icon('close', 'icon-sm'),
    );
    remove.setAttribute('aria-label', t('Take {label} away', { label: name }));
    remove.addEventListener('click', () =>
      this.session.change(work, { labels: (work.history.now.labels ?? []).filter((one) => one !== key) }),
    );
    const chip = element('span', { class: 'labeler-chip' }, element('i', { class: 'labeler-dot' }), name, remove);
    chip.style.setProperty('--label', label?.color ?? 'var(--muted)');
    return chip;
  }
}
