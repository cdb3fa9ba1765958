import { useId, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { titleOf } from '../core/connecting.ts';
import { isDataNode, type DraftNode } from '../core/document.ts';
import { remove, setFields } from '../core/operations.ts';
import { compose } from '../core/patch.ts';
import type { DraftStore } from '../core/store.ts';
import { useComputes } from './choices.ts';
import { Choices } from './run-settings.tsx';

/** What can be done with several nodes at once. */
export function SeveralPane({ store, keys }: { store: DraftStore; keys: readonly string[] }): ReactElement {
  const computes = useComputes(store);
  const id = useId();
  const nodes = keys.flatMap((key) => {
    const node = store.document.nodes[key];
    return node ? [[key, node] as const] : [];
  });
  const steps = nodes.filter(([, node]) => !isDataNode(node));
  const common = <K extends keyof DraftNode>(field: K): DraftNode[K] | undefined => {
    const first = steps[0]?.[1][field];
    return steps.every(([, node]) => node[field] === first) ? first : undefined;
  };
  const setAll = (fields: Partial<DraftNode>): void =>
    store.edit(
      compose(...steps.map(([key]) => setFields(store.document, key, fields))),
      t('Changed {count} nodes', { count: steps.length }),
    );
  const regenerates = common('force_rerun');
  return (
    <div className="stack">
      <h2 className="designer-pane-title">{t('{count} chosen', { count: keys.length })}</h2>
      <ul className="plain-list">
        {nodes.map(([key, node]) => (
          <li key={key}>
            <button type="button" className="btn btn-link" onClick={() => store.select([key])}>
              {titleOf(store.catalog, node)}
            </button>
          </li>
        ))}
      </ul>
      {steps.length > 0 && store.canEdit && (
        <>
          <div className="field">
            <label htmlFor={id}>{t('Compute of all of them')}</label>
            <Choices
              id={id}
              value={common('compute') ?? ''}
              none={t('That of the pipeline')}
              choices={computes}
              onChange={(compute) => setAll({ compute })}
            />
          </div>
          <label className="check">
            <input
              type="checkbox"
              ref={(box) => {
                if (box) box.indeterminate = regenerates === undefined;
              }}
              checked={regenerates === true}
              onChange={(event) => setAll({ force_rerun: event.target.checked })}
            />
            <span>{t('Regenerate the output of all of them')}</span>
          </label>
        </>
      )}
      {store.canEdit && (
        <div>
          <button
            type="button"
            className="btn btn-sm"
            onClick={() =>
              store.edit(remove(store.document, new Set(keys)), t('Removed {count} nodes', { count: keys.length }))
            }
          >
            <Icon name="trash" className="icon-sm" />
            {t('Remove')}
          </button>
        </div>
      )}
    </div>
  );
}
