import { useEffect, useRef, useState, type ReactElement } from 'react';

import { isDataNode } from '../core/document.ts';
import type { DraftStore } from '../core/store.ts';
import { useDraft } from '../hooks.ts';
import type { RunWatch } from '../watch/watch.ts';
import { DataPane } from './data.tsx';
import { DraftPane } from './draft.tsx';
import { FramePane } from './frame.tsx';
import { NodePane, tabOf, type NodeTab } from './node.tsx';
import { SeveralPane } from './several.tsx';

/** The right pane: what is chosen on the canvas and what can be set of it; of the draft itself where nothing is. */
export function Properties({ store, watch }: { store: DraftStore; watch: RunWatch }): ReactElement {
  useDraft(store, ({ version }) => version);
  const [tab, setTab] = useState<NodeTab>('parameters');
  const host = useRef<HTMLDivElement>(null);
  const { document, selection, jumped } = store;
  const [count, setCount] = useState(jumped.count);
  const wanted = jumped.field.replace(/^inputs\./, '');

  if (jumped.count !== count) {
    setCount(jumped.count);
    if (wanted) setTab(tabOf(wanted));
  }
  useEffect(() => {
    if (!wanted) return;
    const field = host.current?.querySelector(`[data-field="${CSS.escape(wanted)}"]`);
    const control = field?.querySelector<HTMLElement>('input, select, textarea, button:not(.designer-promote)');
    control?.focus();
    field?.scrollIntoView({ block: 'nearest' });
  }, [count, wanted]);

  const keys = [...selection];
  const key = keys[0];
  const node = key === undefined ? undefined : document.nodes[key];
  return (
    <div className="designer-properties" ref={host}>
      {keys.length > 1 ? (
        <SeveralPane store={store} keys={keys} />
      ) : key !== undefined && node ? (
        isDataNode(node) ? (
          <DataPane key={key} store={store} nodeKey={key} node={node} />
        ) : (
          <NodePane key={key} store={store} nodeKey={key} node={node} tab={tab} onTab={setTab} />
        )
      ) : key !== undefined && document.frames[key] ? (
        <FramePane key={key} store={store} frameKey={key} frame={document.frames[key]} />
      ) : (
        <DraftPane store={store} watch={watch} />
      )}
    </div>
  );
}
