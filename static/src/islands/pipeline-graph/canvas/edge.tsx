import { BaseEdge, type Edge, type EdgeProps } from '@xyflow/react';
import { memo, useContext, type ReactElement } from 'react';

import type { Point } from '../core/layout.ts';
import { Looks } from './looks.ts';

/** `way`: points that it passes; `isOrder`: nothing is handed on, one waits for the other. */
export type FlowEdge = Edge<{ way: Point[]; isOrder: boolean }, 'way'>;

/** A line through all points that leaves and reaches each of them upright. */
export function pathOf(points: readonly Point[]): string {
  return points
    .map(({ x, y }, place) => {
      const last = points[place - 1];
      if (!last) return `M${x},${y}`;
      const half = (last.y + y) / 2;
      return `C${last.x},${half} ${x},${half} ${x},${y}`;
    })
    .join(' ');
}

export const WayEdge = memo(function WayEdge(props: EdgeProps<FlowEdge>): ReactElement {
  const { chosen, critical } = useContext(Looks);
  const { source, target, sourceX, sourceY, targetX, targetY, data, id } = props;
  const path = pathOf([{ x: sourceX, y: sourceY }, ...(data?.way ?? []), { x: targetX, y: targetY }]);
  const classes = ['pipeline-edge'];
  if (data?.isOrder) classes.push('pipeline-edge-order');
  if (chosen === source || chosen === target) classes.push('is-chosen');
  if (critical.has(source) && critical.has(target)) classes.push('is-critical');
  return <BaseEdge id={id} path={path} className={classes.join(' ')} interactionWidth={0} />;
});
