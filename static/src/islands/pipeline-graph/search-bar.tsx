import { useEffect, useId, useState, type KeyboardEvent, type ReactElement, type RefObject } from 'react';

import { t } from '../../lib/strings.ts';
import { KEYS, NotASearch, parseSearch, type Test } from './core/search.ts';
import type { GraphNode } from './core/types.ts';

const MOST_SHOWN = 200;

export interface SearchProps {
  /** What fits, in reading order; null where nothing is searched for. */
  hits: GraphNode[] | null;
  input: RefObject<HTMLInputElement | null>;
  stateOf: (key: string) => string;
  onSearch: (test: Test | null) => void;
  onJump: (key: string) => void;
}

/** Finds nodes by words and filters, lists the hits, and leads to them. */
export function SearchBar({ hits, input, stateOf, onSearch, onJump }: SearchProps): ReactElement {
  const [typed, setTyped] = useState('');
  const [problem, setProblem] = useState('');
  const [at, setAt] = useState(-1);
  const [isOpen, setIsOpen] = useState(false);
  const list = useId();

  useEffect(() => {
    try {
      onSearch(parseSearch(typed));
      setProblem('');
    } catch (error) {
      if (!(error instanceof NotASearch)) throw error;
      onSearch(null);
      setProblem(t('“{part}” cannot be read here.', { part: error.part }));
    }
    setAt(-1);
  }, [typed, onSearch]);

  const jump = (place: number): void => {
    const hit = hits?.[place];
    if (!hit) return;
    setAt(place);
    onJump(hit.key);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const count = hits?.length ?? 0;
    if (event.key === 'Escape' && typed) setTyped('');
    else if (event.key === 'ArrowDown' || (event.key === 'Enter' && !event.shiftKey))
      jump(count ? (at + 1) % count : -1);
    else if (event.key === 'ArrowUp' || event.key === 'Enter') jump(count ? (at - 1 + count) % count : -1);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  const shown = isOpen && hits && typed.trim() !== '' && !problem;
  return (
    <div
      className="pipeline-search"
      role="search"
      onFocus={() => setIsOpen(true)}
      onBlur={(event) => setIsOpen(event.currentTarget.contains(event.relatedTarget))}
    >
      <input
        ref={input}
        type="search"
        className="pipeline-search-field"
        value={typed}
        placeholder={t('Search, or runStatus == failed')}
        aria-label={t('Search the graph')}
        aria-description={t('Words, and filters such as duration > 5m; by {keys}.', { keys: KEYS.join(', ') })}
        title={t('Words, and filters such as duration > 5m; by {keys}.', { keys: KEYS.join(', ') })}
        aria-controls={list}
        aria-invalid={problem !== ''}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
        onKeyDown={onKeyDown}
      />
      <span className="pipeline-search-says" role="status">
        {problem || (shown ? (hits.length ? t('{count} found', { count: hits.length }) : t('Nothing found')) : '')}
      </span>
      <ul id={list} className="pipeline-hits" hidden={!shown || !hits.length} aria-label={t('What was found')}>
        {shown &&
          hits.slice(0, MOST_SHOWN).map((hit, place) => (
            <li key={hit.key}>
              <button type="button" className="menu-item" aria-current={place === at} onClick={() => jump(place)}>
                <span className="truncate">{hit.title}</span>
                <span className="muted small push">{stateOf(hit.key)}</span>
              </button>
            </li>
          ))}
      </ul>
    </div>
  );
}
