import type { ReactElement } from 'react';

import { Icon } from '../../pipeline-graph/icon.tsx';
import type { Fault } from '../core/checks.ts';

/** Without the section that a node's fields are in. */
export function fieldOf(fault: Fault): string {
  return fault.field.replace(/^inputs\./, '');
}

/** What is wrong with a node and not with one of the fields that are shown here. */
export function Notices({ faults }: { faults: readonly Fault[] }): ReactElement | null {
  if (!faults.length) return null;
  return (
    <ul className="plain-list stack stack-tight">
      {faults.map((fault) => (
        <li
          key={`${fault.field} ${fault.message}`}
          className={`notice notice-${fault.level === 'error' ? 'bad' : 'warn'}`}
        >
          <Icon name={fault.level === 'error' ? 'error' : 'alert'} />
          <span>{sentence(fault)}</span>
        </li>
      ))}
    </ul>
  );
}

/** What is said of one field of a node. */
export function problemsOf(faults: readonly Fault[], node: string, field: string): string[] {
  return faults.filter((fault) => fault.node === node && fieldOf(fault) === field).map(sentence);
}

/** A fault with what to do about it. */
export function sentence({ message, hint }: Fault): string {
  return [message, hint].filter(Boolean).join(' ');
}
