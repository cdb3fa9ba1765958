import { createContext } from 'react';

import { StepStore } from '../../pipeline-graph/core/step-store.ts';
import type { Fault } from '../core/checks.ts';

/** What changes how nodes look, without changing where they are. */
export interface CanvasState {
  steps: StepStore;
  /** The worst that is wrong with each node. */
  worst: ReadonlyMap<string, Fault['level']>;
  /** What the keyboard is at. */
  current: string | null;
  /** While somebody connects: the inputs (`node input`) that the line may go to; null otherwise. */
  fitting: ReadonlySet<string> | null;
  canEdit: boolean;
  onFrameText: (key: string, text: string) => void;
  onFrameBox: (key: string, position: [number, number], size: [number, number]) => void;
}

export const Canvased = createContext<CanvasState>({
  steps: new StepStore(),
  worst: new Map(),
  current: null,
  fitting: null,
  canEdit: false,
  onFrameText: () => undefined,
  onFrameBox: () => undefined,
});
