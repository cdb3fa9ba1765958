import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { toast } from '../../lib/toasts.ts';
import { wordsOf } from '../shared/api.ts';
import { formatBytes, formatCount } from '../shared/format.ts';
import type { Files, Remote, StoredFile } from './remote.ts';

/** Images as thumbnails, other files as a list; more of them on demand. */
export class FilesView {
  readonly host = element('div', { class: 'stack' });
  private readonly items: HTMLElement;
  private readonly more = element('button', { type: 'button', class: 'btn' }, t('Show more'));
  private next: string | null;

  constructor(
    shown: Files,
    private readonly remote: Remote,
    private readonly filesUrl: string,
  ) {
    const isImages = shown.kind === 'images';
    this.next = shown.next;
    this.items = isImages ? element('ul', { class: 'output-images' }) : element('tbody', {});
    const count = shown.count === 1 ? t('1 file') : t('{count} files', { count: formatCount(shown.count) });
    const words = element('p', { class: 'muted m-0' }, `${count}, ${formatBytes(shown.bytes)}`);
    this.more.addEventListener('click', () => void this.load());
    this.host.append(words, isImages ? this.items : this.table(), this.more);
    this.add(shown.files);
  }

  destroy(): void {
    this.more.remove();
  }

  private add(files: readonly StoredFile[]): void {
    const isList = this.items instanceof HTMLTableSectionElement;
    this.items.append(...files.map((file) => (isList ? this.row(file) : this.thumbnail(file))));
    this.more.hidden = this.next === null;
  }

  private async load(): Promise<void> {
    if (this.next === null) return;
    this.more.disabled = true;
    try {
      const found = await this.remote.files(this.next);
      this.next = found.next;
      this.add(found.files);
    } catch (error) {
      toast({ level: 'error', text: wordsOf(error) });
    }
    this.more.disabled = false;
  }

  private table(): HTMLElement {
    const head = element(
      'tr',
      {},
      element('th', { scope: 'col' }, t('File')),
      element('th', { scope: 'col' }, t('Kind')),
      element('th', { scope: 'col', class: 'num' }, t('Size')),
      element('th', { scope: 'col' }, element('span', { class: 'visually-hidden' }, t('Download'))),
    );
    return element(
      'div',
      { class: 'table-frame' },
      element('table', { class: 'table' }, element('thead', {}, head), this.items),
    );
  }

  private row(file: StoredFile): HTMLElement {
    const name = file.name.slice(file.name.lastIndexOf('/') + 1);
    return element(
      'tr',
      {},
      element('th', { scope: 'row' }, element('a', { class: 'mono', href: this.pageOf(file) }, file.name)),
      element('td', { class: 'muted' }, file.media_type || '–'),
      element('td', { class: 'num' }, formatBytes(file.bytes)),
      element(
        'td',
        { class: 'actions-cell' },
        element('a', { href: this.remote.bytesUrl(file.path), download: name }, t('Download')),
      ),
    );
  }

  private thumbnail(file: StoredFile): HTMLElement {
    const image = element('img', { src: this.remote.bytesUrl(file.path), alt: '', loading: 'lazy' });
    const link = element(
      'a',
      { href: this.pageOf(file), title: file.name },
      image,
      element('span', { class: 'small truncate' }, file.name),
    );
    image.addEventListener('error', () => image.replaceWith(element('span', { class: 'muted small' }, t('No image'))));
    return element('li', {}, link);
  }

  private pageOf(file: StoredFile): string {
    return `${this.filesUrl}#file=${encodeURI(file.path)}`;
  }
}
