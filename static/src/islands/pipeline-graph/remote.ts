import { getJson, wordsOf, wasAborted } from '../shared/api.ts';
import type { StepStore } from './core/step-store.ts';
import type { Drawing, Step } from './core/types.ts';

/** Of the run itself, and of its steps' runs. */
const NEWS = ['studio:run.changed', 'studio:step.changed', 'studio:reset'];
const SETTLE_MS = 200;
/** Heals what was missed, and what no news tell of. */
const POLL_MS = 10_000;

interface Answer {
  cursor: string;
  is_over: boolean;
  steps: Step[];
}

/** Follows the steps of a run: the page's feed says that something changed, the API says what. */
export class Remote {
  private cursor = '';
  private isOver = false;
  private timer = 0;
  private poll = 0;
  private isAsking = false;
  private isStale = false;
  private readonly aborter = new AbortController();

  constructor(
    private readonly graphUrl: string,
    private readonly stepsUrl: string,
    private readonly store: StepStore,
    private readonly onProblem: (words: string) => void,
  ) {}

  drawing(): Promise<Drawing> {
    return getJson<Drawing>(this.graphUrl, this.aborter.signal);
  }

  /** Ask how far the steps are; while the run goes on, again whenever something changed. */
  async follow(): Promise<void> {
    await this.ask();
    if (this.isOver || this.aborter.signal.aborted) return;
    for (const type of NEWS) document.body.addEventListener(type, this.onNews);
    this.poll = window.setInterval(this.onNews, POLL_MS);
  }

  stop(): void {
    this.aborter.abort();
    clearTimeout(this.timer);
    clearInterval(this.poll);
    for (const type of NEWS) document.body.removeEventListener(type, this.onNews);
  }

  private readonly onNews = (): void => {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), SETTLE_MS);
  };

  private async ask(): Promise<void> {
    if (this.isAsking) {
      this.isStale = true;
      return;
    }
    this.isAsking = true;
    try {
      const since = this.cursor ? `?since=${encodeURIComponent(this.cursor)}` : '';
      const answer = await getJson<Answer>(`${this.stepsUrl}${since}`, this.aborter.signal);
      this.cursor = answer.cursor;
      this.isOver = answer.is_over;
      this.store.apply(answer.steps);
      this.onProblem('');
    } catch (error) {
      if (!wasAborted(error)) this.onProblem(wordsOf(error));
    } finally {
      this.isAsking = false;
    }
    if (this.isStale) {
      this.isStale = false;
      await this.ask();
    }
  }
}
