/** Which key does what, and how a person changes that. Pure. */
export const ACTIONS = [
  'submit', 'skip', 'previous', 'selectAll', 'draw', 'move', 'template', 'lock', 'remove', 'undo', 'redo',
  'zoomIn', 'zoomOut', 'fit', 'nextMark', 'spread', 'comment', 'help',
] as const; // prettier-ignore
export type Action = (typeof ACTIONS)[number];
export type Bindings = Record<Action, string>;

export const DEFAULTS: Bindings = {
  submit: 'Enter',
  skip: 's',
  previous: 'b',
  selectAll: 'mod+a',
  draw: 'r',
  move: 'm',
  template: 't',
  lock: 'l',
  remove: 'Delete',
  undo: 'mod+z',
  redo: 'mod+y',
  zoomIn: '+',
  zoomOut: '-',
  fit: '0',
  nextMark: 'n',
  spread: 'e',
  comment: 'c',
  help: '?',
};

export interface Press {
  key: string;
  mod: boolean;
  shift: boolean;
}

export function nameOf({ key, mod, shift }: Press): string {
  if (mod) return shift && key.toLowerCase() === 'z' ? DEFAULTS.redo : `mod+${key.toLowerCase()}`;
  return key === 'Backspace' ? 'Delete' : key.length === 1 ? key.toLowerCase() : key;
}

export function actionOf(bindings: Bindings, name: string): Action | null {
  return ACTIONS.find((action) => bindings[action] === name) ?? null;
}

/** Give a key to an action; the one that had it gets the other's, so that no action is ever without. */
export function remapped(bindings: Bindings, action: Action, name: string): Bindings {
  const other = actionOf(bindings, name);
  return { ...bindings, ...(other && { [other]: bindings[action] }), [action]: name };
}

/** What a person once chose, as far as it still makes sense. */
export function readBindings(stored: string | null): Bindings {
  let chosen: unknown;
  try {
    chosen = JSON.parse(stored ?? 'null');
  } catch {
    return DEFAULTS;
  }
  if (typeof chosen !== 'object' || chosen === null) return DEFAULTS;
  let bindings = DEFAULTS;
  for (const [action, name] of Object.entries(chosen)) {
    if (action in DEFAULTS && typeof name === 'string' && name) bindings = remapped(bindings, action as Action, name);
  }
  return bindings;
}

/** The label of a key: its own hotkey first, then the first nine by number. */
export function labelOf<L extends { hotkey: string }>(labels: readonly L[], key: string): L | undefined {
  const own = labels.find((label) => label.hotkey !== '' && label.hotkey.toLowerCase() === key.toLowerCase());
  return own ?? (/^[1-9]$/.test(key) ? labels[Number(key) - 1] : undefined);
}
