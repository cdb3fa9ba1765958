import { element } from '../../../lib/dom.ts';
import { lastPlace, moved, placeAt, placeBefore, shareOf, START, TALLEST, type Place } from './place.ts';
import { Row, type Look } from './row.ts';

/** Pixels of a line that is not wrapped; the style sheet says the same (`--log-line`). */
const LINE_PX = 20;
const MARGIN_LINES = 10;
const SETTLE_MS = 150;
const LINES_ABOVE_TARGET = 5;

/** Where the lines come from, and who is told. */
export interface Source {
  total: () => number;
  line: (number: number) => string | undefined;
  /** These lines are on the page, `last` included. */
  shown: (first: number, last: number) => void;
  /** The reader moved; `isAtEnd` says whether the last line is in view. */
  scrolled: (isAtEnd: boolean) => void;
  isMarked: (line: number) => boolean;
  isHit: (line: number) => boolean;
}

/** Shows the lines in view, and only those, and moves through any number of them. */
export class Viewport {
  readonly scroller: HTMLDivElement;
  private readonly spacer = element('div', { class: 'log-spacer' });
  private readonly layer = element('div', { class: 'log-layer' });
  private readonly rowsHost = element('div', { class: 'log-rows' });
  private readonly rows = new Map<number, Row>();
  private readonly heights = new Map<number, number>();
  private readonly resizes: ResizeObserver;
  private place: Place = START;
  private lastTop = 0;
  private widest = 0;
  private frame = 0;
  private settling: ReturnType<typeof setTimeout> | undefined;
  /** Stay at the end as lines come. */
  isFollowing = false;

  constructor(
    private readonly source: Source,
    private look: Look,
    { role, label }: { role: 'log' | 'region'; label: string },
  ) {
    this.scroller = element('div', {
      class: 'log-scroller',
      role,
      'aria-live': 'off', // a log that grows by the second must not be read out; the status line says what matters
      'aria-label': label,
      tabindex: 0,
    });
    this.layer.append(this.rowsHost);
    this.spacer.append(this.layer);
    this.scroller.append(this.spacer);
    this.scroller.addEventListener('scroll', () => this.onScroll(), { passive: true });
    this.scroller.addEventListener('keydown', (event) => this.onKey(event));
    this.resizes = new ResizeObserver(() => {
      this.heights.clear();
      this.draw();
    });
    this.resizes.observe(this.scroller);
  }

  destroy(): void {
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settling);
    this.resizes.disconnect();
  }

  setLook(look: Look): void {
    if (look.isWrapped !== this.look.isWrapped) {
      this.heights.clear();
      this.widest = 0;
    }
    this.look = look;
    this.draw();
  }

  /** Forget all lines: another file is shown. */
  reset(): void {
    for (const row of this.rows.values()) row.host.remove();
    this.rows.clear();
    this.heights.clear();
    this.widest = 0;
    this.place = START;
    this.draw();
  }

  /** The first line in view. */
  get firstLine(): number {
    return this.place.line;
  }

  /** Draw with the next frame. */
  draw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.render();
    });
  }

  toEnd(): void {
    this.isFollowing = true;
    this.draw();
  }

  toLine(line: number): void {
    this.isFollowing = false;
    const isInView = line > this.place.line && line < this.place.line + Math.floor(this.height / LINE_PX) - 1;
    if (!isInView) this.place = placeBefore(line, LINES_ABOVE_TARGET, this.last);
    this.scroller.scrollLeft = 0;
    this.draw();
    this.source.scrolled(false);
  }

  private get height(): number {
    return this.scroller.clientHeight;
  }

  private readonly heightOf = (line: number): number => this.heights.get(line) ?? LINE_PX;

  private get last(): Place {
    return lastPlace(this.source.total(), this.height, this.heightOf);
  }

  /** Whether the scroll bar stands for pixels; else it stands for a share of the way. */
  private get isExact(): boolean {
    return !this.look.isWrapped && this.source.total() * LINE_PX <= TALLEST;
  }

  private onScroll(): void {
    const top = this.scroller.scrollTop;
    const by = top - this.lastTop;
    if (Math.abs(by) < 1) return;
    this.lastTop = top;
    const range = this.spacer.offsetHeight - this.height;
    const isAtEdge = top <= 0 || top >= range - 1;
    if (this.isExact) this.place = { line: Math.floor(top / LINE_PX), offset: top % LINE_PX };
    else if (Math.abs(by) > 2 * this.height || isAtEdge) {
      this.place = placeAt(range > 0 ? top / range : 0, this.last, this.heightOf);
    } else this.place = moved(this.place, by, this.last, this.heightOf);
    this.afterMove(by > 0);
  }

  private moveBy(pixels: number): void {
    this.place = moved(this.place, pixels, this.last, this.heightOf);
    this.afterMove(pixels > 0);
    this.syncBar();
  }

  private moveTo(place: Place): void {
    this.place = place;
    this.afterMove(place !== START);
    this.syncBar();
  }

  private afterMove(isDown: boolean): void {
    const { last } = this;
    const isAtEnd =
      this.place.line > last.line || (this.place.line === last.line && this.place.offset >= last.offset - 2);
    // Who moves up, however little, wants to read: the end must not pull the page away.
    this.isFollowing = isDown && isAtEnd;
    this.source.scrolled(isAtEnd);
    this.draw();
    if (this.isExact) return;
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.syncBar(), SETTLE_MS);
  }

  /** Put the scroll bar where the place is. */
  private syncBar(): void {
    const range = this.spacer.offsetHeight - this.height;
    const top = this.isExact
      ? this.place.line * LINE_PX + this.place.offset
      : shareOf(this.place, this.last, this.heightOf) * range;
    if (Math.abs(top - this.scroller.scrollTop) >= 1) this.scroller.scrollTop = top;
    this.lastTop = this.scroller.scrollTop;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const page = Math.max(LINE_PX, this.height - 2 * LINE_PX);
    const moves: Record<string, () => void> = {
      ArrowDown: () => this.moveBy(LINE_PX),
      ArrowUp: () => this.moveBy(-LINE_PX),
      PageDown: () => this.moveBy(page),
      PageUp: () => this.moveBy(-page),
      ' ': () => this.moveBy(event.shiftKey ? -page : page),
      Home: () => this.moveTo(START),
      End: () => this.moveTo(this.last),
    };
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault();
    move();
  }

  private render(): void {
    const total = this.source.total();
    const { height } = this;
    if (!height) return;
    const isHeld = this.hasSelection;
    if (this.isFollowing && !isHeld) this.place = this.last;
    const lines = Math.ceil(height / LINE_PX) + 1;
    const first = Math.max(0, Math.min(this.place.line, total - 1) - MARGIN_LINES);
    const end = Math.min(total, this.place.line + lines + MARGIN_LINES);
    this.fill(first, end);
    if (this.look.isWrapped) {
      for (const row of this.rows.values()) this.heights.set(row.line, row.host.offsetHeight);
      if (this.isFollowing && !isHeld) this.place = this.last;
    }
    let above = this.place.offset;
    for (let line = first; line < this.place.line; line++) above += this.heightOf(line);
    this.spacer.style.height = `${Math.min(TALLEST, Math.max(total * LINE_PX, this.wrappedHeight(first, end)))}px`;
    this.layer.style.height = `${height}px`;
    this.rowsHost.style.transform = `translateY(${-above}px)`;
    if (!this.look.isWrapped) this.widest = Math.max(this.widest, this.rowsHost.offsetWidth);
    this.layer.style.minWidth = this.look.isWrapped ? '' : `${this.widest}px`;
    // In the middle of a movement the bar belongs to the reader.
    if (this.isExact || (this.isFollowing && !isHeld)) this.syncBar();
    this.source.shown(first, end - 1);
  }

  /** Whether text of the log is selected; to copy it, it must stay. */
  private get hasSelection(): boolean {
    const selection = document.getSelection();
    return !!selection && !selection.isCollapsed && this.scroller.contains(selection.anchorNode);
  }

  /** A few lines that wrap may be taller than their number says; the bar must still reach their end. */
  private wrappedHeight(first: number, end: number): number {
    if (!this.look.isWrapped || end - first < this.source.total()) return 0;
    let sum = 0;
    for (let line = first; line < end; line++) sum += this.heightOf(line);
    return sum;
  }

  /** Make the rows of these lines and only those; rows that stay are not touched, so that selected text stays selected. */
  private fill(first: number, end: number): void {
    for (const [line, row] of this.rows) {
      if (line >= first && line < end) continue;
      row.host.remove();
      this.rows.delete(line);
    }
    let next = this.rowsHost.firstElementChild;
    for (let line = first; line < end; line++) {
      let row = this.rows.get(line);
      if (!row) {
        row = new Row(line, this.look);
        this.rows.set(line, row);
      }
      row.show(this.source.line(line), this.look, this.source.isMarked(line), this.source.isHit(line));
      if (row.host === next) next = next.nextElementSibling;
      else this.rowsHost.insertBefore(row.host, next);
    }
  }
}
