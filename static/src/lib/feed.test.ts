// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { follow, Place, SILENCE_MS, waitBefore, type News } from './feed.ts';

const news = (seq: number, type = 'run.changed'): News => ({ seq, type, data: null });

describe('the place in a topic', () => {
  it('hands on each item once, in order', () => {
    const place = new Place(4);
    const taken = [5, 6, 5, 6, 7, 7].map((seq) => place.take(news(seq))?.seq);
    expect(taken).toEqual([5, 6, undefined, undefined, 7, undefined]);
  });

  it('takes a first reset only as the place where news begins', () => {
    const place = new Place(null);
    expect(place.take(news(12, 'reset'))).toBeNull();
    expect(place.take(news(12))).toBeNull();
    expect(place.take(news(13))?.seq).toBe(13);
  });

  it('tells of a reset that skipped news, and goes on from there', () => {
    const place = new Place(3);
    expect(place.take(news(90, 'reset'))?.type).toBe('reset');
    expect(place.take(news(91))?.seq).toBe(91);
  });

  it('follows a topic that began anew', () => {
    const place = new Place(900);
    expect(place.take(news(2, 'reset'))?.type).toBe('reset');
    expect(place.take(news(3))?.seq).toBe(3);
  });

  it('asks for what follows the last news', () => {
    const place = new Place(null);
    expect(place.address('/ws/me/', 'https://studio.example/home')).toBe('wss://studio.example/ws/me/?heartbeat=1');
    place.take(news(8));
    expect(place.address('/ws/me/?kind=run', 'http://studio.localhost:8000/')).toBe(
      'ws://studio.localhost:8000/ws/me/?kind=run&after=8&heartbeat=1',
    );
  });
});

it('waits longer after each failure, up to half a minute, never all pages at once', () => {
  const longest = [1, 2, 3, 4, 10].map((failures) => waitBefore(failures, () => 1));
  expect(longest).toEqual([500, 1000, 2000, 4000, 30_000]);
  expect(waitBefore(10, () => 0)).toBe(15_000);
});

/** Stands in for the browser's socket: the tests play the server. */
class FakeSocket {
  static readonly CONNECTING = 0;
  static all: FakeSocket[] = [];
  static get last(): FakeSocket {
    const last = FakeSocket.all.at(-1);
    if (!last) throw new Error('no socket was opened');
    return last;
  }
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  readyState = 1;
  isClosed = false;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(seq: number, type = 'run.changed'): void {
    this.onmessage?.({ data: JSON.stringify({ seq, type, data: {} }) });
  }
  drop(code = 1006): void {
    this.onclose?.({ code });
  }
  close(): void {
    this.isClosed = true;
  }
}

describe('following a feed', () => {
  const heard: string[] = [];
  let stop: () => void;

  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('WebSocket', FakeSocket);
    FakeSocket.all = [];
    heard.length = 0;
    document.body.innerHTML = '<span id="connection"></span>';
    stop = follow('/ws/me/', 2, ({ seq, type }) => heard.push(`${type} ${seq}`));
  });

  afterEach(() => {
    stop();
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  it('resumes after the last news when the connection is lost, without gap or repeat', () => {
    FakeSocket.last.onopen?.();
    FakeSocket.last.send(3);
    FakeSocket.last.drop();
    vi.advanceTimersByTime(600);
    expect(FakeSocket.all).toHaveLength(2);
    expect(FakeSocket.last.url).toContain('after=3');
    FakeSocket.last.send(3);
    FakeSocket.last.send(4);
    expect(heard).toEqual(['run.changed 3', 'run.changed 4']);
  });

  it('gives up a connection on which nothing comes any more, and says so', () => {
    const stalled = FakeSocket.last;
    stalled.onopen?.();
    stalled.send(3);
    vi.advanceTimersByTime(SILENCE_MS + 3100);
    expect(stalled.isClosed).toBe(true);
    expect(document.getElementById('connection')?.textContent).toBe('Reconnecting…');
    expect(FakeSocket.all).toHaveLength(2);
    expect(FakeSocket.last.url).toContain('after=3');
    stalled.send(4);
    FakeSocket.last.onopen?.();
    expect(document.getElementById('connection')?.textContent).toBe('');
  });

  it('keeps a connection whose server says that it is there', () => {
    FakeSocket.last.onopen?.();
    for (let second = 0; second < 60; second += 4) {
      vi.advanceTimersByTime(4000);
      FakeSocket.last.onmessage?.({ data: '{"type":"heartbeat"}' });
    }
    expect(FakeSocket.all).toHaveLength(1);
    expect(heard).toEqual([]);
  });

  it('passes over what is not news', () => {
    FakeSocket.last.onmessage?.({ data: 'hello' });
    FakeSocket.last.onmessage?.({ data: '{"type":"x"}' });
    FakeSocket.last.send(3);
    expect(heard).toEqual(['run.changed 3']);
  });

  it('does not ask again where the reader may not watch', () => {
    FakeSocket.last.drop(4403);
    vi.advanceTimersByTime(120_000);
    expect(FakeSocket.all).toHaveLength(1);
  });

  it('connects at once when the network is back, and leaves the old socket', () => {
    const old = FakeSocket.last;
    window.dispatchEvent(new Event('online'));
    expect(FakeSocket.all).toHaveLength(2);
    expect(old.isClosed).toBe(true);
    old.drop();
    vi.advanceTimersByTime(5000);
    expect(FakeSocket.all).toHaveLength(2);
  });

  it('says so in the top bar only after three seconds without connection', () => {
    const bar = document.getElementById('connection');
    FakeSocket.last.drop();
    vi.advanceTimersByTime(2900);
    expect(bar?.textContent).toBe('');
    FakeSocket.last.drop();
    vi.advanceTimersByTime(200);
    expect(bar?.textContent).toBe('Reconnecting…');
    vi.advanceTimersByTime(5000);
    FakeSocket.last.onopen?.();
    expect(bar?.textContent).toBe('');
  });

  it('closes a socket that is still connecting once it has', () => {
    const open = FakeSocket.last;
    open.readyState = FakeSocket.CONNECTING;
    stop();
    expect(open.isClosed).toBe(false);
    open.onopen?.();
    expect(open.isClosed).toBe(true);
  });

  it('stops for good', () => {
    const open = FakeSocket.last;
    stop();
    expect(open.isClosed).toBe(true);
    open.drop();
    vi.advanceTimersByTime(60_000);
    window.dispatchEvent(new Event('online'));
    expect(FakeSocket.all).toHaveLength(1);
  });
});
