/** Changes of a document: for each key the whole new value, null where it goes. Pure. */
import {
  fullNode,
  SECTIONS,
  storedNode,
  type Document,
  type DraftNode,
  type DraftSettings,
  type Frame,
  type FromNode,
  type PipelineInput,
  type Section,
  type StoredNode,
} from './document.ts';

interface Values {
  nodes: DraftNode;
  inputs: PipelineInput;
  outputs: FromNode;
  frames: Frame;
}

/** Sections that are left out stay as they are. */
export type Patch = { readonly [S in Section]?: Readonly<Record<string, Values[S] | null>> } & {
  readonly settings?: Partial<DraftSettings>;
};

/** A patch as it is sent and received. */
export type StoredPatch = Omit<Patch, 'nodes'> & { nodes?: Record<string, StoredNode | null> };

/** What undoes a patch comes with what it makes. */
export interface Applied {
  document: Document;
  inverse: Patch;
}

export function apply(document: Document, patch: Patch): Applied {
  const made: Record<string, unknown> = { ...document };
  const inverse: Record<string, unknown> = {};
  for (const section of SECTIONS) {
    const changes = patch[section];
    if (!changes) continue;
    const before: Readonly<Record<string, unknown>> = document[section];
    const after: Record<string, unknown> = { ...before };
    const back: Record<string, unknown> = {};
    for (const [key, value] of Object.entries(changes)) {
      back[key] = Object.hasOwn(before, key) ? before[key] : null;
      if (value === null) Reflect.deleteProperty(after, key);
      else after[key] = value;
    }
    made[section] = after;
    inverse[section] = back;
  }
  if (patch.settings) {
    made['settings'] = { ...document.settings, ...patch.settings };
    inverse['settings'] = Object.fromEntries(
      Object.keys(patch.settings).map((name) => [name, document.settings[name as keyof DraftSettings]]),
    );
  }
  return { document: made as unknown as Document, inverse: inverse };
}

/** One patch that does what several do one after the other. */
export function compose(...patches: readonly Patch[]): Patch {
  const made: Record<string, Record<string, unknown>> = {};
  for (const patch of patches) {
    for (const [section, changes] of Object.entries(patch)) made[section] = { ...made[section], ...changes };
  }
  return made;
}

/** Where a patch changes something: section and key; of settings the field. */
export function placesOf(patch: Patch): string[] {
  return Object.entries(patch).flatMap(([section, changes]) =>
    Object.keys(changes as object).map((key) => placeOf(section, key)),
  );
}

export function placeOf(section: string, key: string): string {
  return `${section} ${key}`;
}

/** The part of a patch at places that are wanted. */
export function filtered(patch: Patch, isWanted: (place: string) => boolean): Patch {
  const sections = Object.entries(patch).flatMap(([section, changes]) => {
    const kept = Object.entries(changes as object).filter(([key]) => isWanted(placeOf(section, key)));
    return kept.length ? [[section, Object.fromEntries(kept)] as const] : [];
  });
  return Object.fromEntries(sections);
}

export function isEmpty(patch: Patch): boolean {
  return placesOf(patch).length === 0;
}

export function fullPatch(stored: StoredPatch): Patch {
  if (!stored.nodes) return stored as Patch;
  const nodes = Object.entries(stored.nodes).map(([key, node]) => [key, node && fullNode(node)] as const);
  return { ...stored, nodes: Object.fromEntries(nodes) };
}

export function storedPatch(patch: Patch): StoredPatch {
  const { nodes, ...rest } = patch;
  if (!nodes) return rest;
  return {
    ...rest,
    nodes: Object.fromEntries(Object.entries(nodes).map(([key, node]) => [key, node && storedNode(node)] as const)),
  };
}
