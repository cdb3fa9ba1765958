import { csrfToken } from '../../lib/dom.ts';
import { wordsFor } from '../../lib/problems.ts';
import { t } from '../../lib/strings.ts';
import { getJson, RequestFailed } from '../shared/api.ts';
import { type Kept, Refused, Stale } from './core/outbox.ts';
import type { Answer, Item, Project } from './core/types.ts';

export interface Batch {
  items: Item[];
  ended: string | null;
}

export interface Submitted {
  number: number;
  answer: Answer;
  version: number;
  seconds: number;
  comment: string;
}

interface Conflict {
  code?: string;
  answer?: Answer | null;
  version?: number;
}

/** The studio's side of the labeler's page. All but `draft` throw RequestFailed with words for the reader. */
export class Api {
  /** Args: base: the address of the project, with a slash at its end. */
  constructor(private readonly base: string) {}

  project(): Promise<Project> {
    return getJson<Project>(`${this.base}project/`);
  }

  previous(before: number | null): Promise<Item[]> {
    return getJson<Item[]>(`${this.base}previous/${before === null ? '' : `?before=${before}`}`);
  }

  async next(count: number): Promise<Batch> {
    return (await (await this.change('POST', 'next/', { count })).json()) as Batch;
  }

  async submit(items: readonly Submitted[]): Promise<void> {
    await this.change('POST', 'submit/', { items });
  }

  async skip(numbers: readonly number[], comment: string): Promise<void> {
    await this.change('POST', 'skip/', { numbers, comment });
  }

  /** Give items back while the page goes away; nobody waits for the answer. */
  release(numbers: readonly number[]): void {
    if (numbers.length) this.send('POST', 'release/', { numbers }, true).catch(() => undefined);
  }

  /** Save a draft as the outbox wants it: throws Stale or Refused, or else something that may be tried again. */
  async draft(kept: Kept, version: number): Promise<number> {
    const { number, answer, seconds } = kept;
    const sent = await this.send('PUT', `items/${number}/draft/`, { answer, version, seconds });
    const text = await sent.text();
    if (sent.ok) return (JSON.parse(text) as { version: number }).version;
    const words = wordsFor(sent.status, sent.headers.get('Content-Type') ?? '', text);
    if (sent.status === 409) {
      const said = JSON.parse(text) as Conflict;
      if (typeof said.version === 'number') throw new Stale(said.version, said.answer ?? null);
    }
    const isForGood = sent.status >= 400 && sent.status < 500 && ![401, 403, 408, 429].includes(sent.status);
    throw isForGood ? new Refused(words) : new RequestFailed(sent.status, words);
  }

  private async change(method: string, path: string, body: object): Promise<Response> {
    const answer = await this.send(method, path, body);
    if (answer.ok) return answer;
    const words = wordsFor(answer.status, answer.headers.get('Content-Type') ?? '', await answer.text());
    throw new RequestFailed(answer.status, words);
  }

  private async send(method: string, path: string, body: object, keepalive = false): Promise<Response> {
    const headers = { 'Content-Type': 'application/json', 'X-CSRFToken': csrfToken(), Accept: 'application/json' };
    try {
      return await fetch(`${this.base}${path}`, { method, headers, body: JSON.stringify(body), keepalive });
    } catch {
      throw new RequestFailed(0, t('The studio could not be reached. What you did is kept; try again in a moment.'));
    }
  }
}
