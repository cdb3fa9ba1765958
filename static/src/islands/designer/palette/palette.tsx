import { useEffect, useMemo, useRef, useState, type KeyboardEvent, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { address, getJson, wasAborted, wordsOf } from '../../shared/api.ts';
import type { Declaration } from '../core/palette.ts';
import type { DraftStore } from '../core/store.ts';
import { useDraft } from '../hooks.ts';

/** What a dragged component is known by. */
export const DRAGGED = 'application/x-studio-component';
const SETTLE_MS = 200;

export interface PaletteProps {
  store: DraftStore;
  searchUrl: string;
  onAdd: (declared: Declaration) => void;
}

type Tab = 'components' | 'data';

/** All that can be put on the canvas. */
export function Palette({ store, searchUrl, onAdd }: PaletteProps): ReactElement {
  const [tab, setTab] = useState<Tab>('components');
  const [typed, setTyped] = useState('');
  const known = useDraft(store, (one) => one.known);
  const wanted = typed.trim().toLowerCase();
  const { found, problem } = useFound(store, searchUrl, tab, typed.trim());
  const byCategory = useMemo(() => {
    const builtins = store.catalog.builtins.filter((declared) => fitsSearch(declared, wanted));
    return store.catalog.categories
      .map((category) => [category, builtins.filter((one) => one.category === category)] as const)
      .filter(([, members]) => members.length);
  }, [store, known, wanted]);
  const host = useRef<HTMLDivElement>(null);

  const walk = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const items = [...(host.current?.querySelectorAll<HTMLElement>('.palette-item, summary') ?? [])].filter(
      (item) => item.offsetParent !== null,
    );
    const at = items.indexOf(document.activeElement as HTMLElement);
    items[Math.min(items.length - 1, Math.max(0, at + step))]?.focus();
    event.preventDefault();
  };

  return (
    <div className="designer-shelf" onKeyDown={walk}>
      <div className="segments" role="group" aria-label={t('What to add')}>
        {(['components', 'data'] as const).map((one) => (
          <button key={one} type="button" className="segment" aria-pressed={tab === one} onClick={() => setTab(one)}>
            {one === 'components' ? t('Components') : t('Data')}
          </button>
        ))}
      </div>
      <input
        type="search"
        className="palette-search"
        value={typed}
        placeholder={t('Search')}
        aria-label={tab === 'components' ? t('Search the components') : t('Search the data')}
        autoComplete="off"
        spellCheck={false}
        onChange={(event) => setTyped(event.target.value)}
      />
      <div className="palette-list" ref={host}>
        {problem && <p className="notice notice-warn">{problem}</p>}
        {tab === 'components' &&
          byCategory.map(([category, members]) => (
            <Section
              key={category}
              title={category}
              isOpen={wanted !== ''}
              members={members}
              onAdd={onAdd}
              canAdd={store.canEdit}
            />
          ))}
        {tab === 'components' && found.length > 0 && (
          <Section
            title={t('Of this workspace')}
            isOpen={wanted !== ''}
            members={found}
            onAdd={onAdd}
            canAdd={store.canEdit}
          />
        )}
        {tab === 'data' && <Items members={found} onAdd={onAdd} canAdd={store.canEdit} />}
        {!found.length && (tab === 'data' || !byCategory.length) && !problem && (
          <p className="muted small">
            {wanted || tab === 'components' ? t('Nothing found') : t('The workspace has no data yet.')}
          </p>
        )}
      </div>
    </div>
  );
}

function fitsSearch(declared: Declaration, wanted: string): boolean {
  const text = `${declared.title} ${declared.category} ${declared.name}`.toLowerCase();
  return wanted.split(/\s+/).every((word) => text.includes(word));
}

/** Components and data of the workspace, asked for a moment after somebody has stopped typing. */
function useFound(
  store: DraftStore,
  url: string,
  tab: Tab,
  typed: string,
): { found: readonly Declaration[]; problem: string } {
  const [found, setFound] = useState<readonly Declaration[]>([]);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const aborter = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const answer = await getJson<{ found: Declaration[] }>(
          address(url, '', { q: typed, kind: tab }),
          aborter.signal,
        );
        for (const declared of answer.found) store.catalog.add(declared);
        setFound(answer.found);
        setProblem('');
      } catch (error) {
        if (!wasAborted(error)) setProblem(wordsOf(error));
      }
    };
    const timer = setTimeout(() => void ask(), typed ? SETTLE_MS : 0);
    return () => {
      clearTimeout(timer);
      aborter.abort();
      setFound([]);
    };
  }, [store, url, tab, typed]);
  return { found, problem };
}

interface ItemsProps {
  members: readonly Declaration[];
  onAdd: (declared: Declaration) => void;
  canAdd: boolean;
}

function Section({ title, isOpen, ...rest }: ItemsProps & { title: string; isOpen: boolean }): ReactElement {
  return (
    <details className="palette-section" open={isOpen || undefined}>
      <summary>
        {title} <span className="count">{rest.members.length}</span>
      </summary>
      <Items {...rest} />
    </details>
  );
}

function Items({ members, onAdd, canAdd }: ItemsProps): ReactElement {
  return (
    <ul className="plain-list">
      {members.map((declared) => (
        <li key={declared.reference}>
          <button
            type="button"
            className="palette-item"
            draggable={canAdd}
            title={declared.help}
            data-component={declared.reference}
            aria-description={canAdd ? t('Enter adds it to the canvas.') : undefined}
            onDragStart={(event) => {
              event.dataTransfer.setData(DRAGGED, declared.reference);
              event.dataTransfer.effectAllowed = 'copy';
            }}
            onDoubleClick={() => onAdd(declared)}
            onKeyDown={(event) => {
              if (event.key === 'Enter') onAdd(declared);
            }}
          >
            <Icon name={declared.kind === 'data' ? 'data' : 'component'} className="icon-sm" />
            <span className="truncate">{declared.title}</span>
            {declared.kind !== 'builtin' && <span className="muted small push">{declared.version}</span>}
          </button>
        </li>
      ))}
    </ul>
  );
}
