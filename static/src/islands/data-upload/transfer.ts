import { csrfToken } from '../../lib/dom.ts';
import { wordsFor } from '../../lib/problems.ts';
import { t } from '../../lib/strings.ts';
import { address, getJson, RequestFailed } from '../shared/api.ts';
import type { Chosen } from './chosen.ts';
import { Pace, partBytes, pauseMs } from './core/pace.ts';

interface KnownFile {
  id: string;
  path: string;
  size: number;
  received: number;
  sha256: string;
}

interface Answer {
  status: number;
  body: { id?: string; received?: number; code?: string };
  words: string;
}

const AT_ONCE = 3;
// Refused for good: trying again would not help.
const FINAL = new Set([400, 401, 403, 404, 413, 422, 507]);
const HIGHEST_PATIENCE = 12;

/** Sends chosen files to the studio, from where it has left off before; `changed` is called whenever more has arrived. */
export class Transfer {
  readonly total: number;
  readonly pace = new Pace();
  private id = '';
  private readonly arrived = new Map<string, number>();
  private control = new AbortController();

  constructor(
    private readonly api: string,
    private readonly chosen: readonly Chosen[],
    private readonly changed: () => void,
  ) {
    this.total = chosen.reduce((sum, { file }) => sum + file.size, 0);
  }

  get sent(): number {
    let sum = 0;
    for (const bytes of this.arrived.values()) sum += bytes;
    return sum;
  }

  /**
   * Send what is missing, and say so. Returns the id of the complete upload.
   *
   * @throws RequestFailed with words for the reader; an AbortError after `pause`
   */
  async run(): Promise<string> {
    this.control = new AbortController();
    this.pace.reset();
    const waiting = (await this.begin()).filter(({ sha256 }) => !sha256);
    const files = new Map(this.chosen.map(({ path, file }) => [path, file]));
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const file = files.get(next.path);
        if (file) await this.sendFile(next, file);
      }
    });
    try {
      await Promise.all(workers);
    } catch (error) {
      this.control.abort();
      throw error;
    }
    const answer = await this.ask('POST', `${this.id}/complete/`, '{}');
    if (answer.status >= 400) throw new RequestFailed(answer.status, answer.words);
    return this.id;
  }

  /** Stop; `run` goes on from here. */
  pause(): void {
    this.control.abort();
  }

  /** Give the upload up: what has arrived is deleted. */
  async cancel(): Promise<void> {
    this.control.abort();
    this.control = new AbortController();
    if (this.id) await this.ask('DELETE', `${this.id}/`);
  }

  private async begin(): Promise<KnownFile[]> {
    const files = this.chosen.map(({ path, file }) => ({
      path,
      size: file.size,
      modified_ms: Math.round(file.lastModified),
    }));
    const answer = await this.ask('POST', '', JSON.stringify({ files }));
    if (answer.status >= 400 || !answer.body.id) throw new RequestFailed(answer.status, answer.words);
    this.id = answer.body.id;
    const known: KnownFile[] = [];
    let next: string | null = address(this.api, `${this.id}/files/`, { page_size: 200 });
    while (next) {
      const page: { results: KnownFile[]; next: string | null } = await getJson(next, this.control.signal);
      known.push(...page.results);
      next = page.next && new URL(page.next, location.href).pathname + new URL(page.next, location.href).search;
    }
    for (const { path, received } of known) this.arrived.set(path, received);
    this.changed();
    return known.sort((one, other) => (one.path < other.path ? -1 : 1));
  }

  private async sendFile(known: KnownFile, file: File): Promise<void> {
    let offset = known.received;
    let attempt = 0;
    let isEmptySent = false;
    while (offset < file.size || !isEmptySent) {
      const part = file.slice(offset, offset + partBytes(this.pace.perSecond));
      isEmptySent = offset + part.size >= file.size;
      const answer = await this.sendPart(known, part, offset);
      if (answer.status === 200) {
        offset = answer.body.received ?? offset + part.size;
        attempt = 0;
      } else if (
        answer.body.code === 'upload_offset' &&
        answer.body.received !== undefined &&
        attempt < HIGHEST_PATIENCE
      ) {
        offset = answer.body.received;
        isEmptySent = false;
        attempt += 1;
      } else if (FINAL.has(answer.status) && answer.body.code !== 'upload_part_mismatch') {
        throw new RequestFailed(answer.status, answer.words);
      } else {
        if (attempt >= HIGHEST_PATIENCE) throw new RequestFailed(answer.status, answer.words);
        isEmptySent = false;
        await this.wait(pauseMs(attempt));
        attempt += 1;
      }
      this.arrived.set(known.path, offset);
      this.note();
    }
  }

  private async sendPart(known: KnownFile, part: Blob, offset: number): Promise<Answer> {
    let bytes: ArrayBuffer;
    try {
      bytes = await part.arrayBuffer();
    } catch {
      throw new RequestFailed(
        0,
        t('{name} can no longer be read. If it has changed, choose it again.', { name: known.path }),
      );
    }
    const headers: Record<string, string> = {};
    // Browsers offer this only where nobody can listen: over TLS, and on this machine itself.
    if (globalThis.isSecureContext) headers['X-Content-SHA256'] = hex(await crypto.subtle.digest('SHA-256', bytes));
    const path = address(`${this.id}/files/${known.id}/`, '', { offset });
    return this.ask('PUT', path, bytes, headers, (sent) => {
      this.arrived.set(known.path, offset + sent);
      this.note();
    });
  }

  private note(): void {
    this.pace.note(this.sent, performance.now());
    this.changed();
  }

  /** Make one request. A failure of the line is an answer with the status 0. */
  private ask(
    method: string,
    path: string,
    body?: string | ArrayBuffer,
    headers: Record<string, string> = {},
    onSent?: (bytes: number) => void,
  ): Promise<Answer> {
    const { signal } = this.control;
    return new Promise((resolve, reject) => {
      // Not fetch: it does not say how much of a body has gone.
      const request = new XMLHttpRequest();
      const stop = (): void => request.abort();
      const away = t('The studio could not be reached. Try again in a moment.');
      request.open(method, this.api + path);
      request.setRequestHeader('X-CSRFToken', csrfToken());
      request.setRequestHeader('Accept', 'application/json');
      if (typeof body === 'string') request.setRequestHeader('Content-Type', 'application/json');
      for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
      if (onSent) request.upload.onprogress = (event): void => onSent(event.loaded);
      request.onload = (): void => resolve(read(request));
      request.onerror = (): void => resolve({ status: 0, body: {}, words: away });
      request.onabort = (): void => reject(new DOMException('', 'AbortError'));
      request.onloadend = (): void => signal.removeEventListener('abort', stop);
      if (signal.aborted) {
        reject(new DOMException('', 'AbortError'));
        return;
      }
      signal.addEventListener('abort', stop);
      request.send(body);
    });
  }

  private wait(ms: number): Promise<void> {
    const { signal } = this.control;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(resolve, ms);
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        reject(new DOMException('', 'AbortError'));
      });
    });
  }
}

function read(request: XMLHttpRequest): Answer {
  const type = request.getResponseHeader('Content-Type') ?? '';
  let body: Answer['body'] = {};
  try {
    body = JSON.parse(request.responseText || '{}') as Answer['body'];
  } catch {
    // What answers is not the studio; the status says enough.
  }
  return { status: request.status, body, words: wordsFor(request.status, type, request.responseText) };
}

function hex(bytes: ArrayBuffer): string {
  return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
