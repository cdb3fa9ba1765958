import { useEffect, useRef, useState } from 'react';

const PAUSE_MS = 1500;

interface Typing {
  text: string;
  onType: (text: string) => void;
  /** Keep what was typed, at once. */
  keep: () => void;
}

/**
 * A text that is kept once it is done: when the field is left or goes, or after a pause. Each is one step to be undone.
 *
 * @param kept what the document says
 */
export function useTyping(kept: string, change: (text: string) => void): Typing {
  const [typed, setTyped] = useState<string | null>(null);
  const now = useRef({ kept, change, pending: null as string | null, sent: kept, timer: 0 });
  now.current.kept = kept;
  now.current.change = change;

  const send = (): void => {
    const state = now.current;
    clearTimeout(state.timer);
    const { pending } = state;
    state.pending = null;
    if (pending === null || pending === state.kept) return;
    state.sent = pending;
    state.change(pending);
  };

  useEffect(() => {
    // Undone, or changed by somebody else, after it was typed here.
    if (now.current.pending === null && kept !== now.current.sent) setTyped(null);
    now.current.sent = kept;
  }, [kept]);
  useEffect(() => send, []);

  return {
    text: typed ?? kept,
    onType: (text) => {
      setTyped(text);
      now.current.pending = text;
      clearTimeout(now.current.timer);
      now.current.timer = window.setTimeout(send, PAUSE_MS);
    },
    keep: () => {
      send();
      setTyped(null);
    },
  };
}
