import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatCount } from '../shared/format.ts';
import type { LogFile } from './remote.ts';

export interface Commands {
  choose: (path: string) => void;
  wrap: (isWrapped: boolean) => void;
  copy: () => void;
}

/** The bar above the lines: which file, its state, search, and what can be done with it. */
export class Toolbar {
  readonly host: HTMLElement;
  private readonly files = element('select', { class: 'log-files', 'aria-label': t('Log file') });
  private readonly state = element('span', { class: 'log-state' });
  private readonly download = element(
    'a',
    {
      class: 'btn btn-ghost btn-sm btn-icon',
      'aria-label': t('Download the log'),
      title: t('Download the log'),
      hidden: true, // until there is a log
    },
    icon('download', 'icon-sm'),
  );

  constructor(search: HTMLElement, isWrapped: boolean, commands: Commands) {
    const wrap = element(
      'button',
      { type: 'button', class: 'btn btn-ghost btn-sm', 'aria-pressed': String(isWrapped) },
      t('Wrap'),
    );
    wrap.addEventListener('click', () => {
      const wanted = wrap.getAttribute('aria-pressed') !== 'true';
      wrap.setAttribute('aria-pressed', String(wanted));
      commands.wrap(wanted);
    });
    const label = t('Copy the log or the marked lines');
    const copy = element(
      'button',
      { type: 'button', class: 'btn btn-ghost btn-sm btn-icon', 'aria-label': label, title: label },
      icon('copy', 'icon-sm'),
    );
    copy.addEventListener('click', commands.copy);
    this.files.addEventListener('change', () => commands.choose(this.files.value));
    this.host = element('div', { class: 'log-toolbar' }, this.files, this.state, search, wrap, copy, this.download);
  }

  showFiles(files: LogFile[], path: string, downloadUrl: string): void {
    this.files.hidden = files.length < 2;
    this.files.replaceChildren(
      ...files.map((file) => element('option', { value: file.path, selected: file.path === path }, file.path)),
    );
    this.download.hidden = !downloadUrl;
    this.download.href = downloadUrl;
  }

  showState({ isOver, lines, size }: { isOver: boolean; lines: number; size: string }): void {
    const dot = element('span', { class: isOver ? 'log-dot' : 'log-dot is-live', 'aria-hidden': 'true' });
    const words = isOver ? t('Complete') : t('Live');
    const facts = lines ? ` · ${t('{count} lines', { count: formatCount(lines) })} · ${size}` : '';
    this.state.replaceChildren(dot, `${words}${facts}`);
  }
}
