import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import type { Settings } from './card.ts';
import { filterOf, type Filter } from './core/arrange.ts';
import type { Axis } from './core/series.ts';

const PAUSE_MS = 150;

/** Everything the reader chooses about all charts. */
export interface Choices extends Settings {
  isJoined: boolean;
}

export interface Listener {
  filtered: (filter: Filter) => void;
  /** `changed` says which choice is new. */
  chosen: (choices: Choices, changed: keyof Choices) => void;
}

/** The bar above the charts: which metrics, over what, how smooth. */
export class ChartToolbar {
  readonly host: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly regex: HTMLButtonElement;
  private readonly count = element('span', { class: 'chart-count muted', role: 'status' });
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private choices: Choices,
    private readonly listener: Listener,
  ) {
    this.field = element('input', {
      type: 'search',
      placeholder: t('Filter metrics'),
      'aria-label': t('Filter metrics'),
      spellcheck: 'false',
      autocomplete: 'off',
    });
    this.field.addEventListener('input', () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.filter(), PAUSE_MS);
    });
    this.regex = toggle('.*', t('Regular expression'), false, () => this.filter());
    const log = toggle(t('Log scale'), '', choices.isLog, (isLog) => this.choose({ isLog }));
    const joined = toggle(t('One chart per group'), '', choices.isJoined, (isJoined) => this.choose({ isJoined }));
    this.host = element(
      'div',
      { class: 'chart-toolbar', role: 'toolbar', 'aria-label': t('Charts') },
      element('div', { class: 'list-search' }, icon('search', 'icon-sm'), this.field),
      this.regex,
      this.count,
      this.axis(),
      this.smoothing(),
      log,
      joined,
    );
  }

  destroy(): void {
    clearTimeout(this.timer);
  }

  focusFilter(): void {
    this.field.focus();
    this.field.select();
  }

  showCount(text: string): void {
    this.count.textContent = text;
  }

  private filter(): void {
    const filter = filterOf(this.field.value, this.regex.getAttribute('aria-pressed') === 'true');
    this.field.setAttribute('aria-invalid', String(filter === null));
    if (filter) this.listener.filtered(filter);
    else this.showCount(t('This pattern is not complete.'));
  }

  private choose(changed: Partial<Choices>): void {
    this.choices = { ...this.choices, ...changed };
    for (const name of Object.keys(changed)) this.listener.chosen(this.choices, name as keyof Choices);
  }

  private axis(): HTMLElement {
    const names: Record<Axis, string> = { step: t('Step'), relative: t('Relative time'), time: t('Time') };
    const options = Object.entries(names).map(([value, label]) =>
      element('option', { value, selected: value === this.choices.axis }, label),
    );
    const select = element('select', { 'aria-label': t('Horizontal axis') }, ...options);
    select.addEventListener('change', () => this.choose({ axis: select.value as Axis }));
    return select;
  }

  private smoothing(): HTMLElement {
    const attributes = { type: 'range', min: 0, max: 0.99, step: 0.01, value: this.choices.smoothing };
    const range = element('input', attributes);
    const shown = element('output', { class: 'num' }, this.choices.smoothing.toFixed(2));
    range.addEventListener('input', () => {
      shown.textContent = Number(range.value).toFixed(2);
      this.choose({ smoothing: Number(range.value) });
    });
    return element('label', { class: 'chart-smoothing' }, t('Smoothing'), range, shown);
  }
}

function toggle(text: string, label: string, isOn: boolean, run: (isOn: boolean) => void): HTMLButtonElement {
  const attributes = { type: 'button', class: 'btn btn-sm', 'aria-pressed': String(isOn) };
  const button = element('button', { ...attributes, ...(label && { 'aria-label': label, title: label }) }, text);
  button.addEventListener('click', () => {
    const next = button.getAttribute('aria-pressed') !== 'true';
    button.setAttribute('aria-pressed', String(next));
    run(next);
  });
  return button;
}
