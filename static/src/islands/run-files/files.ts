import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { address } from '../shared/api.ts';
import { readFileHash, writeFileHash } from './core/file-hash.ts';
import type { File } from './core/tree.ts';
import { Preview } from './preview.ts';
import { Remote } from './remote.ts';
import { TreeView } from './tree-view.ts';

/** Something that can be done with a file or folder elsewhere; its address takes the path. */
export interface FileAction {
  label: string;
  url: string;
  icon: string;
}

export interface FilesProps {
  api: string;
  isCode: boolean;
  canPreview: boolean;
  /** Where all files come from in one; below `api` unless it says so. */
  zip: string;
  actions: readonly FileAction[];
}

/** A tree of files with a preview beside it. */
export class RunFiles {
  private readonly preview: Preview;
  private readonly tree: TreeView;
  private readonly foot = element('div', { class: 'file-foot' });
  private readonly actions: HTMLAnchorElement[];
  private shown = '';
  private readonly onHash = (): void => {
    const wanted = readFileHash(location.hash);
    if (!wanted) return;
    if (wanted.path === this.shown) this.preview.refresh();
    else void this.tree.reveal(wanted.path);
  };

  constructor(
    private readonly host: HTMLElement,
    private readonly props: FilesProps,
  ) {
    const remote = new Remote(props.api, props.isCode);
    this.actions = props.actions.map(() => element('a', { class: 'btn btn-sm' }));
    this.preview = new Preview(
      remote,
      props.canPreview,
      () => this.markedLines(),
      (path, first, last) => history.replaceState(history.state, '', writeFileHash({ path, first, last })),
    );
    this.tree = new TreeView(
      remote,
      (file) => this.choose(file),
      (path) => this.offer(path),
    );
    const zip = element(
      'a',
      { class: 'btn btn-sm', href: props.zip || remote.zipUrl(), download: '' },
      icon('download', 'icon-sm'),
      props.isCode ? t('Download the code') : t('Download all files'),
    );
    this.foot.append(...this.actions, zip);
    this.offer('');
    const side = element('div', { class: 'file-side' }, this.tree.host, this.foot);
    host.classList.add('run-files');
    host.replaceChildren(side, this.preview.host);
    addEventListener('hashchange', this.onHash);
    void this.start();
  }

  destroy(): void {
    removeEventListener('hashchange', this.onHash);
    this.preview.destroy();
  }

  private async start(): Promise<void> {
    this.preview.showNothing(t('Choose a file to look at it.'));
    const count = await this.tree.start();
    this.host.classList.toggle('is-empty', count === 0);
    if (!count) this.preview.showNothing(this.props.isCode ? t('There is no code.') : t('There are no files yet.'));
    const wanted = readFileHash(location.hash);
    if (wanted && (await this.tree.reveal(wanted.path))) return;
    const { obvious } = this.tree;
    if (this.props.isCode && obvious) await this.tree.reveal(obvious.path);
  }

  private choose(file: File): void {
    if (file.path === this.shown) return;
    this.shown = file.path;
    // A link to the page leads to what is shown; the log above names its lines in the same place.
    if (readFileHash(location.hash)?.path !== file.path && !this.isFirst(file)) {
      history.replaceState(history.state, '', writeFileHash({ path: file.path, first: 0, last: 0 }));
    }
    void this.preview.show(file);
  }

  /** Lead the actions to the file or folder that was acted on last. */
  private offer(path: string): void {
    for (const [place, { label, url, icon: name }] of this.props.actions.entries()) {
      const link = this.actions[place];
      if (!link) continue;
      link.href = address(url, '', { path });
      link.replaceChildren(icon(name, 'icon-sm'), label);
      if (path) link.append(element('span', { class: 'mono truncate', title: path }, path));
    }
  }

  private isFirst(file: File): boolean {
    return this.props.isCode && file === this.tree.obvious && !location.hash;
  }

  private markedLines(): [number, number] | null {
    const marked = readFileHash(location.hash);
    return marked && marked.path === this.shown && marked.first ? [marked.first, marked.last] : null;
  }
}
