import type { Action } from './core/keys.ts';
import type { Label } from './core/types.ts';

/** The part of the page in which one kind of task is worked on. */
export interface Stage {
  readonly host: HTMLElement;
  /** The label that the next mark gets; null where labels are given at once. */
  readonly active: Label | null;
  /** Show what there is now. */
  draw: () => void;
  /** Somebody chose a label, by key or click. */
  choose: (label: Label) => void;
  /** Do what a key stands for; false where it stands for nothing here. */
  act: (action: Action) => boolean;
  /** An arrow key; false where there is nothing to move. */
  arrow: (dx: number, dy: number, isLarge: boolean) => boolean;
  destroy: () => void;
}
