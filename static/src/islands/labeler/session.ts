import { wordsOf } from '../shared/api.ts';
import { type Api, type Submitted } from './api.ts';
import { beginning, changed, type History, redone, undone } from './core/history.ts';
import { type Mood, Outbox, type Shelf } from './core/outbox.ts';
import { type Answer, isComplete, type Item, type Kind, type Project } from './core/types.ts';

/** Nobody looks at one item for longer; who went for lunch did not label meanwhile. */
const LONGEST_LOOK_S = 600;
const SAVE_AFTER_MS = 300;
const TRY_AGAIN_MS = 5000;

/** An item before the labeler, with all that was done to it on this page. */
export interface Work {
  item: Item;
  history: History<Answer>;
  shownAt: number;
  comment: string;
  /** Submitted before, and now looked at again: it changes only by being submitted again. */
  isAgain: boolean;
}

/** What one person does in one project: items come, answers are kept as drafts at each change, and are submitted. */
export class Session {
  works: Work[] = [];
  ended: string | null = null;
  mood: Mood = 'saved';
  trouble = '';
  isBusy = false;
  count = 1;
  private readonly outbox: Outbox;
  private timer = 0;
  /** Asked for while something else was under way. */
  private wantsItems = false;

  /** Args: shelf, name: where drafts wait in this browser. changed: is told whenever something to be shown changed. */
  constructor(
    readonly project: Project,
    readonly kind: Kind,
    private readonly api: Api,
    shelf: Shelf,
    name: string,
    private readonly changed: () => void,
  ) {
    this.outbox = new Outbox(
      shelf,
      name,
      (kept, version) => api.draft(kept, version),
      (mood) => this.feel(mood),
      (number, other) => this.keepOther(number, other),
    );
  }

  get isComplete(): boolean {
    return this.works.length > 0 && this.works.every((work) => isComplete(this.kind, work.history.now));
  }

  /** Change an answer; it is on its way to the server a moment later. */
  change(work: Work, answer: Answer): void {
    work.history = changed(work.history, answer);
    this.keep(work);
  }

  undo(work: Work): void {
    work.history = undone(work.history);
    this.keep(work);
  }

  redo(work: Work): void {
    work.history = redone(work.history);
    this.keep(work);
  }

  async take(): Promise<void> {
    this.wantsItems = this.isBusy;
    await this.attempt(async () => {
      await this.outbox.flush();
      await this.takeNext();
    });
  }

  /** Submit all that is on the page, and take the next. */
  async submit(): Promise<void> {
    if (!this.isComplete) return;
    await this.attempt(async () => {
      await this.outbox.flush(); // a draft on its way makes a new version
      const numbers = this.works.map((work) => work.item.number);
      await this.api.submit(this.works.map((work) => this.submitted(work)));
      this.outbox.drop(numbers);
      this.countDone();
      await this.takeNext();
    });
  }

  async skip(): Promise<void> {
    const works = this.works.filter((work) => !work.isAgain);
    if (!works.length) return;
    await this.attempt(async () => {
      const numbers = works.map((work) => work.item.number);
      await this.api.skip(numbers, works[0]?.comment ?? '');
      this.outbox.drop(numbers);
      await this.takeNext();
    });
  }

  /** Look again at what was submitted before this. */
  async back(): Promise<void> {
    await this.attempt(async () => {
      await this.outbox.flush();
      const first = this.works[0];
      const found = await this.api.previous(first?.isAgain ? first.item.number : null);
      if (found.length) this.show(found.slice(0, 1), true);
    });
  }

  /** Give back what nothing was done to: the page goes away. */
  leave(): void {
    const untouched = this.works.filter(
      (work) => !work.isAgain && work.item.answer === null && !work.history.past.length,
    );
    this.api.release(untouched.map((work) => work.item.number));
  }

  async retry(): Promise<void> {
    await this.outbox.flush();
  }

  private async takeNext(): Promise<void> {
    const batch = await this.api.next(this.count);
    this.ended = batch.ended;
    this.show(batch.items, false);
  }

  private countDone(): void {
    const fresh = this.works.filter((work) => !work.isAgain).length;
    this.project.progress.mine += fresh;
    this.project.progress.labeled += fresh;
  }

  private show(items: readonly Item[], isAgain: boolean): void {
    this.works = items.map((item) => {
      const unsent = isAgain ? null : this.outbox.open(item.number, item.draft_version);
      const answer = unsent ?? item.answer ?? item.prelabel?.answer ?? {};
      return { item, history: beginning(answer), shownAt: Date.now(), comment: item.comment, isAgain };
    });
    this.save(0);
  }

  private submitted(work: Work): Submitted {
    const { item, history, comment, isAgain } = work;
    const version = isAgain ? item.draft_version : this.outbox.versionOf(item.number);
    return { number: item.number, answer: history.now, version, seconds: this.secondsOf(work), comment };
  }

  private secondsOf(work: Work): number {
    return Math.min((Date.now() - work.shownAt) / 1000, LONGEST_LOOK_S);
  }

  private keep(work: Work): void {
    if (!work.isAgain) {
      const { number } = work.item;
      this.outbox.put({ number, answer: work.history.now, seconds: this.secondsOf(work), id: crypto.randomUUID() });
      this.mood = 'saving';
      this.save(SAVE_AFTER_MS);
    }
    this.changed();
  }

  private save(after: number): void {
    window.clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.outbox
        .flush()
        .then((isDone) => {
          if (!isDone && this.mood === 'offline') this.save(TRY_AGAIN_MS);
        })
        .catch(() => undefined);
    }, after);
  }

  private keepOther(number: number, other: Answer | null): void {
    const work = this.works.find((one) => one.item.number === number);
    // What was done in the other window is one undo away.
    if (work && other) work.history = { ...work.history, past: [...work.history.past, other] };
  }

  private feel(mood: Mood): void {
    this.mood = mood;
    this.trouble = mood === 'refused' ? this.outbox.refusal : '';
    this.changed();
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.trouble = '';
    this.changed();
    try {
      await work();
    } catch (error) {
      this.trouble = wordsOf(error);
    }
    this.isBusy = false;
    this.changed();
    if (this.wantsItems) await this.take();
  }
}
