import { type KeyboardEvent, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { titleOf } from '../core/connecting.ts';
import type { DraftNode } from '../core/document.ts';
import type { DraftStore } from '../core/store.ts';
import { givenValues } from './binding.ts';
import { Details } from './details.tsx';
import { fieldOf, Notices } from './faults.tsx';
import { ParameterField } from './field.tsx';
import { Outputs } from './outputs.tsx';
import { NODE_FIELDS, RunSettings, TitleField } from './run-settings.tsx';
import { thatMatter } from './values.ts';

const TABS = ['parameters', 'outputs', 'details', 'settings'] as const;
export type NodeTab = (typeof TABS)[number];

/** The tab on which a field of a node stands. */
export function tabOf(field: string): NodeTab {
  return NODE_FIELDS.includes(field) ? 'settings' : 'parameters';
}

function tabText(tab: NodeTab): string {
  return {
    parameters: t('Parameters'),
    outputs: t('Outputs + logs'),
    details: t('Details'),
    settings: t('Run settings'),
  }[tab];
}

export interface NodeProps {
  store: DraftStore;
  nodeKey: string;
  node: DraftNode;
}

/** A component on the canvas. */
export function NodePane({
  store,
  nodeKey,
  node,
  tab,
  onTab,
}: NodeProps & { tab: NodeTab; onTab: (tab: NodeTab) => void }): ReactElement {
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length] ?? tab;
    onTab(next);
    document.getElementById(`designer-tab-${next}`)?.focus();
  };
  return (
    <>
      <h2 className="designer-pane-title">{titleOf(store.catalog, node)}</h2>
      <div className="tabs" role="tablist" aria-label={t('Properties')} onKeyDown={onKeyDown}>
        {TABS.map((one) => (
          <button
            key={one}
            id={`designer-tab-${one}`}
            type="button"
            className="tab designer-tab"
            role="tab"
            aria-selected={one === tab}
            aria-current={one === tab || undefined}
            aria-controls="designer-tab-panel"
            tabIndex={one === tab ? 0 : -1}
            onClick={() => onTab(one)}
          >
            {tabText(one)}
          </button>
        ))}
      </div>
      <div
        id="designer-tab-panel"
        className="designer-tab-panel"
        role="tabpanel"
        aria-labelledby={`designer-tab-${tab}`}
      >
        {tab === 'parameters' && <Parameters store={store} nodeKey={nodeKey} node={node} />}
        {tab === 'outputs' && <Outputs store={store} nodeKey={nodeKey} node={node} />}
        {tab === 'details' && <Details store={store} nodeKey={nodeKey} node={node} />}
        {tab === 'settings' && (
          <div className="stack">
            <TitleField store={store} nodeKey={nodeKey} node={node} />
            <RunSettings store={store} nodeKey={nodeKey} node={node} />
          </div>
        )}
      </div>
    </>
  );
}

function Parameters({ store, nodeKey, node }: NodeProps): ReactElement {
  const declared = store.catalog.of(node);
  const faults = store.checks.faults.filter((fault) => fault.node === nodeKey);
  if (!declared)
    return (
      <>
        <Notices faults={faults} />
        <p className="muted">{t('What {component} takes is not known here.', { component: node.component })}</p>
      </>
    );
  const values = givenValues(store.document, node);
  const shown = thatMatter(declared.parameters, values);
  const names = new Set(shown.map((parameter) => parameter.name));
  return (
    <div className="stack">
      <Notices faults={faults.filter((fault) => !names.has(fieldOf(fault)) && !NODE_FIELDS.includes(fieldOf(fault)))} />
      {shown.map((parameter) => (
        <ParameterField
          key={parameter.name}
          store={store}
          nodeKey={nodeKey}
          node={node}
          parameter={parameter}
          value={parameter.name in values ? values[parameter.name] : parameter.default}
          faults={faults.filter((fault) => fieldOf(fault) === parameter.name)}
        />
      ))}
      {!shown.length && <p className="muted">{t('This component has nothing to set.')}</p>}
    </div>
  );
}
