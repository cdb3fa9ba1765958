import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react';

import type { StepStore } from './core/step-store.ts';
import type { Step } from './core/types.ts';

/** How far a step is, always as of now. */
export function useStep(store: StepStore, key: string): Step | undefined {
  const watch = useCallback((listener: () => void) => store.watch(key, listener), [store, key]);
  return useSyncExternalStore(watch, () => store.get(key));
}

/** A number that changes with each news of any step. */
export function useSteps(store: StepStore): number {
  const watch = useCallback((listener: () => void) => store.watch(null, listener), [store]);
  return useSyncExternalStore(watch, () => store.version);
}

const clock = { now: Date.now(), listeners: new Set<() => void>(), timer: 0 };

function everySecond(listener: () => void): () => void {
  if (!clock.listeners.size) {
    clock.now = Date.now();
    clock.timer = window.setInterval(() => {
      clock.now = Date.now();
      for (const one of clock.listeners) one();
    }, 1000);
  }
  clock.listeners.add(listener);
  return () => {
    clock.listeners.delete(listener);
    if (!clock.listeners.size) clearInterval(clock.timer);
  };
}

const never = (): (() => void) => () => undefined;

/** Now, in milliseconds; it goes on each second while `isTicking`. */
export function useNow(isTicking: boolean): number {
  return useSyncExternalStore(isTicking ? everySecond : never, () => (isTicking ? clock.now : 0)) || Date.now();
}

/** The size of an element in pixels; null before it is known. */
export function useSize(): [(host: HTMLElement | null) => void, { width: number; height: number } | null] {
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  const observer = useRef<ResizeObserver | null>(null);
  useEffect(() => () => observer.current?.disconnect(), []);
  const attach = useCallback((host: HTMLElement | null) => {
    observer.current?.disconnect();
    if (!host) return;
    const read = (): void => {
      const { clientWidth: width, clientHeight: height } = host;
      if (!width || !height) return;
      setSize((before) => (before?.width === width && before.height === height ? before : { width, height }));
    };
    observer.current = new ResizeObserver(read);
    observer.current.observe(host);
    read();
  }, []);
  return [attach, size];
}
