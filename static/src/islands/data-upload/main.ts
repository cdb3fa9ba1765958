import { announce, element, icon } from '../../lib/dom.ts';
import { island } from '../../lib/island.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { formatBytes, formatCount } from '../shared/format.ts';
import { Props } from '../shared/props.ts';
import { chosenFrom, chosenIn, type Chosen } from './chosen.ts';
import { Transfer } from './transfer.ts';

const SHOWN_FILES = 6;

/** Where files are chosen or dropped, and sent; the form gets the id of the complete upload and is submitted. */
class UploadView {
  private readonly drop = element('div', { class: 'drop-zone' });
  private readonly state = element('div', { class: 'card upload-state', hidden: true });
  private transfer: Transfer | null = null;
  private isSending = false;
  private frame = 0;
  private readonly onLeave = (event: BeforeUnloadEvent): void => {
    if (this.isSending) event.preventDefault();
  };

  constructor(
    host: HTMLElement,
    private readonly api: string,
    private readonly form: HTMLFormElement,
  ) {
    this.drop.append(
      icon('upload', 'icon-lg'),
      element('p', {}, element('strong', {}, t('Drop files or a folder here'))),
      element(
        'div',
        { class: 'cluster' },
        this.picker(t('Choose files'), {}),
        this.picker(t('Choose a folder'), { webkitdirectory: true }),
      ),
      element(
        'p',
        { class: 'muted small' },
        t('An upload that is cut off goes on where it stopped, when you choose the same files again.'),
      ),
    );
    for (const type of ['dragover', 'dragleave', 'drop'])
      this.drop.addEventListener(type, (event) => this.onDrag(event as DragEvent));
    addEventListener('beforeunload', this.onLeave);
    host.replaceChildren(this.drop, this.state);
  }

  destroy(): void {
    removeEventListener('beforeunload', this.onLeave);
    cancelAnimationFrame(this.frame);
    this.transfer?.pause();
  }

  private picker(label: string, attributes: Record<string, boolean>): HTMLLabelElement {
    const input = element('input', { type: 'file', multiple: true, class: 'visually-hidden', ...attributes });
    input.addEventListener('change', () => {
      const chosen = chosenIn(input);
      input.value = '';
      this.begin(chosen);
    });
    return element('label', { class: 'btn' }, input, label);
  }

  private onDrag(event: DragEvent): void {
    event.preventDefault();
    this.drop.classList.toggle('is-over', event.type === 'dragover');
    if (event.type !== 'drop' || !event.dataTransfer) return;
    chosenFrom(event.dataTransfer).then(
      (chosen) => this.begin(chosen),
      () => this.fail(t('What was dropped could not be read. Use the buttons instead.')),
    );
  }

  private begin(chosen: Chosen[]): void {
    if (!chosen.length) return this.fail(t('There are no files in it.'));
    this.drop.hidden = true;
    this.transfer = new Transfer(this.api, chosen, () => this.later(chosen));
    void this.send(chosen);
  }

  private async send(chosen: Chosen[]): Promise<void> {
    if (!this.transfer) return;
    this.isSending = true;
    this.show(chosen);
    try {
      const id = await this.transfer.run();
      this.isSending = false;
      announce(t('The upload is complete.'));
      const field = this.form.elements.namedItem('upload') as HTMLInputElement;
      field.value = id;
      this.form.requestSubmit();
    } catch (error) {
      this.isSending = false;
      this.show(chosen, wasAborted(error) ? '' : wordsOf(error));
    }
  }

  /** Show progress with the next picture, as it changes more often than anybody sees. */
  private later(chosen: Chosen[]): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => {
      if (this.isSending) this.show(chosen);
    });
  }

  private show(chosen: Chosen[], failure = ''): void {
    const transfer = this.transfer;
    if (!transfer) return;
    const { sent, total, pace } = transfer;
    const share = total ? sent / total : 0;
    const words = [t('{sent} of {total}', { sent: formatBytes(sent), total: formatBytes(total) })];
    if (this.isSending && pace.perSecond) words.push(t('{pace} a second', { pace: formatBytes(pace.perSecond) }));
    if (!this.isSending && !failure) words.push(t('Paused'));
    const names = chosen
      .slice(0, SHOWN_FILES)
      .map(({ path, file }) => element('li', {}, `${path} · ${formatBytes(file.size)}`));
    if (chosen.length > SHOWN_FILES)
      names.push(
        element('li', { class: 'muted' }, t('{count} more', { count: formatCount(chosen.length - SHOWN_FILES) })),
      );
    this.state.hidden = false;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset['act'] : undefined;
    this.state.replaceChildren(
      element(
        'div',
        { class: 'card-body stack stack-tight' },
        element('ul', { class: 'upload-files small' }, ...names),
        element('progress', { class: 'meter', max: 1, value: share, 'aria-label': t('Progress of the upload') }),
        element('p', { class: 'muted small' }, words.join(' · ')),
        failure && element('div', { class: 'notice notice-bad', role: 'alert' }, failure),
        element(
          'div',
          { class: 'cluster' },
          this.isSending
            ? this.button('pause', t('Pause'), () => transfer.pause())
            : this.button('go', failure ? t('Try again') : t('Go on'), () => void this.send(chosen)),
          this.button('cancel', t('Cancel'), () => void this.cancel()),
        ),
      ),
    );
    if (focused) this.state.querySelector<HTMLElement>(`[data-act="${focused}"]`)?.focus();
  }

  private button(act: string, label: string, run: () => void): HTMLButtonElement {
    const button = element('button', { type: 'button', class: 'btn btn-sm', 'data-act': act }, label);
    button.addEventListener('click', run);
    return button;
  }

  private async cancel(): Promise<void> {
    const transfer = this.transfer;
    this.transfer = null;
    this.isSending = false;
    this.state.hidden = true;
    this.drop.hidden = false;
    await transfer?.cancel();
  }

  private fail(words: string): void {
    this.state.hidden = false;
    this.state.replaceChildren(
      element('div', { class: 'card-body' }, element('div', { class: 'notice notice-bad', role: 'alert' }, words)),
    );
  }
}

island(
  'data-upload',
  (source) => {
    const props = new Props(source);
    return { api: props.text('api'), form: props.text('form') };
  },
  (host, { api, form }) => {
    const target = document.getElementById(form);
    if (!(target instanceof HTMLFormElement)) throw new Error(`There is no form ${form}.`);
    const view = new UploadView(host, api, target);
    return () => view.destroy();
  },
);
