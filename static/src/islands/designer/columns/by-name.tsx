import { useRef, useState, type KeyboardEvent, type ReactElement, type RefObject } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import type { Column } from '../core/checks.ts';

interface ByNameProps {
  names: readonly string[];
  columns: readonly Column[] | null;
  onChange: (names: string[]) => void;
}

/** What can be chosen on the left, what is chosen on the right; without knowing what arrives, a text with names. */
export function ByName({ names, columns, onChange }: ByNameProps): ReactElement {
  const [left, right] = [useRef<HTMLSelectElement>(null), useRef<HTMLSelectElement>(null)];
  if (!columns) return <Typed names={names} onChange={onChange} />;
  const chosen = new Set(names);
  const typeOf = new Map(columns.map((column) => [column.name, column.type]));
  const free = columns.map((column) => column.name).filter((name) => !chosen.has(name));
  const add = (added: readonly string[]): void => onChange([...names, ...added.filter((name) => !chosen.has(name))]);
  const remove = (removed: readonly string[]): void => {
    const gone = new Set(removed);
    onChange(names.filter((name) => !gone.has(name)));
  };
  const both = { typeOf };
  return (
    <div className="designer-two-lists">
      <NameList {...both} title={t('Columns that arrive')} names={free} list={left} onMove={add} forward />
      <div className="designer-two-lists-moves" role="group" aria-label={t('Move columns')}>
        <Move icon="chevron-right" label={t('Choose the marked columns')} onClick={() => add(marked(left))} />
        <Move icon="plus" label={t('Choose all columns')} onClick={() => add(free)} />
        <Move icon="chevron-left" label={t('Take out the marked columns')} onClick={() => remove(marked(right))} />
        <Move icon="minus" label={t('Take out all columns')} onClick={() => onChange([])} />
      </div>
      <NameList {...both} title={t('Chosen columns')} names={names} list={right} onMove={remove} />
    </div>
  );
}

function marked(list: RefObject<HTMLSelectElement | null>): string[] {
  return [...(list.current?.selectedOptions ?? [])].map((option) => option.value);
}

function Move({ icon, label, onClick }: { icon: string; label: string; onClick: () => void }): ReactElement {
  return (
    <button type="button" className="btn btn-sm btn-icon" aria-label={label} title={label} onClick={onClick}>
      <Icon name={icon} className="icon-sm" />
    </button>
  );
}

interface NameListProps {
  title: string;
  names: readonly string[];
  typeOf: ReadonlyMap<string, string>;
  list: RefObject<HTMLSelectElement | null>;
  onMove: (names: string[]) => void;
  /** The arrow key that moves what is marked leads to the right. */
  forward?: boolean;
}

function NameList({ title, names, typeOf, list, onMove, forward = false }: NameListProps): ReactElement {
  const [search, setSearch] = useState('');
  const wanted = search.trim().toLowerCase();
  const shown = names.filter((name) => name.toLowerCase().includes(wanted));
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' && event.key !== (forward ? 'ArrowRight' : 'ArrowLeft')) return;
    event.preventDefault();
    onMove(marked(list));
  };
  return (
    <div className="field">
      <span className="cluster">
        <strong>{title}</strong>
        <span className="count">{names.length}</span>
      </span>
      <input
        type="search"
        value={search}
        placeholder={t('Search')}
        aria-label={t('Search in: {list}', { list: title })}
        onChange={(event) => setSearch(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Enter') return;
          event.preventDefault();
          onMove(shown);
          setSearch('');
        }}
      />
      <select
        ref={list}
        multiple
        size={9}
        aria-label={title}
        title={t('Enter or a double click moves a column; Ctrl or Shift mark several.')}
        onKeyDown={onKeyDown}
        onDoubleClick={() => onMove(marked(list))}
      >
        {shown.map((name) => (
          <option key={name} value={name}>
            {typeOf.has(name) ? `${name} — ${typeOf.get(name) ?? ''}` : t('{name} (does not arrive)', { name })}
          </option>
        ))}
      </select>
    </div>
  );
}

function Typed({ names, onChange }: Pick<ByNameProps, 'names' | 'onChange'>): ReactElement {
  const [text, setText] = useState(names.join('\n'));
  return (
    <label className="field">
      <strong>{t('Names of columns, one a line')}</strong>
      <textarea
        value={text}
        rows={6}
        spellCheck={false}
        onChange={(event) => {
          setText(event.target.value);
          const typed = event.target.value.split('\n').map((name) => name.trim());
          onChange([...new Set(typed.filter(Boolean))]);
        }}
      />
    </label>
  );
}
