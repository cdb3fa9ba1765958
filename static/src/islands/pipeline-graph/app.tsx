import { ReactFlowProvider, type Viewport } from '@xyflow/react';
import { useCallback, useEffect, useMemo, useRef, useState, type ReactElement } from 'react';

import { shortcut } from '../../lib/keyboard.ts';
import { t } from '../../lib/strings.ts';
import { Canvas } from './canvas/canvas.tsx';
import { flowOf } from './canvas/flow.ts';
import { Looks, type Mark } from './canvas/looks.ts';
import { criticalPath, secondsOf } from './core/critical.ts';
import type { Test } from './core/search.ts';
import type { StepStore } from './core/step-store.ts';
import { isData, type Drawing } from './core/types.ts';
import { inReadingOrder } from './core/walk.ts';
import { useSteps } from './hooks.ts';
import { Icon } from './icon.tsx';
import { Panel } from './panel.ts';
import { SearchBar } from './search-bar.tsx';
import { Timeline } from './timeline.tsx';

export interface AppProps {
  drawing: Drawing;
  store: StepStore;
  label: string;
  /** Where a step's page comes from; empty where nodes are looked at only. */
  panelUrl: string;
  marks: Readonly<Record<string, Mark>>;
}

type View = 'graph' | 'timeline';

/** What of the address this page is at; it is kept there, so that a link, or going back, leads to the same place. */
function fromAddress(): { step: string | null; tab: string; view: View } {
  const query = new URLSearchParams(location.search);
  return {
    step: query.get('step'),
    tab: query.get('tab') ?? '',
    view: query.get('view') === 'timeline' ? 'timeline' : 'graph',
  };
}

function toAddress(values: Record<string, string | null>): void {
  const url = new URL(location.href);
  for (const [name, value] of Object.entries(values)) {
    if (value) url.searchParams.set(name, value);
    else url.searchParams.delete(name);
  }
  history.replaceState(history.state, '', url);
}

export function App({ drawing, store, label, panelUrl, marks }: AppProps): ReactElement {
  const [start] = useState(fromAddress);
  const known = useMemo(() => new Map(drawing.nodes.map((node) => [node.key, node])), [drawing]);
  const [view, setView] = useState<View>(panelUrl ? start.view : 'graph');
  const [chosen, setChosen] = useState<string | null>(start.step !== null && known.has(start.step) ? start.step : null);
  const [current, setCurrent] = useState<string | null>(chosen);
  const [jump, setJump] = useState(0);
  const [isWide, setIsWide] = useState(false);
  const [withPath, setWithPath] = useState(false);
  const [test, setTest] = useState<Test | null>(null);
  const version = useSteps(store);
  const flow = useMemo(() => flowOf(drawing), [drawing]);
  const steps = useMemo(() => drawing.nodes.filter((node) => !isData(node)), [drawing]);
  const place = useRef<Viewport | null>(null);
  const search = useRef<HTMLInputElement>(null);
  const panelHost = useRef<HTMLDivElement>(null);
  const panel = useRef<Panel | null>(null);

  const hits = useMemo(() => {
    if (!test) return null;
    const now = Date.now();
    return inReadingOrder(flow.places).flatMap((key) => {
      const node = known.get(key);
      const step = store.get(key);
      return node && test({ node, step, seconds: secondsOf(step, now) }) ? [node] : [];
    });
  }, [test, flow, known, store, version]);
  const path = useMemo(() => criticalPath(store.all(), drawing.edges, Date.now()), [store, drawing, version]);
  const looks = useMemo(
    () => ({
      store,
      marks,
      chosen,
      current,
      hits: hits && new Set(hits.map((node) => node.key)),
      critical: new Set(withPath ? path : []),
    }),
    [store, marks, chosen, current, hits, withPath, path],
  );

  const choose = useCallback(
    (key: string | null): void => {
      const node = key === null ? undefined : known.get(key);
      if (!panelUrl) {
        if (key !== null) document.dispatchEvent(new CustomEvent('studio:node', { detail: key }));
        setChosen(key);
      } else if (node && isData(node)) {
        if (node.url) location.assign(node.url);
      } else setChosen(key);
    },
    [known, panelUrl],
  );
  const jumpTo = useCallback((key: string): void => {
    setCurrent(key);
    setJump((count) => count + 1);
  }, []);
  const onSearch = useCallback((found: Test | null) => setTest(() => found), []);

  useEffect(() => {
    if (!panelUrl || !panelHost.current) return undefined;
    const made = new Panel(panelHost.current, panelUrl, () => toAddress({ tab: made.tab }));
    made.tab = start.tab;
    panel.current = made;
    return () => {
      made.destroy();
      panel.current = null;
    };
  }, [panelUrl, start]);

  useEffect(() => {
    if (!panelUrl) return;
    panel.current?.show(chosen);
    toAddress({
      step: chosen,
      tab: chosen === null ? null : (panel.current?.tab ?? null),
      view: view === 'graph' ? null : view,
    });
  }, [chosen, view, panelUrl]);

  useEffect(
    () =>
      shortcut({
        keys: '/',
        label: t('Search the graph'),
        group: t('Graph'),
        when: () => search.current?.offsetParent != null,
        run: () => search.current?.focus(),
      }),
    [],
  );

  const begin = useMemo(() => {
    const all = [...store.all()];
    const first = all.find((step) => step.tone === 'bad') ?? all.find((step) => step.tone === 'busy');
    return start.step ?? first?.key ?? null;
    // Only where it begins: later the reader decides.
  }, []);

  return (
    <Looks value={looks}>
      <div
        className={`pipeline${chosen !== null && panelUrl ? ' has-panel' : ''}${isWide ? ' is-wide' : ''}${hits ? ' is-searched' : ''}`}
      >
        <div className="pipeline-main">
          <div className="pipeline-tools">
            {panelUrl && (
              <div className="segments" role="group" aria-label={t('View')}>
                {(['graph', 'timeline'] as const).map((one) => (
                  <button
                    key={one}
                    type="button"
                    className="segment"
                    aria-pressed={view === one}
                    onClick={() => setView(one)}
                  >
                    {one === 'graph' ? t('Graph') : t('Timeline')}
                  </button>
                ))}
              </div>
            )}
            {panelUrl && (
              <label className="check">
                <input type="checkbox" checked={withPath} onChange={(event) => setWithPath(event.target.checked)} />
                <span>{t('Critical path')}</span>
              </label>
            )}
            <SearchBar
              hits={hits}
              input={search}
              stateOf={(key) => store.get(key)?.state_text ?? ''}
              onSearch={onSearch}
              onJump={view === 'graph' ? jumpTo : choose}
            />
          </div>
          {view === 'graph' ? (
            <ReactFlowProvider>
              <Canvas
                drawing={drawing}
                flow={flow}
                label={label}
                current={current}
                jump={jump}
                place={place}
                begin={begin}
                onCurrent={setCurrent}
                onChoose={choose}
              />
            </ReactFlowProvider>
          ) : (
            <Timeline
              nodes={steps}
              store={store}
              path={path}
              onlyPath={withPath}
              chosen={chosen}
              hits={looks.hits}
              onChoose={choose}
            />
          )}
        </div>
        {panelUrl && (
          <aside className="pipeline-panel" aria-label={t('Step')} hidden={chosen === null}>
            <div className="pipeline-panel-tools">
              <button
                type="button"
                className="btn btn-ghost btn-sm btn-icon pipeline-widen"
                aria-pressed={isWide}
                aria-label={t('Wide')}
                title={t('Wide')}
                onClick={() => setIsWide(!isWide)}
              >
                <Icon name="columns" className="icon-sm" />
              </button>
              <button
                type="button"
                className="btn btn-ghost btn-sm btn-icon"
                aria-label={t('Close')}
                title={t('Close')}
                onClick={() => setChosen(null)}
              >
                <Icon name="close" className="icon-sm" />
              </button>
            </div>
            <div ref={panelHost} />
          </aside>
        )}
      </div>
    </Looks>
  );
}
