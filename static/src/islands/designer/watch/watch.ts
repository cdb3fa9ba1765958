import { follow } from '../../../lib/feed.ts';
import { fire } from '../../../lib/live.ts';
import { StepStore } from '../../pipeline-graph/core/step-store.ts';
import { Remote } from '../../pipeline-graph/remote.ts';
import { getJson, wasAborted, wordsOf } from '../../shared/api.ts';
import type { DraftStore } from '../core/store.ts';
import { sendJson } from '../dialogs/requests.ts';

/** A run as the API tells it, as far as it is shown here. */
export interface WatchedRun {
  id: string;
  name: string;
  display_name: string;
  status: string;
  status_reason: string;
  is_over: boolean;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
}

const SETTLE_MS = 200;
/** Heals what no news tell of. */
const POLL_MS = 10_000;

/** Follows the draft's last submission: the run itself, and through the draft's steps how far each node is. */
export class RunWatch {
  /** Null without a run, and until it is known. */
  run: WatchedRun | null = null;
  /** Why nothing newer is known; empty where all is well. */
  problem = '';
  /** Counts changes of the above. */
  version = 0;
  private followed: string | null = null;
  private readonly listeners = new Set<() => void>();
  private readonly forget: () => void;
  private stopRun: () => void = () => undefined;

  constructor(private readonly store: DraftStore) {
    this.forget = store.subscribe(() => this.turn());
    this.turn();
  }

  /** Call `listener` when another run is followed or this one changes; steps tell of themselves. */
  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /**
   * Ask the run to end.
   *
   * @throws Refused with words for the reader
   */
  async cancel(): Promise<void> {
    if (this.run) await sendJson('POST', `${this.api(this.run.id)}cancel/`, {});
  }

  stop(): void {
    this.forget();
    this.stopRun();
  }

  private api(runId: string): string {
    return `${this.store.places.runsApi}${runId}/`;
  }

  /** Follow the run that the draft names now. */
  private turn(): void {
    const runId = this.store.run?.id ?? null;
    if (runId === this.followed) return;
    this.followed = runId;
    this.stopRun();
    this.stopRun = () => undefined;
    this.run = null;
    this.problem = '';
    const steps = new StepStore();
    if (runId !== null) this.begin(runId, steps);
    this.tell();
    this.store.set({ steps });
  }

  private begin(runId: string, steps: StepStore): void {
    const aborter = new AbortController();
    const remote = new Remote('', `${this.api(runId)}steps/`, steps, (words) => this.say(words));
    let timer = 0;
    const ask = async (): Promise<void> => {
      try {
        this.run = await getJson<WatchedRun>(this.api(runId), aborter.signal);
        this.tell();
      } catch (error) {
        if (!wasAborted(error)) this.say(wordsOf(error));
      }
    };
    const soon = (): void => {
      clearTimeout(timer);
      timer = window.setTimeout(() => void ask(), SETTLE_MS);
    };
    const poll = window.setInterval(() => {
      if (!this.run?.is_over) soon();
    }, POLL_MS);
    const socket = `/ws/workspaces/${encodeURIComponent(this.store.places.workspace)}/runs/${runId}/`;
    const unfollow = follow(socket, null, ({ type, data }) => {
      // Others listen as well: the page of a step that is open.
      fire(type, data);
      if (type === 'run.changed' || type === 'reset') soon();
    });
    this.stopRun = () => {
      aborter.abort();
      clearTimeout(timer);
      clearInterval(poll);
      unfollow();
      remote.stop();
    };
    void ask();
    void remote.follow();
  }

  private say(words: string): void {
    if (words === this.problem) return;
    this.problem = words;
    this.tell();
  }

  private tell(): void {
    this.version += 1;
    for (const listener of this.listeners) listener();
  }
}
