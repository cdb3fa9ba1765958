/** Which ports go together, and why others do not. Pure. */
import { t } from '../../../lib/strings.ts';
import { edgesOf, isDataNode, type Document, type DraftNode, type FromNode } from './document.ts';
import { fits, type Catalog, type PortDeclaration } from './palette.ts';

export interface InputEnd {
  node: string;
  input: string;
}

/** What a node is called on the canvas. */
export function titleOf(catalog: Catalog, node: DraftNode): string {
  return node.title || (catalog.of(node)?.title ?? node.component.replace(/^\w+:/, ''));
}

/** What a port is called: its title, else its name. */
export function portTitle(port: PortDeclaration): string {
  return port.title || port.name;
}

/** A type of data in words that people know. */
export function typeTitle(type: string): string {
  const titles: Record<string, string> = {
    DataFrameDirectory: t('Table'),
    AnyDirectory: t('Any files'),
    AnyFile: t('Any file'),
    ImageDirectory: t('Images'),
    UntrainedModelDirectory: t('Untrained model'),
    ModelDirectory: t('Trained model'),
    UntrainedClusteringModelDirectory: t('Untrained clustering model'),
    ClusteringModelDirectory: t('Trained clustering model'),
    TransformationDirectory: t('Transformation'),
    ZipFile: t('Zip file'),
    uri_file: t('File'),
    uri_folder: t('Folder'),
    mltable: t('Table'),
  };
  return titles[type] ?? type;
}

/** Why an output cannot go into an input, in a sentence; null where it can. What is already there would be replaced. */
export function refusal(document: Document, catalog: Catalog, from: FromNode, to: InputEnd): string | null {
  const [source, target] = [document.nodes[from.node], document.nodes[to.node]];
  if (!source || !target) return t('One of the two nodes is no longer there.');
  if (from.node === to.node) return t('A node cannot be connected with itself.');
  const output = catalog.of(source)?.outputs.find((port) => port.name === from.output);
  const input = catalog.of(target)?.inputs.find((port) => port.name === to.input);
  if (!output || !input) return t('One of the two ports is not known.');
  if (!fits(output.type, input.type, isDataNode(source))) {
    return t('“{output}” gives {given}; “{input}” takes {wanted}.', {
      output: portTitle(output) || titleOf(catalog, source),
      given: typeTitle(output.type),
      input: portTitle(input),
      wanted: typeTitle(input.type),
    });
  }
  if (reaches(document, to.node, from.node)) {
    return t('This would close a circle: “{source}” already needs what “{target}” leaves.', {
      source: titleOf(catalog, source),
      target: titleOf(catalog, target),
    });
  }
  return null;
}

/** Whether a way along edges leads from one node to another. */
export function reaches(document: Document, from: string, to: string): boolean {
  const after = new Map<string, string[]>();
  for (const edge of edgesOf(document)) after.set(edge.from.node, [...(after.get(edge.from.node) ?? []), edge.to.node]);
  const seen = new Set([from]);
  for (const key of seen) {
    if (key === to) return true;
    for (const next of after.get(key) ?? []) seen.add(next);
  }
  return false;
}

/** All inputs an output may go into, without those it fills already; free ones first. */
export function targetsOf(document: Document, catalog: Catalog, from: FromNode): InputEnd[] {
  const found = Object.entries(document.nodes).flatMap(([key, node]) =>
    (catalog.of(node)?.inputs ?? []).map((port) => ({ node: key, input: port.name })),
  );
  const taken = new Set(edgesOf(document).map(({ to }) => `${to.node} ${to.input}`));
  const own = new Set(
    edgesOf(document)
      .filter((edge) => edge.from.node === from.node && edge.from.output === from.output)
      .map(({ to }) => `${to.node} ${to.input}`),
  );
  const isTaken = (end: InputEnd): number => Number(taken.has(`${end.node} ${end.input}`));
  return found
    .filter((end) => !own.has(`${end.node} ${end.input}`) && refusal(document, catalog, from, end) === null)
    .sort((one, other) => isTaken(one) - isTaken(other));
}
