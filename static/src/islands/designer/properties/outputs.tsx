import { useEffect, useRef, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { useStep } from '../../pipeline-graph/hooks.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { Panel } from '../../pipeline-graph/panel.ts';
import { portTitle, typeTitle } from '../core/connecting.ts';
import type { DraftStore } from '../core/store.ts';
import type { NodeProps } from './node.tsx';

const LEFT_SOMETHING = new Set(['Completed', 'Reused']);

/** What a node left in the last submission, and what it printed. */
export function Outputs({ store, nodeKey, node }: NodeProps): ReactElement {
  const step = useStep(store.steps, nodeKey);
  const outputs = store.catalog.of(node)?.outputs ?? [];
  const run = step && LEFT_SOMETHING.has(step.state) ? step.run : null;
  if (!store.run)
    return <p className="muted">{t('Submit the pipeline; what this node leaves and prints appears here.')}</p>;
  if (!step) return <p className="muted">{t('This node was not there when the pipeline was last submitted.')}</p>;
  return (
    <div className="stack">
      {run && (
        <ul className="plain-list stack stack-tight" aria-label={t('Outputs')}>
          {outputs.map((port) => (
            <li key={port.name} className="cluster">
              <span>{portTitle(port)}</span>
              <span className="tag">{typeTitle(port.type)}</span>
              <a className="btn btn-sm push" href={outputUrl(store, run, port.name)}>
                <Icon name="chart" className="icon-sm" />
                {t('Visualize')}
              </a>
            </li>
          ))}
        </ul>
      )}
      <StepPage key={store.run.id} url={stepUrl(store, store.run.id)} nodeKey={nodeKey} />
    </div>
  );
}

function outputUrl(store: DraftStore, run: string, output: string): string {
  return `/workspaces/${encodeURIComponent(store.places.workspace)}/designer/outputs/${run}/${encodeURIComponent(output)}/`;
}

function stepUrl(store: DraftStore, run: string): string {
  return `/workspaces/${encodeURIComponent(store.places.workspace)}/pipelines/runs/${run}/step/`;
}

/** The part that was last looked at; the next node opens with it. */
let lastTab = '';

/** The server's page of the step, which follows the step by itself. */
function StepPage({ url, nodeKey }: { url: string; nodeKey: string }): ReactElement {
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!host.current) return undefined;
    const panel = new Panel(host.current, url, () => (lastTab = panel.tab));
    panel.tab = lastTab;
    panel.show(nodeKey);
    return () => panel.destroy();
  }, [url, nodeKey]);
  return <div className="designer-step" ref={host} />;
}
