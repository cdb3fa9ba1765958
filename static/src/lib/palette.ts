import { delegate, element, icon } from './dom.ts';
import { t } from './strings.ts';

/** The command palette: pages of the navigation at once, everything else from the server's search. */
export interface Item {
  label: string;
  hint: string;
  url: string;
  icon: string;
}

export interface Group {
  title: string;
  items: Item[];
}

const DEBOUNCE_MS = 150;
/** By user: what one has opened is nobody else's business in the same browser. */
const recentKey = (): string => `studio-recent-${document.body.dataset['user'] ?? ''}`;
const RECENT_AT_MOST = 8;

/** The items whose label has every word of the query at the beginning of a word, or anywhere after those. */
export function matching(items: Item[], query: string): Item[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const rank = (item: Item): number => {
    const label = item.label.toLowerCase();
    if (!words.every((word) => label.includes(word))) return 0;
    return words.every((word) => label.split(/[\s_-]+/).some((part) => part.startsWith(word))) ? 2 : 1;
  };
  return items.filter(rank).sort((one, other) => rank(other) - rank(one));
}

function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && 'label' in value && 'url' in value;
}

function recent(): Item[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(recentKey()) ?? '[]');
    return Array.isArray(kept) ? kept.filter(isItem) : [];
  } catch {
    return [];
  }
}

function remember(item: Item): void {
  const kept = [item, ...recent().filter((other) => other.url !== item.url)];
  try {
    localStorage.setItem(recentKey(), JSON.stringify(kept.slice(0, RECENT_AT_MOST)));
  } catch {
    // Without storage there are no recent items.
  }
}

function places(): Item[] {
  return [...document.querySelectorAll<HTMLAnchorElement>('.navigation-link')].map((link) => ({
    label: link.textContent.trim(),
    hint: link.closest('.navigation-section')?.querySelector('.navigation-title')?.textContent ?? '',
    url: link.href,
    icon: link.querySelector('use')?.getAttribute('href')?.split('#')[1] ?? 'arrow-right',
  }));
}

class Palette {
  private items: Item[] = [];
  private chosen = 0;
  private asked: AbortController | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly dialog: HTMLDialogElement,
    private readonly input: HTMLInputElement,
    private readonly results: HTMLElement,
  ) {
    input.addEventListener('input', () => this.search());
    input.addEventListener('keydown', (event) => this.key(event));
    results.addEventListener('pointermove', (event) => {
      const option = (event.target as Element).closest<HTMLElement>('[role="option"]');
      if (option) this.choose(Number(option.dataset['place']), false);
    });
    results.addEventListener('click', (event) => {
      const option = (event.target as Element).closest<HTMLElement>('[role="option"]');
      const item = this.items[Number(option?.dataset['place'] ?? -1)];
      if (item) remember(item);
    });
    dialog.addEventListener('close', () => this.asked?.abort());
  }

  open(): void {
    if (this.dialog.open) return;
    this.input.value = '';
    this.dialog.showModal();
    this.input.focus();
    this.search();
  }

  private search(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    const query = this.input.value.trim();
    if (!query) {
      const kept = recent();
      this.show([
        { title: t('Recent'), items: kept },
        { title: t('Go to'), items: places() },
      ]);
      return;
    }
    const local = [{ title: t('Go to'), items: matching(places(), query).slice(0, 5) }];
    this.show(local, true);
    this.timer = setTimeout(() => void this.ask(query, local), DEBOUNCE_MS);
  }

  private async ask(query: string, local: Group[]): Promise<void> {
    const asked = (this.asked = new AbortController());
    const url = new URL(this.input.dataset['url'] ?? '/search/', location.href);
    url.searchParams.set('q', query);
    try {
      const answer = await fetch(url, { signal: asked.signal, headers: { Accept: 'application/json' } });
      if (!answer.ok) throw new Error(`The search answered ${answer.status}.`);
      const { groups } = (await answer.json()) as { groups: Group[] };
      this.show([...local, ...groups]);
    } catch (error) {
      if (asked.signal.aborted) return;
      console.error(error);
      this.show(local);
      this.results.append(
        element(
          'p',
          { class: 'palette-empty', role: 'alert' },
          t('The search could not be reached. Try again in a moment.'),
        ),
      );
    }
  }

  private show(groups: Group[], isWaiting = false): void {
    const filled = groups.filter((group) => group.items.length);
    this.items = filled.flatMap((group) => group.items);
    let place = 0;
    const shown = filled.map((group, number) => {
      const title = element(
        'div',
        { class: 'menu-title', id: `palette-group-${number}`, role: 'presentation' },
        group.title,
      );
      const options = group.items.map((item) => this.option(item, place++));
      return element('div', { role: 'group', 'aria-labelledby': title.id }, title, ...options);
    });
    this.results.replaceChildren(...shown);
    if (!place) {
      const words = isWaiting ? t('Searching…') : t('Nothing found. Try another word.');
      this.results.append(element('p', { class: 'palette-empty', role: 'status' }, words));
    }
    this.choose(0);
  }

  private option(item: Item, place: number): HTMLElement {
    const text = element('span', { class: 'menu-item-text' }, element('span', { class: 'truncate' }, item.label));
    if (item.hint) text.append(element('span', { class: 'menu-item-hint' }, item.hint));
    return element(
      'a',
      { class: 'menu-item', role: 'option', id: `palette-${place}`, href: item.url, tabindex: -1, 'data-place': place },
      icon(item.icon),
      text,
    );
  }

  private choose(place: number, scroll = true): void {
    this.chosen = this.items.length ? (place + this.items.length) % this.items.length : 0;
    for (const option of this.results.querySelectorAll<HTMLElement>('[role="option"]')) {
      const isChosen = Number(option.dataset['place']) === this.chosen;
      option.setAttribute('aria-selected', String(isChosen));
      if (isChosen && scroll) option.scrollIntoView({ block: 'nearest' });
    }
    this.input.setAttribute('aria-activedescendant', this.items.length ? `palette-${this.chosen}` : '');
  }

  private key(event: KeyboardEvent): void {
    if (event.isComposing) return;
    if (event.key === 'ArrowDown') this.choose(this.chosen + 1);
    else if (event.key === 'ArrowUp') this.choose(this.chosen - 1);
    else if (event.key === 'Enter') this.results.querySelector<HTMLElement>(`#palette-${this.chosen}`)?.click();
    else return;
    event.preventDefault();
  }
}

/** Prepare the palette; returns what opens it, or null on pages without one. */
export function startPalette(): (() => void) | null {
  const dialog = document.getElementById('palette');
  const input = document.getElementById('palette-input');
  const results = document.getElementById('palette-results');
  if (!(dialog instanceof HTMLDialogElement) || !(input instanceof HTMLInputElement) || !results) return null;
  const palette = new Palette(dialog, input, results);
  delegate('click', '[data-palette-open]', (_button, event) => {
    event.preventDefault();
    palette.open();
  });
  return () => palette.open();
}
