import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { formatCount } from '../shared/format.ts';
import { matcher, type Query } from '../shared/lines/marks.ts';
import { Search, type Hits } from './core/search.ts';

const PAUSE_MS = 250;

/** What the search bar needs of the viewer. */
export interface Searched {
  ask: (query: Query, from: number, limit: number, signal: AbortSignal) => Promise<Hits>;
  /** Where to begin: the first line in view. */
  here: () => number;
  /** Show a hit, or nothing where it is null; `pattern` marks the hits in the text. */
  found: (line: number | null, pattern: RegExp | null) => void;
}

/** The field that searches the whole log on the server, with buttons for the next and the previous hit. */
export class SearchBar {
  readonly host: HTMLElement;
  private readonly field: HTMLInputElement;
  private readonly status = element('span', { class: 'log-search-status', role: 'status' });
  private readonly caseButton = toggle('Aa', t('Match case'));
  private readonly regexButton = toggle('.*', t('Regular expression'));
  private readonly buttons: HTMLButtonElement[];
  private search: Search | null = null;
  private query = '';
  private hit: number | null = null;
  private asked = new AbortController();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly searched: Searched,
    words: string,
  ) {
    this.field = element('input', {
      type: 'search',
      value: words,
      placeholder: t('Search the log'),
      'aria-label': t('Search the log'),
      spellcheck: 'false',
      autocomplete: 'off',
    });
    const previous = step('arrow-up', t('Previous hit'), () => void this.go(-1));
    const next = step('arrow-down', t('Next hit'), () => void this.go(1));
    this.buttons = [previous, next];
    this.host = element(
      'div',
      { class: 'log-search', role: 'search' },
      element('div', { class: 'list-search' }, icon('search', 'icon-sm'), this.field),
      this.caseButton,
      this.regexButton,
      previous,
      next,
      this.status,
    );
    this.field.addEventListener('input', () => this.later());
    this.field.addEventListener('keydown', (event) => this.onKey(event));
    for (const button of [this.caseButton, this.regexButton]) {
      button.addEventListener('click', () => {
        button.setAttribute('aria-pressed', String(button.getAttribute('aria-pressed') !== 'true'));
        this.begin();
      });
    }
    this.show();
  }

  focus(): void {
    this.field.focus();
    this.field.select();
  }

  /** Forget the hits: another file is shown, or this one was read anew. The words stay. */
  reset(): void {
    this.query = '';
    this.end();
    if (this.field.value) this.begin();
  }

  destroy(): void {
    clearTimeout(this.timer);
    this.asked.abort();
  }

  private get current(): Query {
    return {
      text: this.field.value,
      isRegex: this.regexButton.getAttribute('aria-pressed') === 'true',
      isCase: this.caseButton.getAttribute('aria-pressed') === 'true',
    };
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.begin(), PAUSE_MS);
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      event.preventDefault();
      clearTimeout(this.timer);
      if (JSON.stringify(this.current) === this.query) void this.go(event.shiftKey ? -1 : 1);
      else this.begin();
    } else if (event.key === 'Escape' && this.field.value) {
      event.preventDefault();
      this.field.value = '';
      this.begin();
    }
  }

  private end(): void {
    clearTimeout(this.timer);
    this.asked.abort();
    this.asked = new AbortController();
    this.search = null;
    this.hit = null;
  }

  private begin(): void {
    const query = this.current;
    this.end();
    this.query = JSON.stringify(query);
    this.searched.found(null, matcher(query));
    this.show();
    if (!query.text) return;
    const { signal } = this.asked;
    const search = (this.search = new Search((from, limit) => this.searched.ask(query, from, limit, signal)));
    this.status.textContent = t('Searching…');
    void this.attempt(search, async () => {
      // Counted beside it: in a large log the first hit is there long before all are known.
      const counting = search.count(() => this.search === search && this.show());
      await this.goFrom(search, this.searched.here(), 1);
      await counting;
    });
  }

  private async go(direction: 1 | -1): Promise<void> {
    const { search } = this;
    if (!search) {
      this.begin();
      return;
    }
    const from = this.hit === null ? this.searched.here() : this.hit + (direction > 0 ? 1 : 0);
    await this.attempt(search, () => this.goFrom(search, from, direction));
  }

  /** Show the next hit from `line` on in this direction, beginning anew at the other end of the log. */
  private async goFrom(search: Search, line: number, direction: 1 | -1): Promise<void> {
    const hit =
      direction > 0
        ? ((await search.after(line)) ?? (line > 0 ? await search.after(0) : null))
        : ((await search.before(line)) ?? (search.isComplete ? (search.lines.at(-1) ?? null) : null));
    if (this.search !== search) return;
    if (hit !== null) {
      this.hit = hit;
      this.searched.found(hit, matcher(JSON.parse(this.query) as Query));
    }
    this.show();
  }

  private async attempt(search: Search, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!wasAborted(error) && this.search === search) this.status.textContent = wordsOf(error);
    }
  }

  private show(): void {
    const { search } = this;
    for (const button of this.buttons) button.disabled = !search;
    if (!search) return void (this.status.textContent = '');
    const count = formatCount(search.lines.length) + (search.isComplete ? '' : '+');
    const rank = this.hit === null ? null : search.rankOf(this.hit);
    if (!search.lines.length && this.hit === null) {
      this.status.textContent = search.isComplete ? t('No hit') : t('Searching…');
    } else if (rank === null) this.status.textContent = t('{count} lines', { count });
    else this.status.textContent = t('{rank} of {count}', { rank: formatCount(rank + 1), count });
  }
}

function toggle(text: string, label: string): HTMLButtonElement {
  const attributes = { type: 'button', class: 'btn btn-ghost btn-sm', 'aria-pressed': 'false' };
  return element('button', { ...attributes, 'aria-label': label, title: label }, text);
}

function step(name: string, label: string, run: () => void): HTMLButtonElement {
  const attributes = { type: 'button', class: 'btn btn-ghost btn-sm btn-icon', 'aria-label': label, title: label };
  const button = element('button', attributes, icon(name, 'icon-sm'));
  button.addEventListener('click', run);
  return button;
}
