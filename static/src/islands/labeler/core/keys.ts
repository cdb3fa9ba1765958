/** Which key does what. Pure. */
export const ACTIONS = [
  'submit', 'skip', 'previous', 'selectAll', 'draw', 'move', 'template', 'lock', 'remove', 'undo', 'redo',
  'zoomIn', 'zoomOut', 'fit', 'nextMark', 'spread', 'comment', 
] as const; // prettier-ignore
export type Action = (typeof ACTIONS)[number];

export const KEYS: Record<Action, string> = {
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
};

export interface Press {
  key: string;
  mod: boolean;
  shift: boolean;
}

export function nameOf({ key, mod, shift }: Press): string {
  if (mod) return shift && key.toLowerCase() === 'z' ? KEYS.redo : `mod+${key.toLowerCase()}`;
  return key === 'Backspace' ? 'Delete' : key.length === 1 ? key.toLowerCase() : key;
}

export function actionOf(name: string): Action | null {
  return ACTIONS.find((action) => KEYS[action] === name) ?? null;
}

/** The label of a key: its own hotkey first, then the first nine by number. */
export function labelOf<L extends { hotkey: string }>(labels: readonly L[], key: string): L | undefined {
  const own = labels.find((label) => label.hotkey !== '' && label.hotkey.toLowerCase() === key.toLowerCase());
  return own ?? (/^[1-9]$/.test(key) ? labels[Number(key) - 1] : undefined);
}
