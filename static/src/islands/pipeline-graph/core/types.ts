/** What a pipeline's graph is for those who draw it, and how far its steps are. As the server sends both. */

export type NodeKind = 'command' | 'parallel' | 'pipeline' | 'builtin' | 'data';
export type Tone = 'ok' | 'busy' | 'warn' | 'bad' | 'idle';

export interface Port {
  name: string;
  type: string;
}

export interface GraphNode {
  key: string;
  kind: NodeKind;
  title: string;
  /** What it carries out, such as `train:1`; of data, what kind it is. */
  detail: string;
  comment: string;
  inputs: Port[];
  outputs: Port[];
  /** Where its author put it; null: wherever it fits. */
  position: [number, number] | null;
  /** The page of data that has one. */
  url: string;
}

/** `output` and `input` are names of ports; both are empty where a node only waits for another. */
export interface GraphEdge {
  from: string;
  output: string;
  to: string;
  input: string;
  type: string;
}

export interface Drawing {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

/** Where a step stands. `word` says it in the reader's language; moments are ISO 8601. */
export interface Step {
  key: string;
  number: number;
  state: string;
  /** Of its run, which says more while it runs: `Queued`. */
  status: string;
  state_text: string;
  tone: Tone;
  reason: string;
  run: string | null;
  run_url: string;
  started_at: string | null;
  /** When the user's code began; until then it waited for a machine or was prepared. */
  began_at: string | null;
  ended_at: string | null;
  attempt: number;
  reused: boolean;
  compute: string;
  tags: string[];
}

/** The node that data of the workspace, or of the pipeline's inputs, is drawn as. */
export function isData(node: GraphNode): boolean {
  return node.kind === 'data';
}
