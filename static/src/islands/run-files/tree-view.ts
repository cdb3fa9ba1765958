import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { wordsOf } from '../shared/api.ts';
import { formatBytes, formatCount } from '../shared/format.ts';
import { asPrefix, foldersAbove, moveFor, nameOf, Tree, type File, type Row } from './core/tree.ts';
import type { Remote } from './remote.ts';

/** The tree of files; a level is loaded when it is opened. */
export class TreeView {
  readonly host = element('div', { class: 'file-tree', role: 'tree', 'aria-label': t('Files') });
  private readonly tree = new Tree();
  private rows: Row[] = [];
  /** The row the keyboard is at, and the file that is shown. */
  private current = '';
  private shown = '';

  constructor(
    private readonly remote: Remote,
    private readonly choose: (file: File) => void,
    /** A file or folder was acted on; folders without the slash at their end. */
    private readonly at: (path: string) => void,
  ) {
    this.host.addEventListener('click', (event) => {
      const row = this.rowAt(event.target);
      if (!row) return;
      this.current = row.key;
      this.act(row);
    });
    this.host.addEventListener('keydown', (event) => this.onKey(event));
  }

  /** Load the top; says how much there is at it. */
  async start(): Promise<number> {
    await this.load('');
    const top = this.tree.level('');
    return (top?.folders.length ?? 0) + (top?.files.length ?? 0);
  }

  /** Open the folders above a file and choose it; says whether it is there. */
  async reveal(path: string): Promise<boolean> {
    for (const folder of foldersAbove(path)) {
      this.tree.open(folder);
      if (!this.tree.level(folder)) await this.load(folder);
    }
    const file = this.tree.file(path);
    if (file) {
      this.current = this.shown = file.path;
      this.draw();
      this.host.querySelector('[aria-selected=true]')?.scrollIntoView({ block: 'nearest' });
      this.at(file.path);
      this.choose(file);
    }
    return file !== undefined;
  }

  /** The file to begin with: a lone one, or what people call such files. */
  get obvious(): File | undefined {
    const files = this.tree.level('')?.files ?? [];
    return files.find((file) => /^(readme(\..*)?|main\.py|train\.py)$/i.test(file.path)) ?? files[0];
  }

  private async load(prefix: string, after: string | null = null): Promise<void> {
    if (after === null) this.draw();
    try {
      this.tree.take(prefix, await this.remote.level(prefix, after), after !== null);
    } catch (error) {
      this.tree.fail(prefix, wordsOf(error));
    }
    this.draw();
  }

  private rowAt(target: EventTarget | null): Row | undefined {
    const host = target instanceof Element ? target.closest<HTMLElement>('[data-key]') : null;
    return host ? this.rows.find((row) => row.key === host.dataset['key']) : undefined;
  }

  private onKey(event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const move = moveFor(event.key, this.rows, this.current);
    const row = this.rows.find((one) => one.key === this.current);
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    if ('to' in move) {
      this.current = move.to;
      this.draw();
    } else if (row) this.act(row);
    this.host.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  }

  private act(row: Row): void {
    if (row.kind === 'folder') {
      this.at(row.folder.path.replace(/\/$/, ''));
      const prefix = asPrefix(row.folder.path);
      if (row.isOpen) this.tree.close(prefix);
      else this.tree.open(prefix);
      if (this.tree.isOpen(prefix) && !this.tree.level(prefix)) void this.load(prefix);
    } else if (row.kind === 'file') {
      this.shown = row.file.path;
      this.at(row.file.path);
      this.choose(row.file);
    } else if (row.kind === 'more') void this.load(row.prefix, row.after);
    else if (row.kind === 'failed') void this.load(row.prefix);
    this.draw();
  }

  private draw(): void {
    const hadFocus = this.host.contains(document.activeElement);
    this.rows = this.tree.rows();
    if (!this.rows.some((row) => row.key === this.current)) this.current = this.rows[0]?.key ?? '';
    this.host.replaceChildren(...this.rows.map((row) => this.item(row)));
    if (hadFocus) this.host.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true });
  }

  private item(row: Row): HTMLElement {
    const item = element('div', {
      class: `file-row is-${row.kind}`,
      role: 'treeitem',
      tabindex: row.key === this.current ? 0 : -1,
      'data-key': row.key,
      'aria-level': row.depth,
      'aria-posinset': row.place,
      'aria-setsize': row.among,
      'aria-selected': String(row.key === this.shown),
      'aria-expanded': row.kind === 'folder' ? String(row.isOpen) : false,
    });
    item.style.setProperty('--depth', String(row.depth - 1));
    item.append(...contentOf(row));
    return item;
  }
}

function contentOf(row: Row): Node[] {
  const name = (text: string): HTMLElement => element('span', { class: 'truncate', title: text }, text);
  const note = (text: string): HTMLElement => element('span', { class: 'file-note' }, text);
  switch (row.kind) {
    case 'folder':
      return [
        icon('chevron-right', 'icon-sm file-fold'),
        icon('folder', 'icon-sm'),
        name(nameOf(row.folder.path)),
        note(formatCount(row.folder.files)),
      ];
    case 'file':
      return [icon('file', 'icon-sm'), name(nameOf(row.file.path)), note(formatBytes(row.file.size))];
    case 'more':
      return [element('span', { class: 'file-more' }, t('Show more files'))];
    case 'loading':
      return [element('span', { class: 'muted' }, t('Loading'))];
    case 'failed':
      return [name(row.words), element('span', { class: 'file-more' }, t('Try again'))];
  }
}
