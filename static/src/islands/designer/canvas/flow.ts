/** From a draft to what React Flow shows. What has not changed stays the same object, so that it is not drawn anew. */
import { Position, type Node } from '@xyflow/react';

import type { FlowEdge } from '../../pipeline-graph/canvas/edge.tsx';
import { DATA_SIZE, NODE_SIZE, portPlaces } from '../../pipeline-graph/canvas/node.tsx';
import type { GraphNode } from '../../pipeline-graph/core/types.ts';
import type { Size } from '../../pipeline-graph/core/viewport.ts';
import { titleOf } from '../core/connecting.ts';
import { edgesOf, isDataNode, isFromPipeline, type Document, type DraftNode, type Frame } from '../core/document.ts';
import type { Catalog, Declaration, PortDeclaration } from '../core/palette.ts';

export interface NodeData extends Record<string, unknown> {
  node: GraphNode;
  inputs: PortDeclaration[];
  outputs: PortDeclaration[];
  /** Inputs that get what the pipeline is given. */
  bound: Record<string, string>;
}

export type DraftFlowNode = Node<NodeData, 'draft'>;
export type FrameFlowNode = Node<{ frame: Frame }, 'frame'>;
export type CanvasNode = DraftFlowNode | FrameFlowNode;

export function sizeOf(document: Document, key: string): Size {
  const node = document.nodes[key];
  if (node) return isDataNode(node) ? DATA_SIZE : NODE_SIZE;
  const [width, height] = document.frames[key]?.size ?? [0, 0];
  return { width, height };
}

interface Made {
  declared: Declaration | undefined;
  used: string;
  flow: DraftFlowNode;
}

/** Makes nodes and edges of documents, one after the other. */
export class FlowMaker {
  private readonly nodes = new WeakMap<DraftNode, Made>();
  private readonly frames = new WeakMap<Frame, FrameFlowNode>();

  constructor(private readonly catalog: Catalog) {}

  nodesOf(document: Document): CanvasNode[] {
    const used = usedOutputs(document);
    const frames = Object.entries(document.frames).map(([key, frame]) => this.frame(key, frame));
    const nodes = Object.entries(document.nodes).map(([key, node]) => this.node(key, node, used.get(key) ?? []));
    return [...frames, ...nodes];
  }

  edgesOf(document: Document): FlowEdge[] {
    return edgesOf(document).map(({ from, to }) => ({
      id: edgeId(to.node, to.input),
      type: 'way',
      source: from.node,
      target: to.node,
      sourceHandle: `source:${from.output}`,
      targetHandle: `target:${to.input}`,
      data: { way: [], isOrder: false },
    }));
  }

  private frame(key: string, frame: Frame): FrameFlowNode {
    const found = this.frames.get(frame);
    if (found?.id === key) return found;
    const [x, y] = frame.position;
    const [width, height] = frame.size;
    const made: FrameFlowNode = {
      id: key,
      type: 'frame',
      position: { x, y },
      width,
      height,
      measured: { width, height },
      zIndex: -1,
      data: { frame },
    };
    this.frames.set(frame, made);
    return made;
  }

  private node(key: string, node: DraftNode, used: readonly string[]): DraftFlowNode {
    const declared = this.catalog.of(node);
    const found = this.nodes.get(node);
    const outputsUsed = used.join('\n');
    if (found?.flow.id === key && found.declared === declared && found.used === outputsUsed) return found.flow;
    const inputs = withUsed(declared?.inputs ?? [], portsFilled(node, declared));
    const outputs = withUsed(declared?.outputs ?? [], used);
    const isData = isDataNode(node);
    const size = isData ? DATA_SIZE : NODE_SIZE;
    const [x, y] = node.position;
    const bound = Object.entries(node.inputs).flatMap(([name, given]) =>
      isFromPipeline(given) ? [[name, given.pipeline] as const] : [],
    );
    const flow: DraftFlowNode = {
      id: key,
      type: 'draft',
      position: { x, y },
      ...size,
      measured: size,
      handles: [
        ...handles(inputs, 'target', size.width, 0, Position.Top),
        ...handles(outputs, 'source', size.width, size.height, Position.Bottom),
      ],
      data: {
        node: {
          key,
          kind: isData ? 'data' : node.component.startsWith('builtin:') ? 'builtin' : 'command',
          title: titleOf(this.catalog, node),
          detail: declared ? (node.title ? declared.title : declared.category) : '',
          comment: node.comment,
          inputs,
          outputs,
          position: [x, y],
          url: declared?.url ?? '',
        },
        inputs,
        outputs,
        bound: Object.fromEntries(bound),
      },
    };
    this.nodes.set(node, { declared, used: outputsUsed, flow });
    return flow;
  }
}

export function edgeId(node: string, input: string): string {
  return `${node} ${input}`;
}

function handles(
  ports: readonly PortDeclaration[],
  type: 'source' | 'target',
  width: number,
  y: number,
  position: Position,
): NonNullable<DraftFlowNode['handles']> {
  const places = portPlaces(ports.length, width);
  return ports.map((port, place) => ({
    id: `${type}:${port.name}`,
    type,
    position,
    x: places[place] ?? 0,
    y,
    width: 0,
    height: 0,
  }));
}

/** Which outputs of each node others read. */
function usedOutputs(document: Document): Map<string, string[]> {
  const used = new Map<string, string[]>();
  for (const { from } of edgesOf(document)) {
    const names = used.get(from.node) ?? [];
    if (!names.includes(from.output)) used.set(from.node, [...names, from.output]);
  }
  return used;
}

/** The inputs that edges lead to. */
function portsFilled(node: DraftNode, declared: Declaration | undefined): string[] {
  const parameters = new Set(declared?.parameters.map((parameter) => parameter.name));
  return Object.entries(node.inputs).flatMap(([name, given]) =>
    'node' in given && !parameters.has(name) ? [name] : [],
  );
}

/** Ports that edges name although nobody declares them are drawn too: an edge has to end somewhere. */
function withUsed(declared: readonly PortDeclaration[], used: readonly string[]): PortDeclaration[] {
  const names = new Set(declared.map((port) => port.name));
  const more = used.filter((name) => !names.has(name));
  return [...declared, ...more.map((name) => ({ name, title: name, type: '', optional: true }))];
}
