/** What parameters of nodes are given, and how they become the pipeline's own. Pure. */
import type { Column } from '../core/checks.ts';
import {
  freshKey,
  isFromNode,
  isFromPipeline,
  isLiteral,
  type Document,
  type DraftNode,
  type PipelineInput,
} from '../core/document.ts';
import { setInput } from '../core/operations.ts';
import type { ParameterDeclaration, ParameterKind } from '../core/palette.ts';
import type { Patch } from '../core/patch.ts';

const TYPES: Partial<Record<ParameterKind, string>> = { int: 'integer', float: 'number', bool: 'boolean' };

/** The type that a pipeline parameter has which stands for a parameter of this kind. */
export function inputType(kind: ParameterKind): string {
  return TYPES[kind] ?? 'string';
}

/** What each parameter of a node is given, as far as that is known before the pipeline is submitted. */
export function givenValues(document: Document, node: DraftNode): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, given] of Object.entries(node.inputs)) {
    if (isLiteral(given)) values[name] = given.value;
    else if (isFromPipeline(given)) values[name] = document.inputs[given.pipeline]?.default;
  }
  return values;
}

/** The pipeline parameter that would stand for a value; texts for what graphs have no type of their own for. */
export function asPipelineInput(parameter: ParameterDeclaration, value: unknown): PipelineInput {
  const type = inputType(parameter.kind);
  const hasValue = value !== null && value !== undefined && value !== '';
  const text = typeof value === 'object' ? JSON.stringify(value) : value;
  return { type, description: parameter.title, ...(hasValue && { default: text }) };
}

/** The columns that will arrive at a port; null where that is not known. */
export function arriving(
  schemas: Readonly<Record<string, Readonly<Record<string, readonly Column[] | null>>>>,
  node: DraftNode,
  port: string | undefined,
): readonly Column[] | null {
  const given = port ? node.inputs[port] : undefined;
  return isFromNode(given) ? (schemas[given.node]?.[given.output] ?? null) : null;
}

/** Which parameters of which nodes a pipeline parameter is given to. */
export function usesOf(document: Document, name: string): { node: string; input: string }[] {
  return Object.entries(document.nodes).flatMap(([node, { inputs }]) =>
    Object.entries(inputs).flatMap(([input, given]) =>
      isFromPipeline(given) && given.pipeline === name ? [{ node, input }] : [],
    ),
  );
}

/** Give a pipeline parameter another name, with all that it is given to. What cannot be a name becomes one. */
export function renameInput(document: Document, name: string, wanted: string): Patch {
  const declared = document.inputs[name];
  const chosen = freshKey(wanted, (one) => one !== name && one in document.inputs);
  if (!declared || chosen === name || !wanted.trim()) return {};
  let nodes = document.nodes;
  const changed: Record<string, DraftNode> = {};
  for (const { node, input } of usesOf(document, name)) {
    const patch = setInput({ ...document, nodes }, node, input, { pipeline: chosen });
    nodes = { ...nodes, ...(patch.nodes as Record<string, DraftNode>) };
    const after = nodes[node];
    if (after) changed[node] = after;
  }
  return { nodes: changed, inputs: { [name]: null, [chosen]: declared } };
}
