/** What the server found when it looked at a draft: faults, and the columns each port will have. */

export interface Fault {
  /** Key of the node; empty where it is about the whole draft. */
  node: string;
  /** The port or parameter, or another field of the node; empty where it is about all of it. */
  field: string;
  code: string;
  message: string;
  hint: string;
  level: 'error' | 'warning';
}

export interface Column {
  name: string;
  type: string;
  categorical?: boolean;
  role?: string;
}

export interface Checks {
  /** Of the draft that was looked at. */
  revision: number;
  faults: readonly Fault[];
  /** By node and output port; null where columns are not known before the run. */
  schemas: Readonly<Record<string, Readonly<Record<string, readonly Column[] | null>>>>;
}

export const NO_CHECKS: Checks = { revision: 0, faults: [], schemas: {} };

/** The worst of what is said of each node. */
export function worstOf(faults: readonly Fault[]): Map<string, Fault['level']> {
  const worst = new Map<string, Fault['level']>();
  for (const { node, level } of faults) if (worst.get(node) !== 'error') worst.set(node, level);
  return worst;
}
