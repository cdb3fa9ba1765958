import { expect, test } from 'vitest';

import { Outbox, Refused, Stale, type Kept, type Mood, type Shelf } from './outbox.ts';

function shelf(): Shelf {
  const values = new Map<string, string>();
  return {
    getItem: (key) => values.get(key) ?? null,
    setItem: (key, value) => void values.set(key, value),
    removeItem: (key) => void values.delete(key),
  };
}

/** A server with versions, that can be out of reach. */
class Server {
  readonly saved = new Map<number, { answer: unknown; version: number }>();
  isLost = false;
  refuses = -1;
  send = (kept: Kept, version: number): Promise<number> => {
    if (this.isLost) return Promise.reject(new Error('lost'));
    if (kept.number === this.refuses) return Promise.reject(new Refused('This label is gone.'));
    const stored = this.saved.get(kept.number)?.version ?? 0;
    if (stored !== version) return Promise.reject(new Stale(stored, this.saved.get(kept.number)?.answer ?? null));
    this.saved.set(kept.number, { answer: kept.answer, version: version + 1 });
    return Promise.resolve(version + 1);
  };
}

let count = 0;
const draft = (number: number, label: string): Kept => ({
  number, answer: { labels: [label] }, seconds: 1, id: `c${(count += 1)}`,
}); // prettier-ignore

test('what is done without a network is kept over a closed tab and sent later, only the latest of each item', async () => {
  const [kept, server, moods] = [shelf(), new Server(), [] as Mood[]];
  const first = new Outbox(
    kept,
    'p',
    server.send,
    (mood) => moods.push(mood),
    () => undefined,
  );
  first.open(1, 0);
  server.isLost = true;
  first.put(draft(1, 'a'));
  first.put(draft(1, 'b'));
  expect(await first.flush()).toBe(false);
  expect(moods.at(-1)).toBe('offline');

  server.isLost = false;
  const second = new Outbox(
    kept,
    'p',
    server.send,
    (mood) => moods.push(mood),
    () => undefined,
  );
  expect(second.open(1, 0)).toEqual({ labels: ['b'] });
  expect(await second.flush()).toBe(true);
  expect(server.saved.get(1)?.answer).toEqual({ labels: ['b'] });
  expect(second.waiting()).toEqual([]);
  expect(moods.at(-1)).toBe('saved');
});

test('a change made while an earlier one is on its way is sent after it', async () => {
  const server = new Server();
  const outbox = new Outbox(
    shelf(),
    'p',
    server.send,
    () => undefined,
    () => undefined,
  );
  outbox.open(1, 0);
  outbox.put(draft(1, 'a'));
  const sent = outbox.flush();
  outbox.put(draft(1, 'b'));
  await sent;
  expect(server.saved.get(1)).toEqual({ answer: { labels: ['b'] }, version: 2 });
});

test('a stale version is taken up, the change sent again, and what was elsewhere told', async () => {
  const server = new Server();
  server.saved.set(1, { answer: { labels: ['elsewhere'] }, version: 7 });
  const overtaken: unknown[] = [];
  const outbox = new Outbox(
    shelf(),
    'p',
    server.send,
    () => undefined,
    (_number, other) => overtaken.push(other),
  );
  outbox.open(1, 3);
  outbox.put(draft(1, 'a'));
  expect(await outbox.flush()).toBe(true);
  expect(outbox.versionOf(1)).toBe(8);
  expect(overtaken).toEqual([{ labels: ['elsewhere'] }]);
});

test('what the server refuses is kept and said, and does not hold up the rest', async () => {
  const server = new Server();
  server.refuses = 1;
  const outbox = new Outbox(
    shelf(),
    'p',
    server.send,
    () => undefined,
    () => undefined,
  );
  outbox.open(1, 0);
  outbox.open(2, 0);
  outbox.put(draft(1, 'gone'));
  outbox.put(draft(2, 'a'));
  expect(await outbox.flush()).toBe(false);
  expect(outbox.refusal).toBe('This label is gone.');
  expect(server.saved.has(2)).toBe(true);
  expect(outbox.waiting().map((kept) => kept.number)).toEqual([1]);
});

test('drafts of items that are not open here wait for when they are', async () => {
  const server = new Server();
  const outbox = new Outbox(
    shelf(),
    'p',
    server.send,
    () => undefined,
    () => undefined,
  );
  outbox.put(draft(9, 'a'));
  await outbox.flush();
  expect(server.saved.size).toBe(0);
  expect(outbox.waiting()).toHaveLength(1);
});

test('what was submitted as a whole is not sent as a draft afterwards', async () => {
  const server = new Server();
  const outbox = new Outbox(
    shelf(),
    'p',
    server.send,
    () => undefined,
    () => undefined,
  );
  outbox.open(1, 0);
  outbox.open(2, 0);
  outbox.put(draft(1, 'a'));
  outbox.put(draft(2, 'b'));
  outbox.drop([1]);
  await outbox.flush();
  expect([...server.saved.keys()]).toEqual([2]);
});

test('a store that is full or holds nonsense loses nothing that is on the page', async () => {
  const server = new Server();
  const full: Shelf = {
    getItem: () => '{nonsense',
    setItem: () => {
      throw new Error('full');
    },
    removeItem: () => undefined,
  };
  const outbox = new Outbox(full, 'p', server.send, () => undefined, () => undefined); // prettier-ignore
  outbox.open(1, 0);
  outbox.put(draft(1, 'a'));
  expect(await outbox.flush()).toBe(true);
  expect(server.saved.get(1)?.answer).toEqual({ labels: ['a'] });
});
