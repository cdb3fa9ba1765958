import { useState, useSyncExternalStore, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import type { Column } from '../core/checks.ts';
import { openModal } from '../dialogs/modal.tsx';
import { ByName } from './by-name.tsx';
import { Result } from './result.tsx';
import { Rules } from './rules.tsx';
import { parsed, select, type ByNames, type ByRules, type Selector } from './selector.ts';

export interface ColumnsRequest {
  /** Of the parameter, for the head of the dialog. */
  title: string;
  value: unknown;
  arriving: Arriving;
  onChange: (selector: Selector) => void;
}

/** What will arrive, null where that is not known; it may become known while somebody chooses. */
export class Arriving {
  readonly #listeners = new Set<() => void>();
  #columns: readonly Column[] | null;

  constructor(columns: readonly Column[] | null) {
    this.#columns = columns;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly read = (): readonly Column[] | null => this.#columns;

  set(columns: readonly Column[] | null): void {
    if (columns === this.#columns) return;
    this.#columns = columns;
    for (const listener of this.#listeners) listener();
  }
}

const NO_NAMES: ByNames = { mode: 'names', names: [] };
const NO_RULES: ByRules = { mode: 'rules', begin: 'none', rules: [], keep_order: false };

/** Let somebody say which columns a parameter means. */
export function openColumns({ title, value, arriving, onChange }: ColumnsRequest): void {
  openModal({
    title: t('Columns: {parameter}', { parameter: title }),
    isWide: true,
    body: (close) => (
      <Chooser
        start={safely(() => parsed(value), NO_NAMES)}
        arriving={arriving}
        close={close}
        onDone={(selector) => {
          onChange(selector);
          close();
        }}
      />
    ),
  });
}

function safely<T>(attempt: () => T, otherwise: T): T {
  try {
    return attempt();
  } catch {
    return otherwise;
  }
}

interface ChooserProps {
  start: Selector;
  arriving: Arriving;
  close: () => void;
  onDone: (selector: Selector) => void;
}

function Chooser({ start, arriving, close, onDone }: ChooserProps): ReactElement {
  const columns = useSyncExternalStore(arriving.subscribe, arriving.read);
  const [mode, setMode] = useState(start.mode);
  const [byNames, setByNames] = useState(start.mode === 'names' ? start : NO_NAMES);
  const [byRules, setByRules] = useState(start.mode === 'rules' ? start : NO_RULES);
  const selector = mode === 'names' ? byNames : byRules;

  /** What was chosen the one way is where the other begins, unless something was chosen that way already. */
  const turn = (next: Selector['mode']): void => {
    if (next === 'names' && !byNames.names.length && columns)
      setByNames({ mode: 'names', names: [...new Set(safely(() => select(byRules, columns), []))] });
    if (next === 'rules' && !byRules.rules.length && byRules.begin === 'none' && byNames.names.length)
      setByRules({ ...NO_RULES, rules: [{ action: 'include', by: 'names', values: byNames.names }] });
    setMode(next);
  };

  return (
    <form
      data-guard
      onSubmit={(event) => {
        event.preventDefault();
        onDone(selector);
      }}
    >
      <div className="dialog-body designer-columns">
        <div className="segments" role="group" aria-label={t('How to choose')}>
          {(['names', 'rules'] as const).map((one) => (
            <button key={one} type="button" className="segment" aria-pressed={mode === one} onClick={() => turn(one)}>
              {one === 'names' ? t('By name') : t('With rules')}
            </button>
          ))}
        </div>
        {mode === 'names' ? (
          <ByName names={byNames.names} columns={columns} onChange={(names) => setByNames({ mode: 'names', names })} />
        ) : (
          <Rules selector={byRules} columns={columns} onChange={setByRules} />
        )}
        <Result selector={selector} columns={columns} />
      </div>
      <div className="dialog-foot">
        <button type="button" className="btn" onClick={close}>
          {t('Cancel')}
        </button>
        <button type="submit" className="btn btn-primary">
          {t('Use these columns')}
        </button>
      </div>
    </form>
  );
}
