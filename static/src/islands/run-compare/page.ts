import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { getJson, wasAborted, wordsOf } from '../shared/api.ts';
import type { Compared } from './core/compared.ts';
import { MetricLines } from './lines.ts';
import { ParallelCard } from './parallel-card.ts';
import { ScatterCard } from './scatter.ts';
import { CompareState } from './state.ts';
import { CompareTable } from './table.ts';

interface View {
  host: HTMLElement;
  draw: () => void;
  destroy: () => void;
}

/** The page on which runs stand side by side. */
export class RunCompare {
  private readonly ended = new AbortController();
  private readonly systemTheme = matchMedia('(prefers-color-scheme: dark)');
  private views: View[] = [];
  private readonly onTheme = (): void => this.draw();

  constructor(
    private readonly host: HTMLElement,
    private readonly api: string,
  ) {
    document.addEventListener('studio:theme', this.onTheme);
    this.systemTheme.addEventListener('change', this.onTheme);
    void this.load();
  }

  destroy(): void {
    this.ended.abort();
    document.removeEventListener('studio:theme', this.onTheme);
    this.systemTheme.removeEventListener('change', this.onTheme);
    for (const view of this.views) view.destroy();
  }

  private async load(): Promise<void> {
    this.host.replaceChildren(element('p', { class: 'muted', role: 'status' }, t('Loading…')));
    try {
      this.show(await getJson<Compared>(this.api, this.ended.signal));
    } catch (error) {
      if (wasAborted(error)) return;
      const again = element('button', { type: 'button', class: 'btn' }, t('Try again'));
      again.addEventListener('click', () => void this.load());
      this.host.replaceChildren(element('p', { role: 'alert' }, wordsOf(error)), again);
    }
  }

  private show(compared: Compared): void {
    if (compared.runs.length < 2) {
      const words = t('Fewer than two of these runs are still there. Choose others in the list of runs.');
      this.host.replaceChildren(element('p', { class: 'muted' }, words));
      return;
    }
    const state = new CompareState(compared);
    this.views = [new CompareTable(state), new MetricLines(state, this.api, this.ended.signal)];
    if (state.axes.length > 1) this.views.push(new ParallelCard(state), new ScatterCard(state));
    this.host.replaceChildren(...this.views.map((view) => view.host));
    state.listen(() => this.draw());
    this.draw();
  }

  private draw(): void {
    for (const view of this.views) view.draw();
  }
}
