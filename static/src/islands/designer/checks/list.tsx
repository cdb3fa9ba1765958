import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import type { Fault } from '../core/checks.ts';
import { titleOf } from '../core/connecting.ts';
import type { DraftStore } from '../core/store.ts';
import { useDraft } from '../hooks.ts';

/** What is wrong with the draft; each line leads to its node and field. */
export function Checks({ store, onJump }: { store: DraftStore; onJump?: () => void }): ReactElement {
  const checks = useDraft(store, (one) => one.checks);
  if (!checks.faults.length)
    return (
      <p className="designer-faults-none" role="status">
        <Icon name="circle-check" />
        {t('Nothing is wrong with this pipeline.')}
      </p>
    );
  return (
    <ul className="plain-list designer-faults" aria-label={t('What is wrong')}>
      {checks.faults.map((fault) => (
        <li key={`${fault.node} ${fault.field} ${fault.message}`}>
          <FaultLine store={store} fault={fault} onJump={onJump} />
        </li>
      ))}
    </ul>
  );
}

interface FaultLineProps {
  store: DraftStore;
  fault: Fault;
  onJump: (() => void) | undefined;
}

function FaultLine({ store, fault, onJump }: FaultLineProps): ReactElement {
  const node = store.document.nodes[fault.node];
  return (
    <button
      type="button"
      className="menu-item"
      onClick={() => {
        if (node) store.jump(fault.node, fault.field);
        else store.select([]);
        onJump?.();
      }}
    >
      <Icon
        name={fault.level === 'error' ? 'error' : 'alert'}
        className={fault.level === 'error' ? 'designer-error' : 'designer-warning'}
      />
      <span className="menu-item-text">
        <span>
          <strong>{node ? titleOf(store.catalog, node) : t('Pipeline')}</strong> {fault.message}
        </span>
        {fault.hint && <span className="muted small">{fault.hint}</span>}
      </span>
    </button>
  );
}
