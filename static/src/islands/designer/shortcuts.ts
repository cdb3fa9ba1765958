import { isTyping } from '../../lib/dom.ts';
import { shortcut } from '../../lib/keyboard.ts';
import { t } from '../../lib/strings.ts';
import type { Deeds } from './canvas/deeds.ts';

/** Keys of the page, and those that only the canvas or the browser hears, all of them listed by `?`. Returns what takes them away. */
export function addShortcuts(deeds: Deeds, focusPalette: () => void): () => void {
  const group = t('Canvas');
  const when = (): boolean => !isTyping(document.activeElement);
  const listed = (keys: string, label: string): (() => void) =>
    shortcut({ keys, label, group, isListedOnly: true, run: () => undefined });
  const ends = [
    shortcut({ keys: '/', label: t('Search the palette'), group, run: focusPalette }),
    shortcut({ keys: 'mod+z', label: t('Undo'), group, when, run: () => deeds.undo() }),
    shortcut({ keys: 'mod+y', label: t('Redo'), group, when, run: () => deeds.redo() }),
    shortcut({ keys: 'mod+a', label: t('Select everything'), group, when, run: () => deeds.selectAll() }),
    shortcut({ keys: 'mod+d', label: t('Duplicate'), group, when, run: () => deeds.duplicate() }),
    listed('mod+c', t('Copy')),
    listed('mod+x', t('Cut')),
    listed('mod+v', t('Paste')),
    listed('← ↑ → ↓', t('Walk from node to node')),
    listed('Shift ← ↑ → ↓', t('Move what is selected')),
    listed('Space', t('Select one more, or one less')),
    listed('Enter', t('Open the properties')),
    listed('C', t('Connect')),
    listed('Delete', t('Remove what is selected')),
    listed('+ - 0', t('Zoom in, zoom out, show all')),
  ];
  return () => ends.forEach((end) => end());
}
