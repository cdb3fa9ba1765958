import htmx from 'htmx.org';

/**
 * The server's page of one step, beside the graph. It follows the step by itself; here it is only opened and closed.
 */
export class Panel {
  /** The part of the page that was last looked at; the next step opens with it. */
  tab = '';
  private shown: string | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly url: string,
    private readonly onTab: () => void,
  ) {
    host.addEventListener('htmx:afterSettle', this.onSettle);
  }

  show(key: string | null): void {
    if (key === this.shown) return;
    this.shown = key;
    if (key === null) this.clear();
    else void htmx.ajax('get', this.address(key), { target: this.host, swap: 'innerHTML' });
  }

  destroy(): void {
    this.host.removeEventListener('htmx:afterSettle', this.onSettle);
    this.clear();
  }

  private address(key: string): string {
    const query = new URLSearchParams({ key, ...(this.tab && { tab: this.tab }) });
    return `${this.url}?${query.toString()}`;
  }

  private clear(): void {
    // Not replaceChildren: what stands there follows logs and must hear that it goes.
    htmx.swap(this.host, '', { swapStyle: 'innerHTML', swapDelay: 0, settleDelay: 0 });
  }

  private readonly onSettle = (): void => {
    const page = this.host.querySelector<HTMLElement>('[data-step-tab]');
    if (!page) return;
    // An answer that was overtaken, or one that came after the panel was closed.
    if (page.dataset['step'] !== this.shown) return;
    const tab = page.dataset['stepTab'] ?? '';
    if (tab === this.tab) return;
    this.tab = tab;
    this.onTab();
  };
}
