import { csrfToken } from '../../lib/dom.ts';
import { wordsFor } from '../../lib/problems.ts';
import { t } from '../../lib/strings.ts';
import { RequestFailed, wasAborted } from '../shared/api.ts';

/** What is sent. `deployment` is empty where the traffic decides. */
export interface Request {
  body: string | Blob;
  contentType: string;
  deployment: string;
}

/** What came back. Times in ms; `runMs` is what the script itself took, as it says. */
export interface Answer {
  status: number;
  tookMs: number;
  runMs: number | null;
  contentType: string;
  deployment: string;
  requestId: string;
  body: Blob;
}

interface Pass {
  token: string;
  path: string;
  expires_at: string;
}

const RENEW_BEFORE_MS = 20_000;

/** Sends requests to the endpoint as a program would, with passes of the studio in place of a key. */
export class Sender {
  private pass: Pass | null = null;

  constructor(private readonly passUrl: string) {}

  /**
   * Send one request.
   *
   * @throws RequestFailed with words for the reader, where nothing was answered; a DOMException where `signal` ended it
   */
  async send(request: Request, signal: AbortSignal): Promise<Answer> {
    const pass = await this.currentPass(signal);
    const headers: Record<string, string> = { Authorization: `Bearer ${pass.token}` };
    if (request.contentType) headers['Content-Type'] = request.contentType;
    if (request.deployment) headers['azureml-model-deployment'] = request.deployment;
    const began = performance.now();
    const answer = await reach(`${pass.path}score`, {
      method: 'POST',
      credentials: 'omit',
      headers,
      body: request.body,
      signal,
    });
    const body = await answer.blob();
    const run = answer.headers.get('x-ms-run-fn-exec-ms');
    return {
      status: answer.status,
      tookMs: performance.now() - began,
      runMs: run === null ? null : Number(run),
      contentType: answer.headers.get('Content-Type') ?? '',
      deployment: answer.headers.get('azureml-model-deployment') ?? '',
      requestId: answer.headers.get('x-request-id') ?? '',
      body,
    };
  }

  private async currentPass(signal: AbortSignal): Promise<Pass> {
    if (this.pass && Date.parse(this.pass.expires_at) - Date.now() > RENEW_BEFORE_MS) return this.pass;
    const headers = { 'X-CSRFToken': csrfToken(), Accept: 'application/json' };
    const answer = await reach(this.passUrl, { method: 'POST', headers, signal });
    if (!answer.ok) {
      throw new RequestFailed(
        answer.status,
        wordsFor(answer.status, answer.headers.get('Content-Type') ?? '', await answer.text()),
      );
    }
    return (this.pass = (await answer.json()) as Pass);
  }
}

async function reach(url: string, options: RequestInit): Promise<Response> {
  try {
    return await fetch(url, options);
  } catch (error) {
    if (wasAborted(error)) throw error;
    throw new RequestFailed(0, t('The studio could not be reached. Try again in a moment.'));
  }
}
