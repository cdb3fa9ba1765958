import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { formatBytes, formatCount } from '../shared/format.ts';
import { endingOf, kindOf, READ_BYTES, textOf, type Kind } from './core/kinds.ts';
import type { File } from './core/tree.ts';
import { notebookView, tableView, TextView } from './views.ts';
import type { Remote } from './remote.ts';

/** Shows one file: its name, what can be done with it, and what is in it as far as a browser can show it. */
export class Preview {
  readonly host = element('section', { class: 'file-preview', 'aria-label': t('Preview') });
  private request = new AbortController();
  private text: TextView | null = null;

  constructor(
    private readonly remote: Remote,
    private readonly canPreview: boolean,
    /** The lines that the address names, of the file that is shown. */
    private readonly markedLines: () => [first: number, last: number] | null,
    private readonly mark: (path: string, first: number, last: number) => void,
  ) {}

  destroy(): void {
    this.request.abort();
    this.text?.destroy();
  }

  showNothing(words: string): void {
    this.clear();
    this.host.replaceChildren(element('p', { class: 'empty-text file-nothing' }, words));
  }

  /** The address names other lines. */
  refresh(): void {
    this.text?.refresh();
  }

  async show(file: File): Promise<void> {
    this.clear();
    const { signal } = (this.request = new AbortController());
    const body = element('div', { class: 'file-body', 'aria-busy': 'true' });
    this.host.replaceChildren(this.head(file), body);
    try {
      const shown = await this.content(file, signal);
      body.replaceChildren(...shown);
      this.text?.refresh();
    } catch (error) {
      if (wasAborted(error)) return;
      const again = element('button', { type: 'button', class: 'btn btn-sm' }, t('Try again'));
      again.addEventListener('click', () => void this.show(file));
      body.replaceChildren(
        element('div', { class: 'notice notice-bad', role: 'alert' }, icon('error'), wordsOf(error), again),
      );
    }
    body.removeAttribute('aria-busy');
  }

  private clear(): void {
    this.request.abort();
    this.text?.destroy();
    this.text = null;
  }

  private head(file: File): HTMLElement {
    const facts = [formatBytes(file.size), file.media_type].filter(Boolean).join(' · ');
    const name = file.path.slice(file.path.lastIndexOf('/') + 1);
    const download = element(
      'a',
      { class: 'btn btn-ghost btn-sm', href: this.remote.bytesUrl(file.path), download: name },
      icon('download', 'icon-sm'),
      t('Download'),
    );
    const apart = element(
      'a',
      { class: 'btn btn-ghost btn-sm', href: this.remote.shownUrl(file.path), target: '_blank', rel: 'noopener' },
      icon('external', 'icon-sm'),
      t('Open'),
    );
    return element(
      'div',
      { class: 'file-head' },
      element('h2', { class: 'truncate mono', title: file.path }, file.path),
      element('span', { class: 'muted' }, facts),
      element('span', { class: 'push' }),
      this.canPreview && !this.remote.isCode && apart,
      download,
    );
  }

  private async content(file: File, signal: AbortSignal): Promise<Node[]> {
    if (!file.size) return [this.nothing(t('This file is empty.'))];
    const kind = kindOf(file.path, file.media_type, file.size);
    if (!this.remote.isCode) {
      if (kind === 'other')
        return [this.nothing(t('This kind of file cannot be shown here. Download it to look at it.'))];
      if (kind === 'image') return [this.image(file)];
      if (kind === 'page' && this.canPreview) return [this.page(file)];
    }
    const bytes = await this.remote.beginning(file.path, signal);
    const text = textOf(bytes);
    if (text === null) return [this.nothing(t('This file is not text. Download it to look at it.'))];
    const isPart = file.size > READ_BYTES && bytes.length <= READ_BYTES;
    const notes = isPart
      ? [element('p', { class: 'file-part' }, t('Only the first {size} are shown.', { size: formatBytes(READ_BYTES) }))]
      : [];
    return [...notes, ...this.parsed(file, kind, text, isPart)];
  }

  private parsed(file: File, kind: Kind, text: string, isPart: boolean): Node[] {
    // Code is shown line by line, so that a line of it can be named.
    if (!this.remote.isCode) {
      if (kind === 'table') {
        const { view, isCut, rows } = tableView(text, endingOf(file.path) === 'tsv', isPart);
        if (!isCut || isPart) return [view];
        const words = t('The first {count} rows are shown.', { count: formatCount(rows) });
        return [element('p', { class: 'file-part' }, words), view];
      }
      const cells = kind === 'notebook' ? notebookView(text) : null;
      if (cells) return [cells];
    }
    const shown = kind === 'json' && !this.remote.isCode ? pretty(text) : text;
    const path = file.path;
    this.text = new TextView(shown, path, this.markedLines, (first, last) => this.mark(path, first, last));
    return [this.text.host];
  }

  private image(file: File): HTMLElement {
    const url = this.remote.bytesUrl(file.path);
    const image = element('img', { src: url, alt: file.path });
    const host = element('div', { class: 'file-image' }, image);
    image.addEventListener('error', () =>
      host.replaceChildren(this.nothing(t('This image is damaged or of a kind the browser does not know.'))),
    );
    return host;
  }

  private page(file: File): HTMLElement {
    // On a host of its own, where it can reach nothing of the studio's; the sandbox says so once more. It would switch off
    // the viewer that browsers show PDF with.
    const isViewed = endingOf(file.path) === 'pdf';
    return element('iframe', {
      class: 'file-page',
      src: this.remote.shownUrl(file.path),
      title: file.path,
      sandbox: isViewed ? false : 'allow-scripts',
      referrerpolicy: 'no-referrer',
    });
  }

  private nothing(words: string): HTMLElement {
    return element('p', { class: 'empty-text file-nothing' }, words);
  }
}

function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
