import { announce, element, icon } from '../../lib/dom.ts';
import { follow, type News } from '../../lib/feed.ts';
import { t } from '../../lib/strings.ts';
import { address, RequestFailed, wordsOf } from '../shared/api.ts';
import { formatBytes, formatCount } from '../shared/format.ts';
import { copyLines } from './copying.ts';
import { Lines } from './core/lines.ts';
import { FileList } from './file-list.ts';
import { Loader } from './loader.ts';
import { MarkedLines } from './marked-lines.ts';
import { Remote } from './remote.ts';
import type { Look } from '../shared/lines/row.ts';
import { SearchBar } from './search-bar.ts';
import { Toolbar } from './toolbar.ts';
import { Viewport } from '../shared/lines/viewport.ts';

export interface LogProps {
  api: string;
  socket: string;
  path: string;
  ended: boolean;
  downloadUrl: string;
  /** What to look for as soon as the log is there. */
  query: string;
}

const RELOAD_AFTER_MS = 500;
const LOOK_AGAIN_MS = 5000;

/** The whole log viewer: one file at a time, followed while it grows. */
export class LogViewer {
  private readonly remote: Remote;
  private readonly toolbar: Toolbar;
  private readonly search: SearchBar;
  private readonly viewport: Viewport;
  private readonly message = element('div', { class: 'log-message' });
  private readonly toEnd = element('button', { type: 'button', class: 'btn log-to-end', hidden: true });
  private lines = new Lines();
  private loader: Loader;
  private path = '';
  private readonly files: FileList;
  private readonly marked = new MarkedLines(
    () => this.path,
    () => this.firstPath,
  );
  private hit: number | null = null;
  private look: Look;
  private stopFeed: () => void = () => undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private seenTotal = 0;
  private isOver: boolean;
  private readonly onHash = (): void => {
    this.goToHash();
  };

  constructor(
    private readonly host: HTMLElement,
    private readonly props: LogProps,
  ) {
    this.remote = new Remote(props.api);
    this.isOver = props.ended;
    this.files = new FileList(
      this.remote,
      () => this.isOver,
      () => this.showFiles(),
    );
    this.look = this.newLook({ isWrapped: localStorage.getItem('studio-log-wrap') === '1' });
    this.loader = this.newLoader();
    this.search = new SearchBar(
      {
        ask: (query, from, limit, signal) => this.remote.search(this.path, query, from, limit, signal),
        here: () => this.viewport.firstLine,
        found: (line, pattern) => this.showHit(line, pattern),
      },
      props.query,
    );
    this.toolbar = new Toolbar(this.search.host, this.look.isWrapped, {
      choose: (path) => {
        void this.open(path);
      },
      wrap: (isWrapped) => this.wrap(isWrapped),
      copy: () => {
        void this.copy();
      },
    });
    this.viewport = new Viewport(
      {
        total: () => this.lines.total,
        line: (line) => this.lines.line(line),
        shown: (first, last) => this.loader.show(first, last),
        scrolled: (isAtEnd) => this.scrolled(isAtEnd),
        isMarked: (line) => this.marked.has(line),
        isHit: (line) => line === this.hit,
      },
      this.look,
      { role: 'log', label: t('Log') },
    );
    this.toEnd.addEventListener('click', () => {
      this.viewport.toEnd();
      this.viewport.scroller.focus({ preventScroll: true });
    });
    this.viewport.scroller.addEventListener('click', (event) => this.onClick(event));
    addEventListener('hashchange', this.onHash);
    host.classList.add('log-viewer');
    host.classList.toggle('is-wrapped', this.look.isWrapped);
    const frame = element('div', { class: 'log-frame' }, this.viewport.scroller, this.message, this.toEnd);
    host.replaceChildren(this.toolbar.host, frame);
    this.say(element('div', { class: 'muted' }, t('Loading the log…')));
    void this.start();
  }

  destroy(): void {
    removeEventListener('hashchange', this.onHash);
    this.close();
    this.files.stop();
    this.search.destroy();
    this.viewport.destroy();
  }

  focusSearch(): void {
    this.search.focus();
  }

  private newLook(changed: Partial<Look>): Look {
    return {
      pattern: null,
      isWrapped: false,
      isTruncated: (line) => this.lines.truncated.has(line),
      href: (line) => this.marked.href(line),
      ...changed,
    };
  }

  private newLoader(): Loader {
    return new Loader(this.remote, this.path, this.lines, () => this.viewport.draw());
  }

  private get firstPath(): string {
    return this.props.path || this.files.first;
  }

  private async start(): Promise<void> {
    try {
      await this.files.load();
    } catch (error) {
      if (!(error instanceof RequestFailed && error.status === 404)) {
        this.fail(error, () => void this.start());
        return;
      }
    }
    const wanted = this.marked.read()?.path;
    const path = wanted && this.files.has(wanted) ? wanted : this.firstPath;
    await this.open(path);
  }

  /** Show a file from its end, or from the line that the address names. */
  private async open(path: string): Promise<void> {
    this.close();
    this.path = path;
    this.lines = new Lines();
    this.loader = this.newLoader();
    this.hit = null;
    this.seenTotal = 0;
    this.viewport.reset();
    this.showFiles();
    if (!path) {
      this.showEmpty();
      return;
    }
    if (await this.load()) {
      if (!this.goToHash()) this.viewport.toEnd();
      this.search.reset();
    }
  }

  private showFiles(): void {
    const { path } = this;
    this.toolbar.showFiles(this.files.items, path, path ? address(this.props.downloadUrl, '', { path }) : '');
  }

  private close(): void {
    this.stopFeed();
    this.stopFeed = () => undefined;
    this.loader.stop();
    clearTimeout(this.timer);
  }

  /** Read the end of the file and follow it from there; says whether there is a file. */
  private async load(): Promise<boolean> {
    const { path, lines } = this;
    this.stopFeed();
    try {
      const tail = await this.remote.tail(path);
      if (this.lines !== lines) return false;
      lines.takeTail(tail);
    } catch (error) {
      if (this.lines !== lines) return false;
      if (error instanceof RequestFailed && error.status === 404) {
        this.showEmpty();
        return false;
      }
      this.fail(error, () => void this.open(path));
      return false;
    }
    this.isOver ||= lines.ended;
    // One byte is asked for again: it tells whether the last line is complete.
    const after = Math.max(0, lines.size - 1);
    const url = address(this.props.socket, '', { path });
    this.stopFeed = lines.ended ? () => undefined : follow(url, after, (news) => this.hear(lines, news));
    this.changed();
    return true;
  }

  private hear(lines: Lines, news: News): void {
    if (lines !== this.lines) return;
    if (news.type === 'log') {
      const { offset, text } = news.data as { offset: number; text: string };
      if (lines.append(offset, text, news.seq)) this.changed();
      else this.reloadSoon();
    } else if (news.type === 'log.ended') {
      announce(t('The log is complete.'));
      this.isOver = true;
      this.reloadSoon();
    } else if (news.type === 'reset') this.reloadSoon();
  }

  private reloadSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.load(), RELOAD_AFTER_MS);
  }

  private showEmpty(): void {
    this.changed();
    if (this.isOver) return;
    // What the run will write to has not come yet.
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.start(), LOOK_AGAIN_MS);
  }

  private fail(error: unknown, again: () => void): void {
    const button = element('button', { type: 'button', class: 'btn btn-sm' }, t('Try again'));
    button.addEventListener('click', again);
    const notice = element('div', { class: 'notice notice-bad', role: 'alert' }, icon('error'), wordsOf(error), button);
    this.say(notice);
  }

  private say(content: Node | null): void {
    this.message.replaceChildren(...(content ? [content] : []));
    this.message.hidden = !content;
  }

  private changed(): void {
    const { total, size } = this.lines;
    if (total) this.say(null);
    else {
      const words = this.isOver
        ? t('Nothing was written to this log.')
        : t('Nothing has been written yet. New lines appear here by themselves.');
      this.say(element('p', { class: 'empty-text' }, words));
    }
    this.toolbar.showState({ isOver: this.isOver, lines: total, size: formatBytes(size) });
    if (this.viewport.isFollowing) this.seenTotal = total;
    this.showToEnd();
    this.viewport.draw();
  }

  private scrolled(isAtEnd: boolean): void {
    if (isAtEnd) this.seenTotal = this.lines.total;
    this.showToEnd(isAtEnd);
  }

  private showToEnd(isAtEnd = this.viewport.isFollowing): void {
    this.toEnd.hidden = isAtEnd || !this.lines.total;
    const count = this.lines.total - this.seenTotal;
    const words =
      count > 0 && this.seenTotal ? t('{count} new lines', { count: formatCount(count) }) : t('Jump to the end');
    if (this.toEnd.textContent !== words) this.toEnd.replaceChildren(icon('arrow-down', 'icon-sm'), words);
  }

  private showHit(line: number | null, pattern: RegExp | null): void {
    this.hit = line;
    if (String(pattern) !== String(this.look.pattern)) this.look = this.newLook({ ...this.look, pattern });
    this.viewport.setLook(this.look);
    if (line !== null) this.viewport.toLine(line);
  }

  private wrap(isWrapped: boolean): void {
    localStorage.setItem('studio-log-wrap', isWrapped ? '1' : '0');
    this.look = this.newLook({ ...this.look, isWrapped });
    this.host.classList.toggle('is-wrapped', isWrapped);
    this.viewport.setLook(this.look);
  }

  /** Go to the line the address names; says whether it names one of this file. */
  private goToHash(): boolean {
    const named = this.marked.read();
    this.viewport.draw();
    if (!named) return false;
    if (named.path === this.path) this.viewport.toLine(Math.min(named.first, this.lines.total) - 1);
    else if (this.files.has(named.path)) void this.open(named.path);
    else return false;
    return true;
  }

  private onClick(event: MouseEvent): void {
    const number = event.target instanceof Element ? event.target.closest<HTMLElement>('[data-line]') : null;
    if (!number || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.marked.mark(Number(number.dataset['line']), event.shiftKey);
    this.viewport.draw();
  }

  /** Copy the marked lines, or else the whole log as far as that is sensible. */
  private async copy(): Promise<void> {
    const { total } = this.lines;
    const [first, end] = this.marked.range ?? [0, total];
    await copyLines(this.remote, this.path, [first, Math.min(end, total)]);
  }
}
