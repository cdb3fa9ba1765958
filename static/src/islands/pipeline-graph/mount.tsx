import { createRoot } from 'react-dom/client';

import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { wasAborted, wordsOf } from '../shared/api.ts';
import { App } from './app.tsx';
import type { Mark } from './canvas/looks.ts';
import { StepStore } from './core/step-store.ts';
import type { Drawing } from './core/types.ts';
import { Remote } from './remote.ts';

export interface GraphProps {
  /** The graph itself, or else where it comes from. */
  drawing: Drawing | null;
  graphUrl: string;
  /** How far the steps of its run are; empty where nothing runs. */
  stepsUrl: string;
  /** A step's page; empty where nodes are looked at only. */
  panelUrl: string;
  label: string;
  /** How nodes stand to those of another run. */
  marks: Record<string, Mark>;
}

/** Load a run's graph and show it; until then the host says so. */
export function mountGraph(host: HTMLElement, props: GraphProps): () => void {
  const store = new StepStore();
  const problem = element('div', { class: 'notice notice-warn', role: 'alert', hidden: true });
  const remote = new Remote(props.graphUrl, props.stepsUrl, store, (words) => {
    problem.textContent = words;
    problem.hidden = !words;
  });
  const place = element('div', { class: 'pipeline-host' }, element('p', { class: 'muted' }, t('Loading the graph…')));
  host.replaceChildren(problem, place);
  const root = createRoot(place);
  const show = (drawing: Drawing): void =>
    root.render(
      <App drawing={drawing} store={store} label={props.label} panelUrl={props.panelUrl} marks={props.marks} />,
    );
  void Promise.all([props.drawing ?? remote.drawing(), props.stepsUrl ? remote.follow() : null]).then(
    ([drawing]) => show(drawing),
    (error: unknown) => {
      if (wasAborted(error)) return;
      place.replaceChildren();
      problem.textContent = wordsOf(error);
      problem.hidden = false;
    },
  );
  return () => {
    remote.stop();
    root.unmount();
  };
}
