import { Position, type Node, type NodeProps } from '@xyflow/react';
import { memo, useContext, type ReactElement, type ReactNode } from 'react';

import { duration } from '../../../lib/times.ts';
import { t } from '../../../lib/strings.ts';
import { secondsOf } from '../core/critical.ts';
import { isData, type GraphNode, type NodeKind, type Port, type Step } from '../core/types.ts';
import { useNow, useStep } from '../hooks.ts';
import { Icon } from '../icon.tsx';
import { Looks, type Mark } from './looks.ts';

export type FlowNode = Node<{ node: GraphNode }, 'step'>;

export const NODE_SIZE = { width: 220, height: 62 };
export const DATA_SIZE = { width: 176, height: 40 };

const ICONS: Record<NodeKind, string> = {
  command: 'terminal',
  parallel: 'columns',
  pipeline: 'pipeline',
  builtin: 'component',
  data: 'data',
};

/** The element that stands for a node, for assistive technology to point at. */
export function elementId(key: string): string {
  return `pipeline-node-${key}`;
}

export function kindText(kind: NodeKind): string {
  return {
    command: t('Command'),
    parallel: t('Parallel'),
    pipeline: t('Pipeline'),
    builtin: t('Built-in'),
    data: t('Data'),
  }[kind];
}

export function markText(mark: Mark): string {
  return { same: t('Same'), changed: t('Changed'), only: t('Only here') }[mark];
}

/** What a node says of itself to who cannot see it. */
export function spoken(node: GraphNode, step: Step | undefined, mark: Mark | undefined): string {
  const state = mark ? markText(mark) : (step?.state_text ?? '');
  return [node.title, node.detail, kindText(node.kind), state, step?.reason ?? ''].filter(Boolean).join(', ');
}

/** Where ports stand along an edge of the node, in pixels from its left. */
export function portPlaces(count: number, width: number): number[] {
  return Array.from({ length: count }, (_, place) => (width * (place + 1)) / (count + 1));
}

/**
 * Ports that cannot be connected. React Flow finds them as it finds its handles, by class and data, but they cost less. The one
 * without a name is where a node that only waits for another is tied to it.
 */
function Ports({ ports, width, side }: { ports: Port[]; width: number; side: 'in' | 'out' }): ReactElement {
  const places = portPlaces(ports.length, width);
  const type = side === 'in' ? 'target' : 'source';
  const position = side === 'in' ? Position.Top : Position.Bottom;
  return (
    <>
      {ports.map((port, place) => (
        <span
          key={port.name}
          className={`pipeline-port pipeline-port-${side} ${type}`}
          data-handleid={`${type}:${port.name}`}
          data-handlepos={position}
          style={{ left: places[place] }}
          title={port.type ? `${port.name} (${port.type})` : port.name}
        />
      ))}
      <span
        className={`pipeline-tie pipeline-tie-${side} ${type}`}
        data-handleid={`${type}:`}
        data-handlepos={position}
      />
    </>
  );
}

interface CardProps {
  node: GraphNode;
  step?: Step | undefined;
  mark?: Mark | undefined;
  isChosen?: boolean;
  isCurrent?: boolean;
  isHit?: boolean;
  isCritical?: boolean;
  /** Where somebody may connect nodes, the handles of its ports; else they are drawn only. */
  ports?: ReactNode;
}

/** A node as every canvas shows it. */
export function NodeCard({ node, step, mark, isChosen, isCurrent, isHit, isCritical, ports }: CardProps): ReactElement {
  const size = isData(node) ? DATA_SIZE : NODE_SIZE;
  const isRunning = step?.started_at != null && step.ended_at === null;
  const now = useNow(isRunning);
  const seconds = secondsOf(step, now);
  const classes = ['pipeline-node', `pipeline-node-${step?.tone ?? 'idle'}`];
  if (isData(node)) classes.push('pipeline-node-data');
  if (mark) classes.push(`pipeline-node-${mark}`);
  if (isChosen) classes.push('is-chosen');
  if (isCurrent) classes.push('is-current');
  if (isHit) classes.push('is-hit');
  if (isCritical) classes.push('is-critical');
  return (
    <div
      id={elementId(node.key)}
      className={classes.join(' ')}
      data-node={node.key}
      data-state={step?.state}
      style={size}
    >
      <div className="pipeline-node-head">
        <Icon name={ICONS[node.kind]} className="icon-sm" />
        <span
          className="pipeline-node-title"
          title={[node.title, node.detail, node.comment].filter(Boolean).join('\n')}
        >
          {node.title}
        </span>
        {step && step.attempt > 1 && (
          <span className="count" title={t('Attempt {count}', { count: step.attempt })}>
            {step.attempt}
          </span>
        )}
      </div>
      {!isData(node) && (
        <div className="pipeline-node-foot">
          {mark ? (
            <span className={`pipeline-mark pipeline-mark-${mark}`}>{markText(mark)}</span>
          ) : (
            <span className={`status status-${step?.tone ?? 'idle'}`} title={step?.reason}>
              {step?.state_text ?? ''}
            </span>
          )}
          {seconds !== null && !mark && <span className="pipeline-node-time">{duration(seconds)}</span>}
          {step?.reused && step.run_url && !mark && (
            <a
              className="pipeline-node-reused"
              href={step.run_url}
              title={t('The run that is used again')}
              tabIndex={-1}
            >
              <Icon name="refresh" className="icon-sm" />
              <span className="visually-hidden">{t('The run that is used again')}</span>
            </a>
          )}
        </div>
      )}
      {ports ?? (
        <>
          <Ports ports={node.inputs} width={size.width} side="in" />
          <Ports ports={node.outputs} width={size.width} side="out" />
        </>
      )}
    </div>
  );
}

/** A node of a canvas that shows a run. */
export const StepNode = memo(function StepNode({ data }: NodeProps<FlowNode>): ReactElement {
  const { node } = data;
  const { store, marks, chosen, current, hits, critical } = useContext(Looks);
  return (
    <NodeCard
      node={node}
      step={useStep(store, node.key)}
      mark={marks[node.key]}
      isChosen={chosen === node.key}
      isCurrent={current === node.key}
      isHit={hits?.has(node.key) ?? false}
      isCritical={critical.has(node.key)}
    />
  );
});
