import { useEffect, useState, useSyncExternalStore, type ReactElement } from 'react';

import { language, t } from '../../../lib/strings.ts';
import { duration, relative } from '../../../lib/times.ts';
import { toast } from '../../../lib/toasts.ts';
import { useNow } from '../../pipeline-graph/hooks.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { address, getJson, wasAborted, wordsOf } from '../../shared/api.ts';
import type { DraftStore } from '../core/store.ts';
import { statusText, toneOf } from './status.ts';
import type { RunWatch, WatchedRun } from './watch.ts';

/** By which the runs of a draft are found. */
export const DRAFT_TAG = 'studio.draft';
const MOST_SHOWN = 20;

interface Props {
  store: DraftStore;
  watch: RunWatch;
}

/** The submission whose states the canvas shows: how far it is, and what can be done with it. */
export function Submission({ store, watch }: Props): ReactElement | null {
  useSyncExternalStore(watch.subscribe, () => watch.version);
  const { run, problem } = watch;
  const now = useNow(run !== null && !run.is_over);
  if (problem) return <p className="notice notice-warn">{problem}</p>;
  if (!run) return null;
  const seconds = ((run.ended_at === null ? now : Date.parse(run.ended_at)) - Date.parse(run.created_at)) / 1000;
  const cancel = (): void => {
    watch.cancel().catch((error: unknown) => toast({ level: 'error', text: wordsOf(error) }));
  };
  return (
    <div className="designer-submission">
      <span className={`status status-pill status-${toneOf(run.status)}`}>{statusText(run.status)}</span>
      <span className="muted small">{duration(Math.max(0, seconds))}</span>
      <a href={`${store.places.runs}${run.id}/`} className="truncate" title={run.status_reason}>
        {run.display_name || run.name}
      </a>
      {!run.is_over && run.status !== 'CancelRequested' && store.canSubmit && (
        <button type="button" className="btn btn-sm push" onClick={cancel}>
          <Icon name="stop" className="icon-sm" />
          {t('Cancel the run')}
        </button>
      )}
    </div>
  );
}

/** All submissions of the draft, the newest first; choosing one shows its states on the canvas. */
export function Submissions({ store, watch }: Props): ReactElement {
  useSyncExternalStore(watch.subscribe, () => watch.version);
  const [runs, setRuns] = useState<readonly WatchedRun[] | null>(null);
  const [problem, setProblem] = useState('');
  const { id } = store;
  const status = watch.run?.status;
  const shown = store.run?.id;
  useEffect(() => {
    const aborter = new AbortController();
    const url = address(store.places.runsApi, '', { tag: `${DRAFT_TAG}=${id}`, page_size: MOST_SHOWN });
    getJson<{ results: WatchedRun[] }>(url, aborter.signal).then(
      ({ results }) => {
        setRuns(results);
        setProblem('');
      },
      (error: unknown) => {
        if (!wasAborted(error)) setProblem(wordsOf(error));
      },
    );
    return () => aborter.abort();
  }, [store, id, shown, status]);
  const now = useNow(false);
  return (
    <section className="stack stack-tight" aria-labelledby="designer-submissions">
      <h3 id="designer-submissions">{t('Submissions')}</h3>
      {problem && <p className="notice notice-warn">{problem}</p>}
      {runs?.length === 0 && <p className="muted small">{t('It was not submitted yet.')}</p>}
      <ul className="plain-list">
        {runs?.map((run) => (
          <li key={run.id}>
            <button
              type="button"
              className="menu-item"
              aria-pressed={run.id === shown}
              onClick={() => store.set({ run: { id: run.id, url: `${store.places.runs}${run.id}/` } })}
            >
              <span className={`status status-${toneOf(run.status)}`} title={run.status_reason}>
                {statusText(run.status)}
              </span>
              <span className="truncate">{run.display_name || run.name}</span>
              <span
                className="muted small push text-nowrap"
                title={new Date(run.created_at).toLocaleString(language())}
              >
                {relative(Date.parse(run.created_at), now, language()) ??
                  new Date(run.created_at).toLocaleDateString(language())}
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
