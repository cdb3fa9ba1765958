import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { readFileHash, writeFileHash } from './core/file-hash.ts';
import type { File } from './core/tree.ts';
import { Preview } from './preview.ts';
import { Remote } from './remote.ts';
import { TreeView } from './tree-view.ts';

export interface FilesProps {
  api: string;
  isCode: boolean;
  canPreview: boolean;
}

/** A tree of files with a preview beside it. */
export class RunFiles {
  private readonly preview: Preview;
  private readonly tree: TreeView;
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
    this.preview = new Preview(
      remote,
      props.canPreview,
      () => this.markedLines(),
      (path, first, last) => history.replaceState(history.state, '', writeFileHash({ path, first, last })),
    );
    this.tree = new TreeView(remote, (file) => this.choose(file));
    const zip = element(
      'a',
      { class: 'btn btn-sm file-zip', href: remote.zipUrl(), download: '' },
      icon('download', 'icon-sm'),
      props.isCode ? t('Download the code') : t('Download all files'),
    );
    const side = element('div', { class: 'file-side' }, this.tree.host, zip);
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

  private isFirst(file: File): boolean {
    return this.props.isCode && file === this.tree.obvious && !location.hash;
  }

  private markedLines(): [number, number] | null {
    const marked = readFileHash(location.hash);
    return marked && marked.path === this.shown && marked.first ? [marked.first, marked.last] : null;
  }
}
