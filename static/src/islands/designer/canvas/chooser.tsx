import { useEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';

export interface Choice {
  id: string;
  label: string;
  hint: string;
}

export interface ChooserProps {
  title: string;
  choices: readonly Choice[];
  onChoose: (id: string) => void;
  onCancel: () => void;
  /** The choice that the focus is at. */
  onAt?: (id: string) => void;
}

/** A list over the canvas, for those who connect by keyboard. */
export function Chooser({ title, choices, onChoose, onCancel, onAt }: ChooserProps): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => host.current?.querySelector<HTMLElement>('.menu-item')?.focus(), [choices]);

  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>): void => {
    event.stopPropagation();
    const items = [...event.currentTarget.querySelectorAll<HTMLElement>('.menu-item')];
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Escape') onCancel();
    else if (step === undefined) return;
    else {
      const at = items.indexOf(event.target as HTMLElement);
      items[(at + step + items.length) % items.length]?.focus();
    }
    event.preventDefault();
  };

  return (
    <div className="designer-chooser" role="dialog" aria-label={title} ref={host} onKeyDown={onKeyDown}>
      <p className="menu-title">{title}</p>
      <ul className="plain-list">
        {choices.map(({ id, label, hint }) => (
          <li key={id}>
            <button type="button" className="menu-item" onClick={() => onChoose(id)} onFocus={() => onAt?.(id)}>
              <span className="truncate">{label}</span>
              <span className="muted small push">{hint}</span>
            </button>
          </li>
        ))}
      </ul>
      <button type="button" className="btn btn-sm btn-ghost" onClick={onCancel}>
        {t('Cancel')}
      </button>
    </div>
  );
}
