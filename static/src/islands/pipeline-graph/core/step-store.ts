/** How far all steps are. Whoever shows one step hears of that one only. No DOM. */
import type { Step } from './types.ts';

type Listener = () => void;

export class StepStore {
  /** Counts changes of any step. */
  version = 0;
  private readonly steps = new Map<string, Step>();
  private readonly listeners = new Map<string | null, Set<Listener>>();

  get(key: string): Step | undefined {
    return this.steps.get(key);
  }

  all(): Iterable<Step> {
    return this.steps.values();
  }

  /** Take news of some steps; what is as it was is no news. */
  apply(news: readonly Step[]): void {
    const changed = news.filter((step) => JSON.stringify(step) !== JSON.stringify(this.steps.get(step.key)));
    if (!changed.length) return;
    for (const step of changed) this.steps.set(step.key, step);
    this.version += 1;
    for (const step of changed) this.tell(step.key);
    this.tell(null);
  }

  /** Call `listener` when the step changes, or with null when any does; returns what ends that. */
  watch(key: string | null, listener: Listener): () => void {
    const found = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, found.add(listener));
    return () => {
      found.delete(listener);
      if (!found.size) this.listeners.delete(key);
    };
  }

  private tell(key: string | null): void {
    for (const listener of this.listeners.get(key) ?? []) listener();
  }
}
