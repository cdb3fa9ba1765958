import { useCallback, useEffect, useState, type ReactElement } from 'react';

import { language, t } from '../../../lib/strings.ts';
import { relative } from '../../../lib/times.ts';
import { address, getJson, wasAborted, wordsOf } from '../../shared/api.ts';
import type { DraftStore } from '../core/store.ts';
import { openModal } from './modal.tsx';
import { sendJson } from './requests.ts';

interface Revision {
  number: number;
  author: { display_name?: string; username?: string } | null;
  summary: string;
  created_at: string;
}

interface Page {
  revision: number;
  revisions: Revision[];
  next: number | null;
}

/** Show what was changed in the draft, by whom, and go back to what it was. */
export function openHistory(store: DraftStore): void {
  openModal({ title: t('History of the draft'), isWide: true, body: (close) => <Past store={store} close={close} /> });
}

function Past({ store, close }: { store: DraftStore; close: () => void }): ReactElement {
  const [revisions, setRevisions] = useState<readonly Revision[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [latest, setLatest] = useState(store.revision);
  const [isLoaded, setIsLoaded] = useState(false);
  const [problem, setProblem] = useState('');

  const load = useCallback(
    async (before: number | null, signal?: AbortSignal): Promise<void> => {
      try {
        await store.flush();
        const page = await getJson<Page>(address(`${store.places.api}revisions/`, '', { before }), signal);
        setRevisions((known) => (before === null ? page.revisions : [...known, ...page.revisions]));
        setNext(page.next);
        if (before === null) setLatest(page.revision);
        setIsLoaded(true);
      } catch (error) {
        if (!wasAborted(error)) setProblem(wordsOf(error));
      }
    },
    [store],
  );
  useEffect(() => {
    const aborter = new AbortController();
    void load(null, aborter.signal);
    return () => aborter.abort();
  }, [load]);

  // Without the name of this window, so that what is restored arrives here as the changes of others do.
  const restore = (number: number): void => {
    sendJson('POST', `${store.places.api}revisions/${number}/restore/`, {}).then(close, (error: unknown) =>
      setProblem(wordsOf(error)),
    );
  };
  return (
    <>
      <div className="dialog-body">
        {problem && (
          <p className="notice notice-bad" role="alert">
            {problem}
          </p>
        )}
        <p className="muted">
          {t('To restore one makes the draft what it was then, as a new change that can be taken back as well.')}
        </p>
        {isLoaded && !revisions.length && <p>{t('Nothing was changed yet.')}</p>}
        <ul className="plain-list designer-history">
          {revisions.map((one) => (
            <Line
              key={one.number}
              revision={one}
              isLatest={one.number === latest}
              canEdit={store.canEdit}
              onRestore={restore}
            />
          ))}
          {isLoaded && next === null && latest > 0 && store.canEdit && (
            <li>
              <span className="num muted">0</span>
              <span>{t('As it began')}</span>
              <span />
              <button type="button" className="btn btn-sm" onClick={() => restore(0)}>
                {t('Restore')}
              </button>
            </li>
          )}
        </ul>
        {next !== null && (
          <div>
            <button type="button" className="btn btn-sm" onClick={() => void load(next)}>
              {t('Show earlier changes')}
            </button>
          </div>
        )}
      </div>
      <div className="dialog-foot">
        <button type="button" className="btn" onClick={close}>
          {t('Close')}
        </button>
      </div>
    </>
  );
}

interface LineProps {
  revision: Revision;
  isLatest: boolean;
  canEdit: boolean;
  onRestore: (number: number) => void;
}

function Line({ revision, isLatest, canEdit, onRestore }: LineProps): ReactElement {
  const { number, author, summary, created_at } = revision;
  const moment = Date.parse(created_at);
  return (
    <li>
      <span className="num muted">{number}</span>
      <span>{summary || t('Changed')}</span>
      <span className="muted small" title={new Date(moment).toLocaleString(language())}>
        {[
          author?.display_name ?? author?.username,
          relative(moment, Date.now(), language()) ?? new Date(moment).toLocaleDateString(language()),
        ]
          .filter(Boolean)
          .join(' · ')}
      </span>
      {isLatest ? (
        <span className="tag">{t('now')}</span>
      ) : (
        canEdit && (
          <button type="button" className="btn btn-sm" onClick={() => onRestore(number)}>
            {t('Restore')}
          </button>
        )
      )}
    </li>
  );
}
