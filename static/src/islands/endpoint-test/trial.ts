import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatCount } from '../shared/format.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { AnswerView } from './answer.ts';
import { shapeOf, type Json } from './core/shapes.ts';
import { emptyValue, fits } from './core/values.ts';
import { written } from './core/writing.ts';
import { RequestForm } from './form.ts';
import { Sender, type Request } from './sending.ts';

export interface Deployment {
  name: string;
  state: string;
  sample: string;
  /** Nothing is known of what it takes. */
  isGuessed: boolean;
  schema: unknown;
}

export interface TrialProps {
  passUrl: string;
  logsUrl: string;
  hasTraffic: boolean;
  deployments: Deployment[];
}

type Way = 'form' | 'json' | 'file';

/** The Test tab: a request as a form, as JSON or as a file, and what is answered. */
export class Trial {
  private readonly sender: Sender;
  private readonly answer: AnswerView;
  private readonly choice: HTMLSelectElement;
  private readonly text = element('textarea', {
    rows: 14,
    spellcheck: 'false',
    class: 'mono',
    id: 'endpoint-body',
    'aria-label': t('Request as JSON'),
  });
  private readonly formHost = element('div');
  private readonly says = element('p', { class: 'muted small', role: 'status' });
  private readonly fileInput = element('input', { type: 'file', id: 'endpoint-file' });
  private readonly kind = element('input', {
    type: 'text',
    id: 'endpoint-file-kind',
    class: 'mono',
    spellcheck: 'false',
  });
  private readonly drop: HTMLElement;
  private readonly ways = new Map<Way, { radio: HTMLInputElement; part: HTMLElement }>();
  private readonly button = element('button', { class: 'btn btn-primary' }, icon('play'), t('Send'));
  private readonly cancel = element('button', { class: 'btn', type: 'button', hidden: true }, t('Cancel'));
  private way: Way = 'form';
  private file: File | null = null;
  private hasFaults = false;
  private running: AbortController | null = null;

  constructor(
    host: HTMLElement,
    private readonly props: TrialProps,
  ) {
    this.sender = new Sender(props.passUrl);
    this.answer = new AnswerView(props.logsUrl);
    this.choice = this.makeChoice();
    this.drop = this.makeDrop();
    host.replaceChildren(this.makeRequest(), this.answer.host);
    this.useSample();
  }

  destroy(): void {
    this.running?.abort();
    this.answer.destroy();
  }

  // --- What the page is made of -------------------------------------------------------------------------------------
  private makeRequest(): HTMLElement {
    const form = element(
      'form',
      { class: 'card-body stack stack-tight', novalidate: true },
      !this.props.hasTraffic &&
        element(
          'div',
          { class: 'notice' },
          icon('info'),
          element('div', {}, t('No deployment receives traffic yet, so choose the one to ask.')),
        ),
      element(
        'div',
        { class: 'field' },
        element('label', { for: 'endpoint-deployment' }, t('Deployment')),
        this.choice,
      ),
      this.makeWays(),
      this.part('form', this.formHost),
      this.part('json', this.text),
      this.part('file', this.drop),
      this.says,
      element('div', { class: 'form-actions' }, this.button, this.cancel),
    );
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      event.stopPropagation();
      void this.send();
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
    });
    this.cancel.addEventListener('click', () => this.running?.abort());
    this.text.addEventListener('input', () => this.useText());
    const title = element('h2', { class: 'card-title', id: 'endpoint-request-title' }, t('Request'));
    return element(
      'section',
      { class: 'card', 'aria-labelledby': 'endpoint-request-title' },
      element('div', { class: 'card-header' }, title),
      form,
    );
  }

  private makeChoice(): HTMLSelectElement {
    const options = this.props.deployments.map(({ name, state }) =>
      element('option', { value: name }, `${name} · ${state}`),
    );
    const select = element(
      'select',
      { id: 'endpoint-deployment' },
      element('option', { value: '' }, t('As the traffic decides')),
      ...options,
    );
    if (!this.props.hasTraffic) select.value = this.props.deployments[0]?.name ?? '';
    select.addEventListener('change', () => this.useSample());
    return select;
  }

  private makeWays(): HTMLElement {
    const labels: [Way, string][] = [
      ['form', t('Form')],
      ['json', 'JSON'],
      ['file', t('File')],
    ];
    const segments = labels.map(([way, label]) => {
      const radio = element('input', { type: 'radio', name: 'endpoint-way', value: way });
      radio.addEventListener('change', () => this.show(way));
      this.ways.set(way, { radio, part: element('div') });
      return element('label', { class: 'segment' }, radio, label);
    });
    return element(
      'div',
      { class: 'segments', role: 'radiogroup', 'aria-label': t('How to write the request') },
      ...segments,
    );
  }

  private makeDrop(): HTMLElement {
    const name = element('p', { class: 'muted small' }, t('Drop a file here, or choose one. It is sent as it is.'));
    const take = (file: File | undefined): void => {
      if (!file) return;
      this.file = file;
      this.kind.value = file.type || (file.name.endsWith('.csv') ? 'text/csv' : 'application/octet-stream');
      name.textContent = t('{name}, {count} bytes', { name: file.name, count: formatCount(file.size) });
    };
    this.fileInput.addEventListener('change', () => take(this.fileInput.files?.[0]));
    const place = element(
      'div',
      { class: 'endpoint-drop stack stack-tight' },
      element('div', { class: 'field' }, element('label', { for: 'endpoint-file' }, t('File')), this.fileInput, name),
      element('div', { class: 'field' }, element('label', { for: 'endpoint-file-kind' }, 'Content-Type'), this.kind),
    );
    place.addEventListener('dragover', (event) => {
      event.preventDefault();
      place.dataset['over'] = '';
    });
    place.addEventListener('dragleave', () => delete place.dataset['over']);
    place.addEventListener('drop', (event) => {
      event.preventDefault();
      delete place.dataset['over'];
      take(event.dataTransfer?.files[0]);
    });
    return place;
  }

  private part(way: Way, content: HTMLElement): HTMLElement {
    const found = this.ways.get(way);
    if (!found) throw new Error(`There is no way ${way}.`);
    found.part.append(content);
    return found.part;
  }

  private show(way: Way): void {
    this.way = way;
    for (const [name, { radio, part }] of this.ways) {
      radio.checked = name === way;
      part.hidden = name !== way;
    }
    this.explain();
  }

  // --- The request ---------------------------------------------------------------------------------------------------
  private get deployment(): Deployment | undefined {
    const { deployments } = this.props;
    return deployments.find(({ name }) => name === this.choice.value) ?? deployments[0];
  }

  private useSample(): void {
    this.text.value = this.deployment?.sample ?? '';
    this.useText();
    const canForm = this.formHost.childElementCount > 0;
    if (this.way !== 'file') this.show(canForm ? 'form' : 'json');
  }

  /** Make the form anew of what the text says, if it can show that. */
  private useText(): void {
    const value = parsed(this.text.value);
    const radio = this.ways.get('form')?.radio;
    this.hasFaults = false;
    let canForm = false;
    if (value !== undefined) {
      const shape = shapeOf(this.deployment?.schema, value);
      const start = fits(shape, value) ? value : null;
      canForm = start !== null && shape.kind !== 'json' && fits(shape, emptyValue(shape));
      if (canForm && start !== null) new RequestForm(this.formHost, shape, start, (next) => this.useForm(next));
    }
    if (!canForm) this.formHost.replaceChildren();
    if (radio) radio.disabled = !canForm;
    this.explain();
  }

  private useForm(value: Json | null): void {
    this.hasFaults = value === null;
    if (value !== null) this.text.value = written(value);
    this.explain();
  }

  private explain(): void {
    const isText = this.way === 'json';
    const isBroken = isText && parsed(this.text.value) === undefined;
    if (isBroken) this.text.setAttribute('aria-invalid', 'true');
    else this.text.removeAttribute('aria-invalid');
    if (this.way === 'form' && this.hasFaults)
      this.says.textContent = t('A field holds what it cannot: look at those with a red frame.');
    else if (isBroken)
      this.says.textContent = t('This is not JSON. It can be sent nevertheless, to see what is answered.');
    else if (isText && this.ways.get('form')?.radio.disabled)
      this.says.textContent = t('This has another shape than the form, so it is shown as JSON only.');
    else if (this.way !== 'file' && this.deployment?.isGuessed)
      this.says.textContent = t('The model does not say what it takes. Write what its script reads.');
    else this.says.textContent = '';
  }

  private request(): Request | null {
    const deployment = this.choice.value;
    if (this.way === 'file') {
      if (!this.file) return null;
      return { body: this.file, contentType: this.kind.value.trim(), deployment };
    }
    return { body: this.text.value, contentType: 'application/json', deployment };
  }

  private async send(): Promise<void> {
    if (this.running) return;
    const request = this.request();
    if (!request) {
      this.says.textContent = t('Choose a file first.');
      this.fileInput.focus();
      return;
    }
    if (this.way === 'form' && this.hasFaults) {
      this.formHost.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
      return;
    }
    this.running = new AbortController();
    this.busy(true);
    this.answer.wait();
    try {
      await this.answer.show(await this.sender.send(request, this.running.signal));
    } catch (error) {
      this.answer.fail(wasAborted(error) ? t('The request was given up.') : wordsOf(error));
    } finally {
      this.running = null;
      this.busy(false);
    }
  }

  private busy(isBusy: boolean): void {
    this.button.toggleAttribute('aria-busy', isBusy);
    this.cancel.hidden = !isBusy;
  }
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}
