import { t } from './strings.ts';

/** The server's problem documents (RFC 9457), as far as they are shown. */
interface Problem {
  title?: string;
  detail?: string;
  reference?: string;
}

/** What to tell the reader about a failed answer. */
export function wordsFor(status: number, contentType: string, body: string): string {
  if (contentType.includes('problem+json')) {
    try {
      const problem = JSON.parse(body) as Problem;
      const words = problem.detail ?? problem.title;
      if (words) return problem.reference ? `${words} (${problem.reference})` : words;
    } catch {
      // Said below, by status.
    }
  }
  if (status === 403) return t('You may not do this.');
  if (status === 404) return t('This is no longer here. Reload the page.');
  if (status === 413) return t('This is too large to send.');
  if (status === 429) return t('Too many requests. Wait a moment and try again.');
  return t('Something went wrong on our side. Try again in a moment.');
}
