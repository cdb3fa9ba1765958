/** What a draft holds: nodes, what flows between them, and how they are laid out. As the server stores it. Pure. */

export interface FromNode {
  node: string;
  output: string;
}

export interface FromPipeline {
  pipeline: string;
}

export interface Literal {
  value: unknown;
}

/** What an input port or a parameter is given. */
export type Input = Literal | FromNode | FromPipeline;

export interface DraftNode {
  /** `builtin:split_data:1`, `component:train:3` or `data:azureml:people:2`. */
  readonly component: string;
  /** Empty: that of the component. */
  readonly title: string;
  readonly inputs: Readonly<Record<string, Input>>;
  /** The upper left corner, in pixels of the canvas. */
  readonly position: readonly [number, number];
  readonly comment: string;
  readonly compute: string;
  readonly environment: string | null;
  readonly timeout_s: number | null;
  readonly force_rerun: boolean;
  /** Of data only: `uri_file`, `uri_folder`, `mltable`. */
  readonly type: string;
}

export interface PipelineInput {
  readonly type: string;
  readonly default?: unknown;
  readonly description?: string;
}

/** A rectangle with words behind the nodes. */
export interface Frame {
  readonly text: string;
  readonly position: readonly [number, number];
  readonly size: readonly [number, number];
}

export interface DraftSettings {
  readonly default_compute: string;
  readonly default_datastore: string;
  readonly continue_on_step_failure: boolean;
  readonly force_rerun: boolean;
}

export interface Document {
  readonly nodes: Readonly<Record<string, DraftNode>>;
  readonly inputs: Readonly<Record<string, PipelineInput>>;
  readonly outputs: Readonly<Record<string, FromNode>>;
  readonly frames: Readonly<Record<string, Frame>>;
  readonly settings: DraftSettings;
}

/** The sections whose members are changed one by one. */
export const SECTIONS = ['nodes', 'inputs', 'outputs', 'frames'] as const;
export type Section = (typeof SECTIONS)[number];

export const NODE_DEFAULTS: Omit<DraftNode, 'component'> = {
  title: '',
  inputs: {},
  position: [0, 0],
  comment: '',
  compute: '',
  environment: null,
  timeout_s: null,
  force_rerun: false,
  type: '',
};

export const SETTINGS_DEFAULTS: DraftSettings = {
  default_compute: '',
  default_datastore: '',
  continue_on_step_failure: false,
  force_rerun: false,
};

export const EMPTY: Document = { nodes: {}, inputs: {}, outputs: {}, frames: {}, settings: SETTINGS_DEFAULTS };

/** A node as the server sends it, which leaves out what is as ever. */
export type StoredNode = Partial<DraftNode> & Pick<DraftNode, 'component'>;
export type StoredDocument = Partial<Omit<Document, 'nodes' | 'settings'>> & {
  nodes?: Record<string, StoredNode>;
  settings?: Partial<DraftSettings>;
};

export function fullNode(stored: StoredNode): DraftNode {
  return { ...NODE_DEFAULTS, ...stored };
}

/** Leave out what is as ever. */
export function storedNode(node: DraftNode): StoredNode {
  const entries = Object.entries(node).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(NODE_DEFAULTS[name as keyof typeof NODE_DEFAULTS]),
  );
  return { position: node.position, ...Object.fromEntries(entries) } as StoredNode;
}

export function fullDocument(stored: StoredDocument): Document {
  const nodes = Object.entries(stored.nodes ?? {}).map(([key, node]) => [key, fullNode(node)] as const);
  return {
    nodes: Object.fromEntries(nodes),
    inputs: stored.inputs ?? {},
    outputs: stored.outputs ?? {},
    frames: stored.frames ?? {},
    settings: { ...SETTINGS_DEFAULTS, ...stored.settings },
  };
}

export function isFromNode(input: Input | undefined): input is FromNode {
  return input !== undefined && 'node' in input;
}

export function isFromPipeline(input: Input | undefined): input is FromPipeline {
  return input !== undefined && 'pipeline' in input;
}

export function isLiteral(input: Input | undefined): input is Literal {
  return input !== undefined && 'value' in input;
}

export function isDataNode(node: DraftNode): boolean {
  return node.component.startsWith('data:');
}

/** An edge: from an output to the input that it fills. */
export interface Edge {
  from: FromNode;
  to: { node: string; input: string };
}

/** What leads from where to where, as far as both ends are there. */
export function edgesOf(document: Document): Edge[] {
  const edges: Edge[] = [];
  for (const [key, node] of Object.entries(document.nodes)) {
    for (const [input, given] of Object.entries(node.inputs)) {
      if (isFromNode(given) && document.nodes[given.node]) edges.push({ from: given, to: { node: key, input } });
    }
  }
  return edges;
}

/** A key for a node of this name that nothing has yet: `split_data`, then `split_data_2`. */
export function freshKey(wanted: string, taken: (key: string) => boolean): string {
  const base = wanted.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '') || 'node';
  let key = base;
  for (let count = 2; taken(key); count += 1) key = `${base}_${count}`;
  return key;
}
