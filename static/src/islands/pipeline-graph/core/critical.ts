/** Which steps decided how long the whole took, and bars for a timeline. Pure; moments in milliseconds. */
import type { GraphEdge, Step } from './types.ts';

/** A step on the timeline; `begin` is when its code began, `end` now for one that runs. */
export interface Bar {
  key: string;
  start: number;
  begin: number;
  end: number;
}

function moment(text: string | null): number | null {
  return text === null ? null : Date.parse(text);
}

/** When a step that has begun stood where; null before, and for one that took no time of its own. */
export function barOf(step: Step, now: number): Bar | null {
  const start = moment(step.started_at);
  if (start === null || step.reused) return null;
  const end = Math.max(start, moment(step.ended_at) ?? now);
  const begin = Math.min(end, Math.max(start, moment(step.began_at) ?? end));
  return { key: step.key, start, begin, end };
}

/** Seconds that a step took so far; null before it began. */
export function secondsOf(step: Step | undefined, now: number): number | null {
  const bar = step ? barOf(step, now) : null;
  return bar ? (bar.end - bar.start) / 1000 : null;
}

/**
 * The chain of steps, first to last, of which each was waited for longest by the next: to end sooner, one of these must.
 *
 * @param steps all of them; those that never began are passed over
 */
export function criticalPath(steps: Iterable<Step>, edges: readonly GraphEdge[], now: number): string[] {
  const ends = new Map<string, number>();
  for (const step of steps) {
    const bar = barOf(step, now);
    if (bar) ends.set(step.key, bar.end);
  }
  const before = new Map<string, string[]>();
  for (const { from, to } of edges) before.set(to, [...(before.get(to) ?? []), from]);
  const latest = (keys: Iterable<string>): string | undefined => {
    let found: string | undefined;
    for (const key of keys) {
      const end = ends.get(key);
      if (end !== undefined && (found === undefined || end > (ends.get(found) ?? 0))) found = key;
    }
    return found;
  };
  const path: string[] = [];
  const seen = new Set<string>();
  for (let at = latest(ends.keys()); at !== undefined && !seen.has(at); at = latest(before.get(at) ?? [])) {
    path.unshift(at);
    seen.add(at);
  }
  return path;
}

/** Round steps for the axis of a timeline: at most `most` of them within `span` milliseconds. */
export function ticksOf(span: number, most: number): number[] {
  const sizes = [100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000];
  const minutes = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 720, 1440].map((count) => count * 60_000);
  let size = [...sizes, ...minutes].find((one) => span / one <= most);
  for (size ??= 1440 * 60_000; span / size > most;) size *= 2;
  return Array.from({ length: Math.floor(span / size) + 1 }, (_, place) => place * size);
}
