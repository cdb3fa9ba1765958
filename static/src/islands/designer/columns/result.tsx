import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import type { Column } from '../core/checks.ts';
import { inWords, select, SelectionFault, type Selector } from './selector.ts';

const MOST_SHOWN = 200;

/** Which of the arriving columns a selection means now. */
export function Result({ selector, columns }: { selector: Selector; columns: readonly Column[] | null }): ReactElement {
  if (!columns)
    return (
      <p className="notice">
        <Icon name="info" />
        <span>
          {t('Which columns will arrive is not known before this pipeline has run up to here. Chosen: {what}', {
            what: inWords(selector),
          })}
        </span>
      </p>
    );
  let chosen: string[];
  try {
    chosen = select(selector, columns);
  } catch (error) {
    if (!(error instanceof SelectionFault)) throw error;
    return (
      <p className="notice notice-bad" role="alert">
        <Icon name="error" />
        <span>{error.message}</span>
      </p>
    );
  }
  return (
    <section className="designer-columns-result" aria-label={t('What this means now')}>
      <p className="small" role="status">
        {t('{count} of the {all} columns that arrive', { count: chosen.length, all: columns.length })}
      </p>
      <ul className="plain-list cluster">
        {chosen.slice(0, MOST_SHOWN).map((name, place) => (
          <li key={`${place} ${name}`} className="tag">
            {name}
          </li>
        ))}
        {chosen.length > MOST_SHOWN && (
          <li className="muted small">{t('and {count} more', { count: chosen.length - MOST_SHOWN })}</li>
        )}
      </ul>
    </section>
  );
}
