import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import type { Column } from '../core/checks.ts';
import { portTitle, titleOf, typeTitle } from '../core/connecting.ts';
import { isFromNode, isFromPipeline } from '../core/document.ts';
import type { PortDeclaration } from '../core/palette.ts';
import { wordText } from '../columns/words.ts';
import { arriving } from './binding.ts';
import type { NodeProps } from './node.tsx';

/** What a component is for, what comes into it and what leaves it. */
export function Details({ store, nodeKey, node }: NodeProps): ReactElement {
  const declared = store.catalog.of(node);
  const from = (port: PortDeclaration): string => {
    const given = node.inputs[port.name];
    if (isFromPipeline(given)) return t('pipeline parameter {name}', { name: given.pipeline });
    const source = isFromNode(given) ? store.document.nodes[given.node] : undefined;
    if (!source || !isFromNode(given)) return port.optional ? t('not connected (optional)') : t('not connected');
    const output = store.catalog.of(source)?.outputs.find((one) => one.name === given.output);
    const title = output ? portTitle(output) : given.output;
    return title ? `${titleOf(store.catalog, source)} → ${title}` : titleOf(store.catalog, source);
  };
  return (
    <div className="stack">
      {declared?.help && <p>{declared.help}</p>}
      <dl className="facts">
        <dt>{t('Component')}</dt>
        <dd>{declared?.url ? <a href={declared.url}>{node.component}</a> : <code>{node.component}</code>}</dd>
        {declared?.category && (
          <>
            <dt>{t('Category')}</dt>
            <dd>{declared.category}</dd>
          </>
        )}
        <dt>{t('Key')}</dt>
        <dd>
          <code>{nodeKey}</code>
        </dd>
      </dl>
      {declared?.inputs.map((port) => (
        <section key={port.name} className="designer-port">
          <h3>
            {t('Input: {port}', { port: portTitle(port) })} <span className="tag">{typeTitle(port.type)}</span>
          </h3>
          <p className="small muted">{from(port)}</p>
          <ColumnList columns={arriving(store.checks.schemas, node, port.name)} />
        </section>
      ))}
      {declared?.outputs.map((port) => (
        <section key={port.name} className="designer-port">
          <h3>
            {t('Output: {port}', { port: portTitle(port) })} <span className="tag">{typeTitle(port.type)}</span>
          </h3>
          <ColumnList columns={store.checks.schemas[nodeKey]?.[port.name] ?? null} />
        </section>
      ))}
    </div>
  );
}

/** Columns with their types; nothing where they are not known. */
export function ColumnList({ columns }: { columns: readonly Column[] | null }): ReactElement | null {
  if (!columns) return null;
  return (
    <details open={columns.length <= 12}>
      <summary>{t('{count} columns', { count: columns.length })}</summary>
      <ul className="plain-list designer-column-list">
        {columns.map((column) => (
          <li key={column.name}>
            <span className="truncate" title={column.name}>
              {column.name}
            </span>
            <span className="muted small">
              {[wordText(column.type), column.categorical && wordText('Categorical'), roleText(column.role)]
                .filter(Boolean)
                .join(', ')}
            </span>
          </li>
        ))}
      </ul>
    </details>
  );
}

function roleText(role: string | undefined): string {
  if (role === 'label') return t('label');
  return role === 'score' ? t('score') : '';
}
