import type { ReactElement } from 'react';

/** An icon of the sprite, as decoration. */
export function Icon({ name, className = '' }: { name: string; className?: string }): ReactElement {
  return (
    <svg className={`icon ${className}`.trim()} aria-hidden="true">
      <use href={`${document.documentElement.dataset['icons'] ?? ''}#${name}`} />
    </svg>
  );
}
