import { connectionLost, connectionRestored } from './connection.ts';

/** One piece of news of a topic. After `reset`, news were missed that are gone: load the state anew. */
export interface News {
  seq: number;
  type: string;
  data: unknown;
}

/** The server closes with these when the reader may not, or no longer, watch; asking again would be of no use. */
const REFUSED = new Set([4401, 4403, 4404]);
const LONGEST_WAIT_MS = 30_000;
const FIRST_WAIT_MS = 500;
/** The server says something every 4 s. After so long without a word the connection is dead, although nobody closed it. */
export const SILENCE_MS = 10_000;

/** Keeps the place in a topic, so that each item is delivered once and in order. */
export class Place {
  constructor(public cursor: number | null) {}

  /** Say what to hand on for a message: the news, or nothing when it is old or only says where news begins. */
  take(message: News): News | null {
    if (message.type === 'reset') {
      const missed = this.cursor !== null && this.cursor !== message.seq;
      this.cursor = message.seq;
      return missed ? message : null;
    }
    if (this.cursor !== null && message.seq <= this.cursor) return null;
    this.cursor = message.seq;
    return message;
  }

  /** The address that goes on from here. */
  address(url: string, page: string): string {
    const target = new URL(url, page);
    target.protocol = target.protocol.replace('http', 'ws');
    if (this.cursor !== null) target.searchParams.set('after', String(this.cursor));
    target.searchParams.set('heartbeat', '1');
    return target.href;
  }
}

/** How long to wait before attempt `failures` (1 for the first): doubling, with jitter so that not all pages come at once. */
export function waitBefore(failures: number, random = Math.random): number {
  const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - 1));
  return longest / 2 + (random() * longest) / 2;
}

function parse(text: string): News | null {
  try {
    const message = JSON.parse(text) as Partial<News>;
    if (typeof message.seq !== 'number' || typeof message.type !== 'string') return null;
    return { seq: message.seq, type: message.type, data: message.data ?? null };
  } catch {
    return null;
  }
}

/**
 * Follow a feed from `cursor` on, over lost connections, without a gap and without repeats.
 *
 * @param url address of the feed, such as `/ws/me/`
 * @param cursor number of the last news the page already shows; null to begin with what comes next
 * @param onNews called for each news, and for a `reset`
 * @returns a function that stops following
 */
export function follow(url: string, cursor: number | null, onNews: (news: News) => void): () => void {
  const place = new Place(cursor);
  const self = {};
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let silence: ReturnType<typeof setTimeout> | undefined;
  let failures = 0;
  let stopped = false;

  const connect = (): void => {
    clearTimeout(timer);
    if (stopped) return;
    disconnect();
    const opened = (socket = new WebSocket(place.address(url, location.href)));
    const alive = (): void => {
      if (socket !== opened) return;
      clearTimeout(silence);
      silence = setTimeout(() => {
        disconnect();
        tryAgain();
      }, SILENCE_MS);
    };
    alive();
    opened.onopen = () => {
      connectionRestored(self);
      alive();
    };
    opened.onmessage = (event) => {
      failures = 0;
      alive();
      const message = parse(String(event.data));
      const news = message && place.take(message);
      if (news) onNews(news);
    };
    opened.onclose = (event) => {
      if (socket !== opened) return;
      socket = null;
      if (REFUSED.has(event.code)) {
        stop();
        return;
      }
      clearTimeout(silence);
      tryAgain();
    };
  };

  const tryAgain = (): void => {
    connectionLost(self);
    failures += 1;
    timer = setTimeout(connect, waitBefore(failures));
  };

  const disconnect = (): void => {
    clearTimeout(silence);
    const closing = socket;
    socket = null;
    if (!closing) return;
    // To close a socket that is still connecting makes the browser complain in its console.
    if (closing.readyState === WebSocket.CONNECTING) closing.onopen = () => closing.close();
    else closing.close();
  };

  // A change of network leaves a dead socket that looks open; the cursor makes a new one harmless.
  const onOnline = (): void => connect();
  const onVisible = (): void => {
    if (document.visibilityState === 'visible' && !socket) connect();
  };
  const onPageShow = (event: PageTransitionEvent): void => {
    if (event.persisted) connect();
  };

  const stop = (): void => {
    stopped = true;
    clearTimeout(timer);
    disconnect();
    connectionRestored(self);
    removeEventListener('online', onOnline);
    removeEventListener('pagehide', disconnect);
    removeEventListener('pageshow', onPageShow);
    document.removeEventListener('visibilitychange', onVisible);
  };

  addEventListener('online', onOnline);
  addEventListener('pagehide', disconnect);
  addEventListener('pageshow', onPageShow);
  document.addEventListener('visibilitychange', onVisible);
  connect();
  return stop;
}
