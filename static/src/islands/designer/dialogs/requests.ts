import { csrfToken } from '../../../lib/dom.ts';
import { wordsFor } from '../../../lib/problems.ts';
import { t } from '../../../lib/strings.ts';
import { RequestFailed } from '../../shared/api.ts';

/** A refusal with what is wrong at each place, such as `nodes.train.label` or `experiment_name`. */
export class Refused extends RequestFailed {
  constructor(
    status: number,
    words: string,
    readonly errors: Readonly<Record<string, readonly string[]>>,
  ) {
    super(status, words);
  }
}

/**
 * Send JSON and return what is answered; null for an answer without a body.
 *
 * @throws Refused with words for the reader
 */
export async function sendJson(method: 'POST' | 'PATCH', url: string, body: unknown): Promise<unknown> {
  let answer: Response;
  try {
    answer = await fetch(url, {
      method,
      body: JSON.stringify(body),
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': csrfToken() },
    });
  } catch {
    throw new Refused(0, t('The studio could not be reached. Try again in a moment.'), {});
  }
  const text = await answer.text();
  const type = answer.headers.get('Content-Type') ?? '';
  if (answer.ok) return text ? (JSON.parse(text) as unknown) : null;
  throw new Refused(answer.status, wordsFor(answer.status, type, text), errorsOf(type, text));
}

function errorsOf(type: string, text: string): Record<string, string[]> {
  if (!type.includes('json')) return {};
  try {
    return (JSON.parse(text) as { errors?: Record<string, string[]> }).errors ?? {};
  } catch {
    return {};
  }
}
