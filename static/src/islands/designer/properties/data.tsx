import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { typeTitle, titleOf } from '../core/connecting.ts';
import { DATA_OUTPUT } from '../core/palette.ts';
import { ColumnList } from './details.tsx';
import { Notices } from './faults.tsx';
import type { NodeProps } from './node.tsx';
import { CommentField, TitleField } from './run-settings.tsx';

/** Data on the canvas: what it is, and its columns. */
export function DataPane({ store, nodeKey, node }: NodeProps): ReactElement {
  const declared = store.catalog.of(node);
  const columns = store.checks.schemas[nodeKey]?.[DATA_OUTPUT] ?? null;
  const path = node.component.replace(/^data:/, '');
  return (
    <div className="stack">
      <h2 className="designer-pane-title">{titleOf(store.catalog, node)}</h2>
      <Notices faults={store.checks.faults.filter((fault) => fault.node === nodeKey)} />
      <dl className="facts">
        <dt>{t('Data')}</dt>
        <dd>{declared?.url ? <a href={declared.url}>{path}</a> : <code>{path}</code>}</dd>
        <dt>{t('Type')}</dt>
        <dd>{typeTitle(node.type || 'uri_folder')}</dd>
      </dl>
      {columns ? (
        <ColumnList columns={columns} />
      ) : (
        <p className="muted">{t('Its columns are not known; components that need them are checked when they run.')}</p>
      )}
      <TitleField store={store} nodeKey={nodeKey} node={node} />
      <CommentField store={store} nodeKey={nodeKey} node={node} />
    </div>
  );
}
