import { wordsFor } from '../../lib/problems.ts';
import { t } from '../../lib/strings.ts';

/** An answer that is of no use. The message is for the reader; `status` is 0 where the studio could not be reached. */
export class RequestFailed extends Error {
  constructor(
    readonly status: number,
    words: string,
  ) {
    super(words);
  }
}

/** Make an address below `base` with a query; values that are null or empty are left out. */
export function address(
  base: string,
  path: string,
  query: Record<string, string | number | readonly string[] | null> = {},
): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === null || value === '') continue;
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [String(value)]) {
      parameters.append(name, one);
    }
  }
  const text = parameters.toString();
  return `${base}${path}${text ? `?${text}` : ''}`;
}

/**
 * Ask for something.
 *
 * @throws RequestFailed with words for the reader; a DOMException named AbortError where `signal` ended the request
 */
export async function get(url: string, signal?: AbortSignal, headers: HeadersInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(url, { credentials: 'same-origin', headers, ...(signal && { signal }) });
  } catch (error) {
    if (wasAborted(error)) throw error;
    throw new RequestFailed(0, t('The studio could not be reached. Try again in a moment.'));
  }
  if (answer.ok) return answer;
  const body = await answer.text();
  throw new RequestFailed(answer.status, wordsFor(answer.status, answer.headers.get('Content-Type') ?? '', body));
}

/** Like `get`, for JSON. The caller knows what the address answers. */
export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await get(url, signal);
  return (await answer.json()) as T;
}

export function wasAborted(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

export function wordsOf(error: unknown): string {
  return error instanceof RequestFailed ? error.message : t('Something went wrong on our side. Try again in a moment.');
}
