import { useMemo, type ReactElement } from 'react';

import { duration } from '../../lib/times.ts';
import { t } from '../../lib/strings.ts';
import { barOf, ticksOf } from './core/critical.ts';
import type { StepStore } from './core/step-store.ts';
import type { GraphNode, Step } from './core/types.ts';
import { useNow, useSteps } from './hooks.ts';

const MOST_TICKS = 8;

export interface TimelineProps {
  nodes: readonly GraphNode[];
  store: StepStore;
  path: readonly string[];
  /** Show these alone. */
  onlyPath: boolean;
  chosen: string | null;
  hits: ReadonlySet<string> | null;
  onChoose: (key: string) => void;
}

interface Row {
  node: GraphNode;
  step: Step;
}

/** When each step waited and worked, and which of them decided how long the whole took. */
export function Timeline({ nodes, store, path, onlyPath, chosen, hits, onChoose }: TimelineProps): ReactElement {
  const version = useSteps(store);
  const critical = useMemo(() => new Set(path), [path]);
  const rows = useMemo(
    () =>
      rowsOf(nodes, store).filter(({ node }) => (!onlyPath || critical.has(node.key)) && (!hits || hits.has(node.key))),
    [nodes, store, version, onlyPath, critical, hits],
  );
  const isGoing = rows.some(({ step }) => step.started_at !== null && step.ended_at === null);
  const now = useNow(isGoing);
  const bars = rows.map(({ step }) => barOf(step, now));
  const known = bars.filter((bar) => bar !== null);
  const from = Math.min(...known.map((bar) => bar.start));
  const span = Math.max(1, ...known.map((bar) => bar.end - from));
  const percent = (length: number): string => `${(100 * length) / span}%`;
  const seconds = path.reduce((sum, key) => {
    const step = store.get(key);
    const bar = step ? barOf(step, now) : null;
    return sum + (bar ? (bar.end - bar.start) / 1000 : 0);
  }, 0);

  return (
    <div className="pipeline-timeline">
      <div className="cluster pipeline-timeline-head">
        <span>
          {path.length
            ? t('Critical path: {count} of {all} steps, {duration}', {
                count: path.length,
                all: nodes.length,
                duration: duration(seconds),
              })
            : t('No step has begun.')}
        </span>
        <span className="push cluster small muted">
          <span className="pipeline-key pipeline-key-waits">{t('waits, is prepared')}</span>
          <span className="pipeline-key pipeline-key-works">{t('works')}</span>
          <span className="pipeline-key pipeline-key-path">{t('critical path')}</span>
        </span>
      </div>
      <div className="pipeline-timeline-rows">
        {known.length > 0 && (
          <div className="pipeline-bar-row pipeline-axis" aria-hidden="true">
            <span />
            <div className="pipeline-track">
              {ticksOf(span, MOST_TICKS).map((tick) => (
                <span key={tick} className="pipeline-tick" style={{ left: percent(tick) }}>
                  {tick ? duration(tick / 1000) : '0'}
                </span>
              ))}
            </div>
          </div>
        )}
        <ul aria-label={t('Steps over time')}>
          {rows.map(({ node, step }, place) => {
            const bar = bars[place];
            const took = bar ? duration((bar.end - bar.start) / 1000) : '';
            const isCritical = critical.has(node.key);
            return (
              <li key={node.key}>
                <button
                  type="button"
                  className={`pipeline-bar-row${isCritical ? ' is-critical' : ''}`}
                  aria-pressed={chosen === node.key}
                  data-timeline={node.key}
                  onClick={() => onChoose(node.key)}
                >
                  <span className="pipeline-bar-name truncate" title={node.title}>
                    {node.title}
                  </span>
                  <span className="pipeline-track">
                    {bar && (
                      <>
                        <span
                          className="pipeline-bar-waits"
                          style={{ left: percent(bar.start - from), width: percent(bar.begin - bar.start) }}
                        />
                        <span
                          className={`pipeline-bar pipeline-bar-${step.tone}`}
                          style={{ left: percent(bar.begin - from), width: percent(bar.end - bar.begin) }}
                        />
                      </>
                    )}
                  </span>
                  <span className="pipeline-bar-state">
                    <span className={`status status-${step.tone}`}>{step.state_text}</span>
                    <span className="muted">{took}</span>
                    {isCritical && <span className="visually-hidden">{t('critical path')}</span>}
                  </span>
                </button>
              </li>
            );
          })}
        </ul>
      </div>
    </div>
  );
}

/** Steps by when they began; what has not begun comes last, in its order. */
function rowsOf(nodes: readonly GraphNode[], store: StepStore): Row[] {
  const rows = nodes.flatMap((node): Row[] => {
    const step = store.get(node.key);
    return step ? [{ node, step }] : [];
  });
  const began = ({ step }: Row): number => (step.started_at === null ? Infinity : Date.parse(step.started_at));
  return rows.sort((one, other) => began(one) - began(other) || one.step.number - other.step.number);
}
