import { BaseEdge, type EdgeProps } from '@xyflow/react';
import { memo, type ReactElement } from 'react';

import { pathOf, type FlowEdge } from '../../pipeline-graph/canvas/edge.tsx';

/** So wide is the strip round a line on which it can be clicked. */
const TOUCH_WIDTH = 14;

export const EdgeView = memo(function EdgeView(props: EdgeProps<FlowEdge>): ReactElement {
  const { id, sourceX, sourceY, targetX, targetY, selected } = props;
  const path = pathOf([
    { x: sourceX, y: sourceY },
    { x: targetX, y: targetY },
  ]);
  return (
    <BaseEdge
      id={id}
      path={path}
      className={`pipeline-edge${selected ? ' is-chosen' : ''}`}
      interactionWidth={TOUCH_WIDTH}
    />
  );
});
