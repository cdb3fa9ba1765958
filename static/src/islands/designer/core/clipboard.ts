/** Nodes on their way from one canvas to another, or to the same: JSON in the system's clipboard. Pure. */
import {
  freshKey,
  fullDocument,
  isFromNode,
  isFromPipeline,
  type Document,
  type DraftNode,
  type Frame,
  type Input,
  type PipelineInput,
} from './document.ts';
import type { Place } from './operations.ts';
import type { Patch } from './patch.ts';

const MARK = 'open-ml-studio/designer';

export type Clip = Pick<Document, 'nodes' | 'frames' | 'inputs'>;

/** What is copied; edges to what stays behind are left out. */
export function copied(document: Document, keys: ReadonlySet<string>): Clip {
  const nodes: Record<string, DraftNode> = {};
  const inputs: Record<string, PipelineInput> = {};
  for (const key of keys) {
    const node = document.nodes[key];
    if (!node) continue;
    const kept = Object.entries(node.inputs).filter(([, given]) => !isFromNode(given) || keys.has(given.node));
    nodes[key] = { ...node, inputs: Object.fromEntries(kept) };
    for (const [, given] of kept) {
      const declared = isFromPipeline(given) ? document.inputs[given.pipeline] : undefined;
      if (declared && isFromPipeline(given)) inputs[given.pipeline] = declared;
    }
  }
  const frames: Record<string, Frame> = {};
  for (const key of keys) {
    const frame = document.frames[key];
    if (frame) frames[key] = frame;
  }
  return { nodes, frames, inputs };
}

export function written(clip: Clip): string {
  return JSON.stringify({ kind: MARK, ...clip }, null, 1);
}

/** Read the text of a clipboard; null where it is something else. */
export function read(text: string): Clip | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found !== 'object' || found === null || (found as { kind?: unknown }).kind !== MARK) return null;
  const { nodes, frames, inputs } = fullDocument(found);
  const isPlace = (at: readonly unknown[]): boolean => at.length === 2 && at.every((one) => typeof one === 'number');
  const isSound =
    Object.values(nodes).every((node) => typeof node.component === 'string' && isPlace(node.position)) &&
    Object.values(frames).every((frame) => isPlace(frame.position) && isPlace(frame.size));
  return isSound ? { nodes, frames, inputs } : null;
}

/** Put a clip into a document, with keys of its own. A pipeline parameter that is there under the same name is used. */
export function pasted(document: Document, clip: Clip, [right, down]: Place): { keys: string[]; patch: Patch } {
  const taken = new Set([...Object.keys(document.nodes), ...Object.keys(document.frames)]);
  const names = new Map<string, string>();
  for (const key of [...Object.keys(clip.nodes), ...Object.keys(clip.frames)]) {
    const fresh = freshKey(key.replace(/_\d+$/, ''), (one) => taken.has(one));
    taken.add(fresh);
    names.set(key, fresh);
  }
  const moved = ([x, y]: Place): [number, number] => [Math.round(x + right), Math.round(y + down)];
  const renamed = (given: Input): Input =>
    isFromNode(given) ? { ...given, node: names.get(given.node) ?? given.node } : given;
  const nodes = Object.entries(clip.nodes).map(([key, node]) => [
    names.get(key),
    {
      ...node,
      position: moved(node.position),
      inputs: Object.fromEntries(Object.entries(node.inputs).map(([name, given]) => [name, renamed(given)])),
    },
  ]);
  const frames = Object.entries(clip.frames).map(([key, frame]) => [
    names.get(key),
    { ...frame, position: moved(frame.position) },
  ]);
  const inputs = Object.entries(clip.inputs).filter(([name]) => !(name in document.inputs));
  return {
    keys: [...names.values()],
    patch: {
      nodes: Object.fromEntries(nodes) as Record<string, DraftNode>,
      frames: Object.fromEntries(frames) as Record<string, Frame>,
      inputs: Object.fromEntries(inputs),
    },
  };
}

/** The upper left corner of all that is in a clip. */
export function cornerOf(clip: Clip): Place {
  const all = [...Object.values(clip.nodes), ...Object.values(clip.frames)].map((one) => one.position);
  return [Math.min(...all.map(([x]) => x)), Math.min(...all.map(([, y]) => y))];
}
