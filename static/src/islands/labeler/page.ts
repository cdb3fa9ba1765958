import { element, isTyping } from '../../lib/dom.ts';
import { shortcut } from '../../lib/keyboard.ts';
import { t } from '../../lib/strings.ts';
import { wordsOf } from '../shared/api.ts';
import { Api } from './api.ts';
import { Boxes } from './boxes.ts';
import { type Action, actionOf, KEYS, labelOf, nameOf } from './core/keys.ts';
import { kindOf, type Label, type Project } from './core/types.ts';
import { field } from './fields.ts';
import { Grid } from './grid.ts';
import { LabelPanel } from './label-panel.ts';
import { Session } from './session.ts';
import { Spans } from './spans.ts';
import type { Stage } from './stage.ts';

const LAYOUTS = [1, 4, 6, 9] as const;
const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** What each action is called, in the help sheet. */
function names(kind: string): [Action, string][] {
  const all: [Action, string][] = [
    ['submit', t('Submit')], ['skip', t('Skip')], ['previous', t('Back to the previous one')], ['undo', t('Undo')], ['redo', t('Redo')],
  ]; // prettier-ignore
  const boxes: [Action, string][] = [
    ['draw', t('Draw')], ['move', t('Move')], ['template', t('Same size again')], ['lock', t('Lock')], ['remove', t('Remove')],
    ['nextMark', t('Choose the next mark')], ['zoomIn', t('Zoom in')], ['zoomOut', t('Zoom out')], ['fit', t('Fit')],
  ]; // prettier-ignore
  const spans: [Action, string][] = [
    ['remove', t('Remove')], ['nextMark', t('Choose the next mark')], ['spread', t('Mark all equal words')],
  ]; // prettier-ignore
  if (kind === 'boxes') return [...all, ...boxes];
  return kind === 'spans' ? [...all, ...spans] : [...all, ['selectAll', t('Choose all')]];
}

/** The page on which a person labels. */
export class LabelerPage {
  private readonly api: Api;
  private readonly ends: (() => void)[] = [];
  private session: Session | null = null;
  private stage: Stage | null = null;
  private panel: LabelPanel | null = null;
  private readonly bar = element('div', { class: 'labeler-bar' });
  private readonly place = element('p', { class: 'labeler-place', role: 'status' });
  private readonly state = element('p', { class: 'labeler-state muted', role: 'status' });
  private readonly trouble = element('p', { class: 'notice notice-bad', role: 'alert', hidden: true });
  private readonly end = element('p', { class: 'notice', role: 'status', hidden: true });
  private readonly comment = element('input', { type: 'text', maxlength: 2000, placeholder: t('For the team lead') });
  private readonly submit = element('button', { type: 'button', class: 'btn btn-primary' }, t('Submit'));
  private readonly skip = element('button', { type: 'button', class: 'btn' }, t('Skip'));
  private readonly previous = element('button', { type: 'button', class: 'btn' }, t('Previous'));

  constructor(
    private readonly host: HTMLElement,
    api: string,
    private readonly shelf: string,
  ) {
    this.api = new Api(api);
    void this.load();
  }

  destroy(): void {
    this.session?.leave();
    this.stage?.destroy();
    for (const end of this.ends) end();
  }

  private async load(): Promise<void> {
    this.host.replaceChildren(element('p', { class: 'muted', role: 'status' }, t('Loading…')));
    try {
      this.open(await this.api.project());
    } catch (error) {
      const again = element('button', { type: 'button', class: 'btn' }, t('Try again'));
      again.addEventListener('click', () => void this.load());
      this.host.replaceChildren(element('p', { role: 'alert' }, wordsOf(error)), again);
    }
  }

  private open(project: Project): void {
    const kind = kindOf(project.task);
    if (!kind) throw new Error(`There is no page for ${project.task}.`); // the server offers no link to one
    const labels = new Map(project.labels.map((label) => [label.key, label]));
    const session = (this.session = new Session(project, kind, this.api, localStorage, this.shelf, () => this.draw()));
    const stage = (this.stage = this.stageFor(kind, session, labels));
    this.panel = new LabelPanel(project, (label) => this.choose(label));
    const side = element('div', { class: 'labeler-side' }, this.panel.host, field(t('Comment'), this.comment));
    const work = element('div', { class: 'labeler-work' }, stage.host, side);
    this.fillBar(kind === 'classes');
    this.host.replaceChildren(this.bar, this.trouble, this.end, work);
    this.listen(kind);
    void session.take();
  }

  private stageFor(kind: string, session: Session, labels: ReadonlyMap<string, Label>): Stage {
    if (kind === 'boxes') return new Boxes(session, labels);
    return kind === 'spans' ? new Spans(session, labels) : new Grid(session, labels);
  }

  private fillBar(hasLayouts: boolean): void {
    this.previous.addEventListener('click', () => void this.session?.back());
    this.skip.addEventListener('click', () => void this.session?.skip());
    this.submit.addEventListener('click', () => void this.session?.submit());
    const layout = element('select', {}, ...LAYOUTS.map((count) => element('option', { value: count }, String(count))));
    layout.addEventListener('change', () => {
      if (!this.session) return;
      this.session.count = Number(layout.value);
      void this.session.take();
    });
    const layouts = hasLayouts ? field(t('At once'), layout) : null;
    this.bar.append(this.place, this.state, ...(layouts ? [layouts] : []), this.previous, this.skip, this.submit);
  }

  private listen(kind: string): void {
    const press = (event: KeyboardEvent): void => this.press(event);
    const leave = (): void => this.session?.leave();
    const online = (): void => void this.session?.retry();
    document.addEventListener('keydown', press, true);
    window.addEventListener('pagehide', leave);
    window.addEventListener('online', online);
    this.comment.addEventListener('input', () => {
      for (const work of this.session?.works ?? []) work.comment = this.comment.value;
    });
    this.ends.push(
      () => document.removeEventListener('keydown', press, true),
      () => window.removeEventListener('pagehide', leave),
      () => window.removeEventListener('online', online),
      ...names(kind).map(([action, label]) =>
        shortcut({ keys: KEYS[action], label, group: t('Labeling'), run: () => undefined, isListedOnly: true }),
      ),
    );
  }

  private press(event: KeyboardEvent): void {
    const { session } = this;
    if (!session || event.altKey || event.isComposing || isTyping(event.target)) return;
    if (document.querySelector('dialog[open]')) return;
    const isControl = event.target instanceof Element && event.target.closest('button, a, summary, input') !== null;
    if (isControl && (event.key === 'Enter' || event.key === ' ')) return;
    if (this.take(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  private take(event: KeyboardEvent): boolean {
    const mod = event.ctrlKey || event.metaKey;
    const arrow = ARROWS[event.key];
    if (arrow && !mod && !(event.target instanceof HTMLInputElement)) {
      return this.stage?.arrow(...arrow, event.shiftKey) ?? false;
    }
    const label = mod ? undefined : labelOf(this.session?.project.labels ?? [], event.key);
    if (label) {
      this.choose(label);
      return true;
    }
    const action = actionOf(nameOf({ key: event.key, mod, shift: event.shiftKey }));
    return action !== null && this.act(action);
  }

  private choose(label: Label): void {
    if (!this.session || this.session.isBusy) return;
    this.stage?.choose(label);
    this.draw();
  }

  private act(action: Action): boolean {
    const { session } = this;
    if (!session) return false;
    const work = session.works[0];
    if (action === 'submit') void session.submit();
    else if (action === 'skip') void session.skip();
    else if (action === 'previous') void session.back();
    else if (action === 'comment') this.comment.focus();
    else if (action === 'undo' && work) for (const one of session.works.slice(0, 1)) session.undo(one);
    else if (action === 'redo' && work) session.redo(work);
    else return this.stage?.act(action) ?? false;
    return true;
  }

  private draw(): void {
    const { session, stage } = this;
    if (!session || !stage) return;
    const { labeled, total, mine } = session.project.progress;
    this.place.textContent = t('{labeled} of {total} labeled, {mine} by you', { labeled, total, mine });
    const words = { saved: t('All changes are kept'), saving: t('Saving…'), offline: t('Not connected. Your changes wait in this browser.'), refused: t('Not saved') }; // prettier-ignore
    if (this.state.textContent !== words[session.mood]) this.state.textContent = words[session.mood];
    this.trouble.hidden = !session.trouble;
    this.trouble.textContent = session.trouble;
    this.end.hidden = session.works.length > 0 || !session.ended || session.isBusy;
    this.end.textContent = session.ended ?? '';
    this.submit.disabled = session.isBusy || !session.isComplete;
    this.skip.disabled = session.isBusy || !session.works.some((work) => !work.isAgain);
    this.previous.disabled = session.isBusy;
    const first = session.works[0];
    if (document.activeElement !== this.comment) this.comment.value = first?.comment ?? '';
    stage.draw();
    this.panel?.draw(stage.active, session.works.length > 0 && !session.isBusy);
  }
}
