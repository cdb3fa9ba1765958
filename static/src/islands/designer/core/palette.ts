/** What can stand on a canvas: built-in components, registered ones, and data. As the server declares them. Pure. */
import type { DraftNode } from './document.ts';

export interface PortDeclaration {
  name: string;
  title: string;
  type: string;
  optional: boolean;
}

export type ParameterKind =
  'int' | 'float' | 'bool' | 'text' | 'lines' | 'script' | 'choice' | 'numbers' | 'columns' | 'column';

export interface ParameterDeclaration {
  name: string;
  title: string;
  kind: ParameterKind;
  default: unknown;
  required: boolean;
  help?: string;
  minimum?: number;
  maximum?: number;
  choices?: string[];
  /** The input whose columns are chosen from. */
  port?: string;
  language?: string;
  /** With which values of others it means anything: all of them, or one. */
  when?: { all: boolean; of: { parameter: string; values: unknown[] }[] };
}

/** A component as the palette and the properties show it. */
export interface Declaration {
  /** As nodes name it, without a version where it is built in: `builtin:split_data`, `component:train:3`. */
  reference: string;
  kind: 'builtin' | 'component' | 'data';
  name: string;
  version: string;
  title: string;
  category: string;
  help: string;
  inputs: PortDeclaration[];
  outputs: PortDeclaration[];
  parameters: ParameterDeclaration[];
  /** Of data: what kind it is, and its page. */
  type: string;
  url: string;
}

/** What the server sends of a built-in component. */
export type BuiltinDeclaration = Omit<Declaration, 'reference' | 'kind' | 'type' | 'url'>;

export const DATA_OUTPUT = 'data';

export function builtin(declared: BuiltinDeclaration): Declaration {
  return { ...declared, reference: `builtin:${declared.name}`, kind: 'builtin', type: '', url: '' };
}

/** A dataset: one output, nothing to set. */
export function dataset(reference: string, title: string, type: string, url = '', help = ''): Declaration {
  const name = title.replace(/:[^:]*$/, '');
  return {
    reference,
    kind: 'data',
    name,
    version: '',
    title,
    category: '',
    help,
    inputs: [],
    outputs: [{ name: DATA_OUTPUT, title: '', type, optional: false }],
    parameters: [],
    type,
    url,
  };
}

/** Built-in components are known without their version: a draft names none, or one that was saved. */
function plain(reference: string): string {
  return reference.startsWith('builtin:') ? reference.split(':').slice(0, 2).join(':') : reference;
}

/** All that is known of what nodes can be. It grows while a palette is searched and drafts are opened. */
export class Catalog {
  private readonly known = new Map<string, Declaration>();

  constructor(
    /** Categories of built-in components, in their order. */
    readonly categories: readonly string[] = [],
    declarations: readonly Declaration[] = [],
  ) {
    for (const declaration of declarations) this.add(declaration);
  }

  add(declaration: Declaration): void {
    this.known.set(plain(declaration.reference), declaration);
  }

  get builtins(): Declaration[] {
    return [...this.known.values()].filter((declaration) => declaration.kind === 'builtin');
  }

  get(reference: string): Declaration | undefined {
    return this.known.get(plain(reference));
  }

  /** What a node carries out. Of data that the catalog does not know the node itself says enough. */
  of(node: DraftNode): Declaration | undefined {
    const found = this.get(node.component);
    if (found ?? !node.component.startsWith('data:')) return found;
    return dataset(node.component, dataTitle(node.component), node.type || 'uri_folder');
  }
}

/** What data is called in a draft that only names it: `people:2` of `data:azureml:people:2`, else the path's last part. */
export function dataTitle(component: string): string {
  const path = component.replace(/^data:/, '');
  return path.startsWith('azureml:') && !path.startsWith('azureml://')
    ? path.slice('azureml:'.length)
    : (path.split('/').filter(Boolean).at(-1) ?? path);
}

const MODELS = new Set(['mlflow_model', 'custom_model', 'triton_model', 'safe_model']);
const DATA = new Set(['uri_file', 'uri_folder', 'mltable', ...MODELS]);
const LITERALS = new Set(['string', 'number', 'integer', 'boolean']);
const ANY_FOLDER = new Set(['uri_folder', 'AnyDirectory']);
const ANY_FILE = new Set(['uri_file', 'AnyFile']);
const FILES = new Set([...ANY_FILE, 'ZipFile', 'custom_model']);

/** Whether what leaves a port can go into another, as the server decides it (`apps/pipelines/graph/kinds.py`). */
export function fits(given: string, wanted: string, isData: boolean): boolean {
  if (given === wanted) return true;
  if (LITERALS.has(given) || LITERALS.has(wanted)) return false;
  if (isData && (!DATA.has(wanted) || (given === 'uri_file' && ANY_FOLDER.has(wanted)))) return true;
  if (ANY_FOLDER.has(wanted) || ANY_FOLDER.has(given)) {
    const other = ANY_FOLDER.has(wanted) ? given : wanted;
    return !FILES.has(other) || other === 'custom_model';
  }
  if (ANY_FILE.has(wanted) || ANY_FILE.has(given)) return FILES.has(given) && FILES.has(wanted);
  return MODELS.has(given) && MODELS.has(wanted);
}
