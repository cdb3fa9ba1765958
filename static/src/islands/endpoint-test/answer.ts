import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatCount } from '../shared/format.ts';
import { written } from './core/writing.ts';
import type { Json } from './core/shapes.ts';
import type { Answer } from './sending.ts';

/** More than this is for a download: a page with it would hang. */
const MOST_CHARACTERS = 200_000;
const TEXT = /json|^text\/|xml|csv|javascript|^$/;

/** Shows what came back, or why nothing did. */
export class AnswerView {
  private readonly facts = element('span', { class: 'card-actions cluster' });
  private readonly body = element('div', { class: 'card-body stack stack-tight', 'aria-live': 'polite' });
  readonly host = element(
    'section',
    { class: 'card', 'aria-labelledby': 'endpoint-answer-title' },
    element(
      'div',
      { class: 'card-header' },
      element('h2', { class: 'card-title', id: 'endpoint-answer-title' }, t('Answer')),
      this.facts,
    ),
    this.body,
  );
  private url = '';

  constructor(private readonly logsUrl: string) {
    this.body.append(
      element('p', { class: 'muted' }, t('The answer appears here, with its status and how long it took.')),
    );
  }

  destroy(): void {
    URL.revokeObjectURL(this.url);
  }

  wait(): void {
    this.facts.replaceChildren();
    this.body.replaceChildren(
      element('p', { class: 'muted cluster' }, element('span', { class: 'spinner' }), t('Waiting for the answer…')),
    );
  }

  fail(words: string): void {
    this.facts.replaceChildren();
    this.body.replaceChildren(notice(words));
  }

  async show(answer: Answer): Promise<void> {
    this.destroy();
    const isGood = answer.status < 400;
    const dot = element('span', { class: `status status-${isGood ? 'ok' : 'bad'}` }, String(answer.status));
    const times = t('{ms} ms', { ms: formatMs(answer.tookMs) });
    const inside = answer.runMs === null ? '' : t('of these {ms} ms in the model', { ms: formatMs(answer.runMs) });
    this.facts.replaceChildren(
      dot,
      element('span', { class: 'muted' }, inside ? `${times}, ${inside}` : times),
      ...(answer.deployment ? [element('span', { class: 'tag' }, answer.deployment)] : []),
    );
    const [content, detail] = await this.contentOf(answer);
    this.body.replaceChildren(...(detail ? [notice(detail)] : []), content, ...this.foot(answer));
  }

  /** What the body looks like, and for a problem the sentence that says what is wrong. */
  private async contentOf(answer: Answer): Promise<[HTMLElement, string]> {
    const kind = answer.contentType.split(';')[0]?.trim().toLowerCase() ?? '';
    if (kind.startsWith('image/')) {
      this.url = URL.createObjectURL(answer.body);
      return [element('img', { src: this.url, alt: t('The image that was answered'), class: 'endpoint-image' }), ''];
    }
    if (!TEXT.test(kind)) return [this.download(answer, kind), ''];
    const text = await answer.body.text();
    if (text.length > MOST_CHARACTERS) return [this.download(answer, kind), ''];
    let value: Json | undefined;
    try {
      value = JSON.parse(text) as Json;
    } catch {
      value = undefined;
    }
    const said =
      answer.status >= 400 && typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
    const detail = said['detail'] ?? said['message'];
    return [snippet(value === undefined ? text : written(value)), typeof detail === 'string' ? detail : ''];
  }

  private download(answer: Answer, kind: string): HTMLElement {
    this.url = URL.createObjectURL(answer.body);
    const size = t('{count} bytes of {kind}', {
      count: formatCount(answer.body.size),
      kind: kind || t('unknown kind'),
    });
    const link = element(
      'a',
      { class: 'btn btn-sm', href: this.url, download: 'answer' },
      icon('download', 'icon-sm'),
      t('Download'),
    );
    return element('p', { class: 'cluster' }, size, link);
  }

  private foot({ requestId }: Answer): HTMLElement[] {
    if (!requestId) return [];
    const logs = element(
      'a',
      { href: `${this.logsUrl}?request=${encodeURIComponent(requestId)}` },
      t('Its lines in the log'),
    );
    return [element('p', { class: 'muted small cluster' }, t('Request'), element('code', {}, requestId), logs)];
  }
}

function notice(words: string): HTMLElement {
  return element('div', { class: 'notice notice-bad', role: 'alert' }, icon('alert'), element('div', {}, words));
}

function snippet(text: string): HTMLElement {
  const copy = element(
    'button',
    {
      type: 'button',
      class: 'btn btn-sm btn-icon',
      'data-copy': text,
      'aria-label': t('Copy the answer'),
      title: t('Copy the answer'),
    },
    icon('copy', 'icon-sm'),
  );
  return element('div', { class: 'snippet' }, element('pre', { tabindex: 0 }, element('code', {}, text)), copy);
}

function formatMs(ms: number): string {
  return ms < 10 ? ms.toFixed(1) : String(Math.round(ms));
}
