/** Edits of a draft. Each looks at the document and answers with a patch; none changes anything itself. Pure. */
import { layered } from '../../pipeline-graph/core/layout.ts';
import type { Size } from '../../pipeline-graph/core/viewport.ts';
import type { InputEnd } from './connecting.ts';
import {
  edgesOf,
  freshKey,
  isFromNode,
  isFromPipeline,
  NODE_DEFAULTS,
  type Document,
  type DraftNode,
  type Frame,
  type FromNode,
  type Input,
  type PipelineInput,
} from './document.ts';
import type { Declaration } from './palette.ts';
import type { Patch } from './patch.ts';

export type Place = readonly [x: number, y: number];
export type SizeOf = (key: string) => Size;

function isTaken(document: Document): (key: string) => boolean {
  return (key) => key in document.nodes || key in document.frames;
}

/** Put a component or data on the canvas. */
export function add(document: Document, declared: Declaration, position: Place): { key: string; patch: Patch } {
  const key = freshKey(declared.name, isTaken(document));
  const component = declared.kind === 'builtin' ? `${declared.reference}:${declared.version}` : declared.reference;
  const node = { ...NODE_DEFAULTS, component, position: rounded(position), type: declared.type };
  return { key, patch: { nodes: { [key]: node } } };
}

/** Change fields of a node. */
export function setFields(document: Document, key: string, fields: Partial<Omit<DraftNode, 'component'>>): Patch {
  const node = document.nodes[key];
  return node ? { nodes: { [key]: { ...node, ...fields } } } : {};
}

/** Give an input port or a parameter something; undefined: nothing, so that its default counts. */
export function setInput(document: Document, key: string, name: string, given: Input | undefined): Patch {
  const node = document.nodes[key];
  if (!node) return {};
  const rest = without(node.inputs, name);
  return { nodes: { [key]: { ...node, inputs: given === undefined ? rest : { ...rest, [name]: given } } } };
}

export function setParameter(document: Document, key: string, name: string, value: unknown): Patch {
  return setInput(document, key, name, value === undefined ? undefined : { value });
}

export function connect(document: Document, from: FromNode, to: InputEnd): Patch {
  return setInput(document, to.node, to.input, { node: from.node, output: from.output });
}

export function disconnect(document: Document, ends: readonly InputEnd[]): Patch {
  const nodes: Record<string, DraftNode> = {};
  for (const { node: key, input } of ends) {
    const node = nodes[key] ?? document.nodes[key];
    if (!node) continue;
    nodes[key] = { ...node, inputs: without(node.inputs, input) };
  }
  return { nodes };
}

/** Take nodes and frames away, with all that leads to or from them. */
export function remove(document: Document, keys: ReadonlySet<string>): Patch {
  const nodes: Record<string, DraftNode | null> = {};
  const frames: Record<string, null> = {};
  const outputs: Record<string, null> = {};
  for (const [key, node] of Object.entries(document.nodes)) {
    if (keys.has(key)) {
      nodes[key] = null;
      continue;
    }
    const kept = Object.entries(node.inputs).filter(([, given]) => !(isFromNode(given) && keys.has(given.node)));
    if (kept.length < Object.keys(node.inputs).length) nodes[key] = { ...node, inputs: Object.fromEntries(kept) };
  }
  for (const key of Object.keys(document.frames)) if (keys.has(key)) frames[key] = null;
  for (const [name, output] of Object.entries(document.outputs)) if (keys.has(output.node)) outputs[name] = null;
  return { nodes, frames, outputs };
}

/** Put nodes and frames where they are wanted. */
export function place(document: Document, places: ReadonlyMap<string, Place>): Patch {
  const nodes: Record<string, DraftNode> = {};
  const frames: Record<string, Frame> = {};
  for (const [key, position] of places) {
    const [node, frame] = [document.nodes[key], document.frames[key]];
    if (node) nodes[key] = { ...node, position: rounded(position) };
    if (frame) frames[key] = { ...frame, position: rounded(position) };
  }
  return { nodes, frames };
}

export function moveBy(document: Document, keys: Iterable<string>, [right, down]: Place): Patch {
  const places = new Map<string, Place>();
  for (const key of keys) {
    const at = (document.nodes[key] ?? document.frames[key])?.position;
    if (at) places.set(key, [at[0] + right, at[1] + down]);
  }
  return place(document, places);
}

export const ALIGNMENTS = ['left', 'center', 'right', 'top', 'middle', 'bottom'] as const;
export type Alignment = (typeof ALIGNMENTS)[number];

/** Bring nodes into one line. */
export function align(document: Document, keys: Iterable<string>, to: Alignment, sizeOf: SizeOf): Patch {
  const boxes = [...keys].flatMap((key) => {
    const at = (document.nodes[key] ?? document.frames[key])?.position;
    return at ? [{ key, x: at[0], y: at[1], ...sizeOf(key) }] : [];
  });
  if (boxes.length < 2) return {};
  const isAcross = to === 'left' || to === 'center' || to === 'right';
  const part = to === 'left' || to === 'top' ? 0 : to === 'center' || to === 'middle' ? 0.5 : 1;
  const low = (box: (typeof boxes)[number]): number => (isAcross ? box.x : box.y);
  const long = (box: (typeof boxes)[number]): number => (isAcross ? box.width : box.height);
  const [from, upTo] = [Math.min(...boxes.map(low)), Math.max(...boxes.map((box) => low(box) + long(box)))];
  const line = from + (upTo - from) * part;
  return place(
    document,
    new Map(
      boxes.map((box) => {
        const at = line - long(box) * part;
        return [box.key, isAcross ? [at, box.y] : [box.x, at]];
      }),
    ),
  );
}

/** Lay all nodes out anew. */
export function arrange(document: Document, sizeOf: SizeOf): Patch {
  const boxes = Object.keys(document.nodes).map((key) => ({ id: key, ...sizeOf(key) }));
  const { places } = layered(
    boxes,
    edgesOf(document).map((edge) => ({ from: edge.from.node, to: edge.to.node })),
  );
  return place(document, new Map([...places].map(([key, { x, y }]) => [key, [x, y]])));
}

/** Draw a frame round nodes, or an empty one at a place. */
export function addFrame(
  document: Document,
  keys: Iterable<string>,
  at: Place,
  sizeOf: SizeOf,
): { key: string; patch: Patch } {
  const margin = { side: 24, top: 48 };
  const boxes = [...keys].flatMap((key) => {
    const node = document.nodes[key];
    return node ? [{ x: node.position[0], y: node.position[1], ...sizeOf(key) }] : [];
  });
  const key = freshKey('frame', isTaken(document));
  let [left, top, right, bottom] = [at[0], at[1], at[0] + 280, at[1] + 160];
  if (boxes.length) {
    left = Math.min(...boxes.map((box) => box.x)) - margin.side;
    top = Math.min(...boxes.map((box) => box.y)) - margin.top;
    right = Math.max(...boxes.map((box) => box.x + box.width)) + margin.side;
    bottom = Math.max(...boxes.map((box) => box.y + box.height)) + margin.side;
  }
  const frame = { text: '', position: rounded([left, top]), size: rounded([right - left, bottom - top]) };
  return { key, patch: { frames: { [key]: frame } } };
}

export function setFrame(document: Document, key: string, fields: Partial<Frame>): Patch {
  const frame = document.frames[key];
  return frame ? { frames: { [key]: { ...frame, ...fields } } } : {};
}

/** What lies within a frame, and moves with it. */
export function within(document: Document, key: string, sizeOf: SizeOf): string[] {
  const frame = document.frames[key];
  if (!frame) return [];
  const [left, top] = frame.position;
  const [right, bottom] = [left + frame.size[0], top + frame.size[1]];
  return Object.entries(document.nodes).flatMap(([one, node]) => {
    const [x, y] = node.position;
    const { width, height } = sizeOf(one);
    return x >= left && y >= top && x + width <= right && y + height <= bottom ? [one] : [];
  });
}

/** Let a parameter be set where the pipeline is submitted: it becomes one of the pipeline's. */
export function promote(
  document: Document,
  key: string,
  name: string,
  declared: PipelineInput,
): { name: string; patch: Patch } {
  const chosen = freshKey(name, (one) => one in document.inputs);
  const bound = setInput(document, key, name, { pipeline: chosen });
  return { name: chosen, patch: { ...bound, inputs: { [chosen]: declared } } };
}

/** Give a parameter a value of its own again; a pipeline parameter that nothing else uses goes. */
export function demote(document: Document, key: string, name: string): Patch {
  const given = document.nodes[key]?.inputs[name];
  if (!isFromPipeline(given)) return {};
  const declared = document.inputs[given.pipeline];
  const isUsed = Object.entries(document.nodes).some(([other, node]) =>
    Object.entries(node.inputs).some(
      ([input, one]) => isFromPipeline(one) && one.pipeline === given.pipeline && (other !== key || input !== name),
    ),
  );
  const patch = setParameter(document, key, name, declared?.default ?? undefined);
  return isUsed ? patch : { ...patch, inputs: { [given.pipeline]: null } };
}

function without(inputs: DraftNode['inputs'], name: string): Record<string, Input> {
  return Object.fromEntries(Object.entries(inputs).filter(([one]) => one !== name));
}

function rounded([x, y]: Place): [number, number] {
  return [Math.round(x), Math.round(y)];
}
