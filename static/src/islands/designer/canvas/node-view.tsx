import { Handle, Position, type NodeProps } from '@xyflow/react';
import { memo, useContext, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { DATA_SIZE, NODE_SIZE, NodeCard, portPlaces } from '../../pipeline-graph/canvas/node.tsx';
import { isData } from '../../pipeline-graph/core/types.ts';
import { useStep } from '../../pipeline-graph/hooks.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { portTitle, typeTitle } from '../core/connecting.ts';
import type { PortDeclaration } from '../core/palette.ts';
import type { DraftFlowNode, NodeData } from './flow.ts';
import { Canvased } from './state.ts';

export function portWords(port: PortDeclaration, bound = ''): string {
  const words = [port.type ? `${portTitle(port)} (${typeTitle(port.type)})` : portTitle(port)];
  if (bound) words.push(t('from the pipeline’s input “{name}”', { name: bound }));
  else if (port.optional && port.type) words.push(t('optional'));
  return words.join(', ');
}

/** A node that can be connected. */
export const NodeView = memo(function NodeView({ data, selected }: NodeProps<DraftFlowNode>): ReactElement {
  const { node } = data;
  const { steps, worst, current } = useContext(Canvased);
  const fault = worst.get(node.key);
  return (
    <NodeCard
      node={node}
      step={useStep(steps, node.key)}
      isChosen={selected}
      isCurrent={current === node.key}
      ports={
        <>
          {fault && (
            <span
              className={`designer-fault designer-fault-${fault}`}
              title={fault === 'error' ? t('Something is wrong here') : t('There is a warning here')}
            >
              <Icon name={fault === 'error' ? 'error' : 'alert'} className="icon-sm" />
            </span>
          )}
          <Ports data={data} ports={data.inputs} side="in" />
          <Ports data={data} ports={data.outputs} side="out" />
        </>
      }
    />
  );
});

function Ports({ data, ports, side }: { data: NodeData; ports: PortDeclaration[]; side: 'in' | 'out' }): ReactElement {
  const { fitting, canEdit } = useContext(Canvased);
  const { width } = isData(data.node) ? DATA_SIZE : NODE_SIZE;
  const places = portPlaces(ports.length, width);
  const type = side === 'in' ? 'target' : 'source';
  return (
    <>
      {ports.map((port, place) => {
        const bound = side === 'in' ? (data.bound[port.name] ?? '') : '';
        const classes = [`canvas-port canvas-port-${side}`];
        if (fitting && side === 'in') {
          classes.push(fitting.has(`${data.node.key} ${port.name}`) ? 'is-fitting' : 'is-unfitting');
        }
        if (bound) classes.push('is-bound');
        return (
          <Handle
            key={port.name}
            id={`${type}:${port.name}`}
            type={type}
            position={side === 'in' ? Position.Top : Position.Bottom}
            isConnectable={canEdit}
            className={classes.join(' ')}
            style={{ left: places[place] }}
            title={portWords(port, bound)}
          />
        );
      })}
    </>
  );
}
