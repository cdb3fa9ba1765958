/** The metrics of a run in short, kept up to date by the feed. Pure. */
import { compareNames, groupOf, type Metric } from './arrange.ts';
import { numberOf, type Point } from './series.ts';

/** What the machine measures is named like this. */
const SYSTEM_PREFIX = 'system/';

export class Catalogue {
  private readonly byName = new Map<string, Metric>();
  private order: Metric[] | null = null;

  constructor(private readonly isSystem: boolean) {}

  get size(): number {
    return this.byName.size;
  }

  get(name: string): Metric | undefined {
    return this.byName.get(name);
  }

  take(metrics: readonly Metric[]): void {
    for (const metric of metrics) this.byName.set(metric.name, metric);
    this.order = null;
  }

  /** Forget what is no longer there. */
  keep(names: ReadonlySet<string>): void {
    for (const name of this.byName.keys()) if (!names.has(name)) this.byName.delete(name);
    this.order = null;
  }

  /** Take points; says whether there is a new metric, or one is no longer a single value. */
  add(points: readonly Point[]): boolean {
    let isNew = false;
    for (const [name, step, timeMs, value] of points) {
      const known = this.byName.get(name);
      if (known) {
        // The page of the list may have been read after the news was sent.
        if (timeMs < known.last_at_ms || (timeMs === known.last_at_ms && step <= known.last_step)) continue;
        isNew ||= known.count === 1;
        Object.assign(known, { count: known.count + 1, ...latest(step, timeMs, value) });
      } else if (name.startsWith(SYSTEM_PREFIX) === this.isSystem) {
        isNew = true;
        const fresh = { name, is_system: this.isSystem, count: 1, minimum: null, maximum: null };
        this.byName.set(name, { ...fresh, ...latest(step, timeMs, value) });
        this.order = null;
      }
    }
    return isNew;
  }

  /** By group, then by name. */
  sorted(): readonly Metric[] {
    this.order ??= [...this.byName.values()]
      .map((metric) => ({ metric, group: groupOf(metric.name) }))
      .sort((one, other) => compareNames(one.group, other.group) || compareNames(one.metric.name, other.metric.name))
      .map(({ metric }) => metric);
    return this.order;
  }
}

function latest(
  step: number,
  timeMs: number,
  value: Point[3],
): Pick<Metric, 'last' | 'last_text' | 'last_step' | 'last_at_ms'> {
  const number = numberOf(value);
  const isFinite = Number.isFinite(number);
  return {
    last: isFinite ? number : null,
    last_text: isFinite ? '' : String(number),
    last_step: step,
    last_at_ms: timeMs,
  };
}
