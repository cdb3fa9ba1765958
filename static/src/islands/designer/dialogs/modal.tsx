import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import type { ReactElement, ReactNode } from 'react';

import { element } from '../../../lib/dom.ts';
import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';

export interface ModalOptions {
  title: string;
  isWide?: boolean;
  /** What stands below the head; it closes the dialog by `close`. */
  body: (close: () => void) => ReactNode;
  onClosed?: () => void;
}

let count = 0;

/** Show a dialog over the page; it is gone once it is closed, and the focus is back where it was. */
export function openModal({ title, isWide = false, body, onClosed }: ModalOptions): void {
  const id = `designer-dialog-${(count += 1)}`;
  const dialog = element('dialog', {
    class: `dialog designer-dialog${isWide ? ' dialog-wide' : ''}`,
    'aria-labelledby': id,
  });
  const before = document.activeElement;
  const close = (): void => dialog.close();
  const root = createRoot(dialog);
  flushSync(() => root.render(<Frame id={id} title={title} body={body} close={close} />));
  // Keys belong to the dialog: the canvas below has its own for many of them. Escape still reaches the browser.
  dialog.addEventListener('keydown', (event) => event.stopPropagation());
  dialog.addEventListener('close', () => {
    root.unmount();
    dialog.remove();
    if (before instanceof HTMLElement) before.focus();
    onClosed?.();
  });
  document.body.append(dialog);
  dialog.showModal();
  const within = (selector: string): HTMLElement | null => dialog.querySelector(selector);
  const first =
    within('[aria-invalid="true"]') ??
    within('.dialog-body :is(input:not([type=hidden]), select, textarea)') ??
    within('.dialog-body button');
  first?.focus();
}

interface FrameProps {
  id: string;
  title: string;
  body: ModalOptions['body'];
  close: () => void;
}

function Frame({ id, title, body, close }: FrameProps): ReactElement {
  return (
    <>
      <div className="dialog-head">
        <h2 id={id}>{title}</h2>
        <button type="button" className="btn btn-ghost btn-sm btn-icon" aria-label={t('Close')} onClick={close}>
          <Icon name="close" className="icon-sm" />
        </button>
      </div>
      {body(close)}
    </>
  );
}
