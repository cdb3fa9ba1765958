/** What the labeler's page and the server say to each other. Pure. */

export interface Label {
  key: string;
  name: string;
  color: string;
  hotkey: string;
  parent: string | null;
}

/** In pixels of the upright image. */
export interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Box extends Rect {
  id: string;
  label: string;
  type: 'box';
}

/** Code points of the text, half open. */
export interface Span {
  id: string;
  label: string;
  start: number;
  end: number;
}

export interface Answer {
  labels?: string[];
  shapes?: Box[];
  spans?: Span[];
}

export interface Item {
  number: number;
  name: string;
  media: 'image' | 'text';
  url: string | null;
  thumbnail: string | null;
  width: number | null;
  height: number | null;
  text: string | null;
  answer: Answer | null;
  draft_version: number;
  prelabel: { answer: Answer; confidence: number } | null;
  comment: string;
  previous_rejection: string | null;
}

export interface Project {
  name: string;
  task: string;
  media: 'image' | 'text';
  status: string;
  labels: Label[];
  instructions_html: string;
  overlapping_spans: boolean;
  progress: { labeled: number; total: number; mine: number };
}

export type Kind = 'classes' | 'boxes' | 'spans';

/** How a task is answered; null where this page has no tool for it. */
export function kindOf(task: string): Kind | null {
  if (task.includes('_classification_')) return 'classes';
  if (task === 'object_detection') return 'boxes';
  return task === 'named_entities' ? 'spans' : null;
}

/** Whether something may be submitted. A picture may hold no object and a text no entity; every item has a class. */
export function isComplete(kind: Kind, answer: Answer): boolean {
  return kind !== 'classes' || (answer.labels?.length ?? 0) > 0;
}

/** Give a label to an answer, or take it away; where only one may stand, it takes the place of the other. */
export function toggled(answer: Answer, label: string, several: boolean): Answer {
  const labels = answer.labels ?? [];
  if (labels.includes(label)) return { labels: labels.filter((one) => one !== label) };
  return { labels: several ? [...labels, label] : [label] };
}

/** A label with those it stands below, as people write it: Animal/Cat. */
export function pathOf(label: Label, labels: readonly Label[]): string {
  const parent = labels.find((one) => one.key === label.parent);
  return parent ? `${pathOf(parent, labels)}/${label.name}` : label.name;
}
