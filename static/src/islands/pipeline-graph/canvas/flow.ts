/** From a drawing to what React Flow shows, with all sizes known so that it need not measure. */
import { Position } from '@xyflow/react';

import { layered, type Point } from '../core/layout.ts';
import { isData, type Drawing, type GraphNode, type Port } from '../core/types.ts';
import type { Size } from '../core/viewport.ts';
import type { FlowEdge } from './edge.tsx';
import { DATA_SIZE, NODE_SIZE, portPlaces, type FlowNode } from './node.tsx';

export interface Flow {
  nodes: FlowNode[];
  edges: FlowEdge[];
  places: Map<string, Point>;
  size: Size;
}

type Handle = NonNullable<FlowNode['handles']>[number];

export function sizeOf(node: GraphNode): Size {
  return isData(node) ? DATA_SIZE : NODE_SIZE;
}

/** Where edges begin and end: at the ports, or in the middle where a node only waits for another. */
function handlesOf(node: GraphNode): Handle[] {
  const { width, height } = sizeOf(node);
  const side = (ports: readonly Port[], type: 'source' | 'target', y: number, position: Position): Handle[] => {
    const places = portPlaces(ports.length, width);
    const all = [...ports.map((port, place) => [port.name, places[place] ?? 0] as const), ['', width / 2] as const];
    return all.map(([name, x]) => ({ id: `${type}:${name}`, type, position, x, y, width: 0, height: 0 }));
  };
  return [...side(node.inputs, 'target', 0, Position.Top), ...side(node.outputs, 'source', height, Position.Bottom)];
}

/** Lay a drawing out; where its author has put every node, leave them there. */
export function flowOf({ nodes, edges }: Drawing): Flow {
  const links = edges.map(({ from, to }) => ({ from, to }));
  const isPlaced = nodes.length > 0 && nodes.every((node) => node.position);
  const { places, ways } = isPlaced
    ? { places: authored(nodes), ways: new Map<number, Point[]>() }
    : layered(nodes.map((node) => ({ id: node.key, ...sizeOf(node) })), links); // prettier-ignore
  let [width, height] = [0, 0];
  const flowNodes = nodes.map((node): FlowNode => {
    const size = sizeOf(node);
    const position = places.get(node.key) ?? { x: 0, y: 0 };
    width = Math.max(width, position.x + size.width);
    height = Math.max(height, position.y + size.height);
    return { id: node.key, type: 'step', position, ...size, measured: size, handles: handlesOf(node), data: { node } };
  });
  const known = new Map(nodes.map((node) => [node.key, node]));
  const flowEdges = edges.flatMap((edge, place): FlowEdge[] => {
    const [from, to] = [known.get(edge.from), known.get(edge.to)];
    if (!from || !to) return [];
    const isPort = (ports: readonly Port[], name: string): boolean => ports.some((port) => port.name === name);
    return [
      {
        id: `${edge.from}:${edge.output} ${edge.to}:${edge.input}`,
        type: 'way',
        source: edge.from,
        target: edge.to,
        sourceHandle: `source:${isPort(from.outputs, edge.output) ? edge.output : ''}`,
        targetHandle: `target:${isPort(to.inputs, edge.input) ? edge.input : ''}`,
        data: { way: ways.get(place) ?? [], isOrder: !edge.input },
      },
    ];
  });
  return { nodes: flowNodes, edges: flowEdges, places, size: { width, height } };
}

function authored(nodes: readonly GraphNode[]): Map<string, Point> {
  const left = Math.min(...nodes.map((node) => node.position?.[0] ?? 0));
  const top = Math.min(...nodes.map((node) => node.position?.[1] ?? 0));
  return new Map(
    nodes.map((node) => [node.key, { x: (node.position?.[0] ?? 0) - left, y: (node.position?.[1] ?? 0) - top }]),
  );
}
