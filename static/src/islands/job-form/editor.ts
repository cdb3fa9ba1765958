import { enter, tab, type Edit } from './core/indent.ts';

/** Make a textarea bearable for code: Tab indents, Enter keeps the indentation. Esc lets the next Tab leave the field. */
export function startEditor(area: HTMLTextAreaElement, signal: AbortSignal): void {
  let leaves = false;
  const apply = (edit: Edit): void => {
    area.setSelectionRange(edit.from, edit.to);
    // The only way to change the text that can be undone by Ctrl-Z.
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    document.execCommand(edit.text ? 'insertText' : 'delete', false, edit.text);
    area.setSelectionRange(edit.start, edit.end);
  };
  area.addEventListener(
    'keydown',
    (event) => {
      const { value, selectionStart, selectionEnd } = area;
      if (event.key === 'Tab' && !leaves && !event.ctrlKey && !event.altKey && !event.metaKey) {
        event.preventDefault();
        apply(tab(value, selectionStart, selectionEnd, event.shiftKey));
      } else if (event.key === 'Enter' && !event.ctrlKey && !event.metaKey && !event.isComposing) {
        event.preventDefault();
        apply(enter(value, selectionStart, selectionEnd));
      }
      leaves = event.key === 'Escape' || (leaves && event.key === 'Shift');
    },
    { signal },
  );
}
