import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import type { Action } from './core/keys.ts';
import { added, codePoints, pieces, spread, trimmed, words } from './core/spans.ts';
import type { Label, Span } from './core/types.ts';
import type { Session, Work } from './session.ts';
import type { Stage } from './stage.ts';

/** One text in which stretches are marked: by the mouse, or word by word with the arrow keys. */
export class Spans implements Stage {
  readonly host = element('div', { class: 'labeler-spans' });
  active: Label | null = null;
  private readonly text = element('div', { class: 'labeler-text', dir: 'auto', tabindex: '0', role: 'group' });
  private readonly list = element('ul', { class: 'labeler-marks' });
  private points: string[] = [];
  private shown = -1;
  private chosen = '';
  /** What is selected but not yet marked, in code points. */
  private selection: [number, number] | null = null;
  private word = -1;

  constructor(
    private readonly session: Session,
    private readonly labels: ReadonlyMap<string, Label>,
  ) {
    this.list.setAttribute('aria-label', t('Entities'));
    this.host.append(this.text, this.list);
    // At once, so that the second click of two finds the text as it was.
    this.text.addEventListener('mouseup', () => this.selected());
    this.text.addEventListener('touchend', () => setTimeout(() => this.selected()));
  }

  destroy(): void {
    this.host.remove();
  }

  choose(label: Label): void {
    const span = this.current();
    if (this.selection) this.mark(...this.selection, label);
    else if (span)
      this.change(added(this.spans.filter((one) => one.id !== span.id), { ...span, label: label.key }, this.mayOverlap)); // prettier-ignore
    else {
      this.active = this.active?.key === label.key ? null : label;
      this.draw();
    }
  }

  act(action: Action): boolean {
    const span = this.current();
    if (action === 'nextMark') {
      const place = this.spans.findIndex((one) => one.id === this.chosen);
      this.chosen = this.spans[(place + 1) % Math.max(1, this.spans.length)]?.id ?? '';
      this.selection = null;
    } else if (action === 'remove' && span) this.change(this.spans.filter((one) => one.id !== span.id));
    else if (action === 'spread' && span) {
      this.change(spread(this.points, this.spans, span, this.mayOverlap, () => crypto.randomUUID()));
    } else return false;
    this.draw();
    return true;
  }

  arrow(dx: number, _dy: number, isLarge: boolean): boolean {
    const found = words(this.points);
    if (!dx || !found.length) return false;
    this.word = Math.min(Math.max(this.word + dx, 0), found.length - 1);
    const [start, end] = found[this.word] ?? [0, 0];
    const [from, to] = (isLarge && this.selection) || [start, end];
    this.selection = [Math.min(from, start), Math.max(to, end)];
    this.chosen = '';
    this.draw();
    return true;
  }

  draw(): void {
    const { work } = this;
    this.host.hidden = !work;
    if (!work) return;
    if (this.shown !== work.item.number) {
      this.shown = work.item.number;
      this.points = Array.from(work.item.text ?? '');
      this.chosen = '';
      this.selection = null;
      this.word = -1;
    }
    this.text.setAttribute('aria-label', work.item.name);
    const [from, to] = this.selection ?? [-1, -1];
    const chosen: Span[] = this.selection ? [{ id: '', label: '', start: from, end: to }] : [];
    const drawn = pieces(this.points, [...this.spans, ...chosen]).map((piece) => this.drawn(piece.text, piece.spans));
    this.text.replaceChildren(...drawn);
    this.list.replaceChildren(...this.spans.map((span) => this.row(span)));
  }

  private get work(): Work | undefined {
    return this.session.works[0];
  }

  private get spans(): readonly Span[] {
    return this.work?.history.now.spans ?? [];
  }

  private get mayOverlap(): boolean {
    return this.session.project.overlapping_spans;
  }

  private current(): Span | undefined {
    return this.spans.find((span) => span.id === this.chosen);
  }

  private change(spans: Span[]): void {
    if (this.work) this.session.change(this.work, { spans });
  }

  private mark(start: number, end: number, label: Label): void {
    const span = { id: crypto.randomUUID(), label: label.key, start, end };
    this.selection = null;
    this.chosen = span.id;
    this.change(added(this.spans, span, this.mayOverlap));
  }

  /** Take what the mouse has selected; a click on a mark chooses that. */
  private selected(): void {
    const chosen = document.getSelection();
    if (!chosen?.rangeCount) return;
    const range = chosen.getRangeAt(0);
    if (!this.text.contains(range.startContainer) || !this.text.contains(range.endContainer)) return;
    const [start, end] = [
      this.place(range.startContainer, range.startOffset),
      this.place(range.endContainer, range.endOffset),
    ];
    const found = trimmed(this.points, start, end);
    if (!found) {
      const under = this.spans.filter((span) => span.start <= start && span.end > start);
      const id = under.sort((a, b) => a.end - a.start - (b.end - b.start))[0]?.id ?? '';
      if (id === this.chosen && !this.selection) return;
      this.chosen = id;
      this.selection = null;
      this.draw();
      return;
    }
    chosen.removeAllRanges();
    if (this.active) this.mark(...found, this.active);
    else {
      this.selection = found;
      this.chosen = '';
      this.draw();
    }
  }

  /** The code points before a place in the page. */
  private place(node: Node, offset: number): number {
    const range = document.createRange();
    range.setStart(this.text, 0);
    range.setEnd(node, offset);
    const before = range.toString();
    return codePoints(before, before.length);
  }

  private drawn(text: string, spans: readonly Span[]): Node {
    if (!spans.length) return document.createTextNode(text);
    const inner = spans.at(-1);
    const label = inner ? this.labels.get(inner.label) : undefined;
    const mark = element('mark', { class: 'labeler-mark' }, text);
    mark.classList.toggle(
      'is-selected',
      spans.some((span) => span.id === ''),
    );
    mark.classList.toggle(
      'is-chosen',
      spans.some((span) => span.id !== '' && span.id === this.chosen),
    );
    mark.style.setProperty('--label', label?.color ?? 'var(--focus)');
    mark.title = spans.flatMap((span) => this.labels.get(span.label)?.name ?? []).join(', ');
    return mark;
  }

  private row(span: Span): HTMLElement {
    const label = this.labels.get(span.label);
    const words = this.points.slice(span.start, span.end).join('');
    const pick = element(
      'button',
      { type: 'button', class: 'btn btn-ghost btn-sm' },
      element('i', { class: 'labeler-dot' }),
    );
    pick.append(element('bdi', {}, words), ` · ${label?.name ?? span.label}`);
    pick.style.setProperty('--label', label?.color ?? 'var(--muted)');
    pick.setAttribute('aria-pressed', String(span.id === this.chosen));
    pick.addEventListener('click', () => {
      this.chosen = span.id;
      this.selection = null;
      this.draw();
    });
    const remove = element(
      'button',
      { type: 'button', class: 'btn btn-ghost btn-sm btn-icon' },
      icon('close', 'icon-sm'),
    );
    remove.setAttribute('aria-label', t('Remove {name}', { name: words }));
    remove.addEventListener('click', () => this.change(this.spans.filter((one) => one.id !== span.id)));
    return element('li', {}, pick, remove);
  }
}
