import { useId, useState, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import type { Column } from '../core/checks.ts';
import { ROLES, split, TYPES, WAYS, type Action, type ByRules, type Rule, type Way } from './selector.ts';
import { wordText } from './words.ts';

interface RulesProps {
  selector: ByRules;
  columns: readonly Column[] | null;
  onChange: (selector: ByRules) => void;
}

function wayText(way: Way): string {
  return {
    all: t('all columns'),
    names: t('column names'),
    indices: t('column indices'),
    types: t('column types'),
    roles: t('features, labels, scores'),
  }[way];
}

/** A chain of rules, each of which adds columns to what is chosen so far or takes some out. */
export function Rules({ selector, columns, onChange }: RulesProps): ReactElement {
  const { begin, rules, keep_order } = selector;
  const names = useId();
  const set = (changed: Rule[]): void => onChange({ ...selector, rules: changed });
  const put = (place: number, rule: Rule): void => set(rules.map((one, at) => (at === place ? rule : one)));
  const swap = (place: number): void =>
    set(rules.map((one, at) => rules[at === place ? place - 1 : at === place - 1 ? place : at] ?? one));
  return (
    <div className="stack stack-tight">
      {columns && (
        <datalist id={names}>
          {columns.map((column) => (
            <option key={column.name} value={column.name} />
          ))}
        </datalist>
      )}
      <label className="cluster">
        <span>{t('Begin with')}</span>
        <select
          className="designer-narrow"
          value={begin}
          onChange={(event) => onChange({ ...selector, begin: event.target.value as ByRules['begin'] })}
        >
          <option value="none">{t('no columns')}</option>
          <option value="all">{t('all columns')}</option>
        </select>
      </label>
      <ol className="plain-list stack stack-tight">
        {rules.map((rule, place) => (
          <li key={place} className="designer-rule" aria-label={t('Rule {number}', { number: place + 1 })}>
            <select
              aria-label={t('Include or exclude')}
              value={rule.action}
              onChange={(event) => put(place, { ...rule, action: event.target.value as Action })}
            >
              <option value="include">{t('Include')}</option>
              <option value="exclude">{t('Exclude')}</option>
            </select>
            <select
              aria-label={t('By what')}
              value={rule.by}
              onChange={(event) => put(place, { ...rule, by: event.target.value as Way, values: [] })}
            >
              {WAYS.map((way) => (
                <option key={way} value={way}>
                  {wayText(way)}
                </option>
              ))}
            </select>
            <Values rule={rule} list={columns ? names : ''} columns={columns} onChange={(one) => put(place, one)} />
            <span className="designer-rule-tools">
              <Tool icon="arrow-up" label={t('Move up')} isOff={place === 0} onClick={() => swap(place)} />
              <Tool
                icon="close"
                label={t('Remove the rule')}
                onClick={() => set(rules.filter((_, at) => at !== place))}
              />
            </span>
          </li>
        ))}
      </ol>
      <div>
        <button
          type="button"
          className="btn btn-sm"
          onClick={() => set([...rules, { action: begin === 'all' ? 'exclude' : 'include', by: 'names', values: [] }])}
        >
          <Icon name="plus" className="icon-sm" />
          {t('Add a rule')}
        </button>
      </div>
      <label className="check">
        <input
          type="checkbox"
          checked={keep_order}
          onChange={(event) => onChange({ ...selector, keep_order: event.target.checked })}
        />
        <span>{t('Allow duplicates, and keep the order in which columns are chosen')}</span>
      </label>
    </div>
  );
}

interface ToolProps {
  icon: string;
  label: string;
  isOff?: boolean;
  onClick: () => void;
}

function Tool({ icon, label, isOff = false, onClick }: ToolProps): ReactElement {
  return (
    <button
      type="button"
      className="btn btn-ghost btn-sm btn-icon"
      aria-label={label}
      title={label}
      disabled={isOff}
      onClick={onClick}
    >
      <Icon name={icon} className="icon-sm" />
    </button>
  );
}

interface ValuesProps {
  rule: Rule;
  /** The id of the names to be proposed. */
  list: string;
  columns: readonly Column[] | null;
  onChange: (rule: Rule) => void;
}

function Values({ rule, list, columns, onChange }: ValuesProps): ReactElement {
  const set = (values: string[]): void => onChange({ ...rule, values });
  if (rule.by === 'all') return <span />;
  if (rule.by === 'names') return <Names values={rule.values} list={list} columns={columns} onChange={set} />;
  if (rule.by === 'indices') return <Indices values={rule.values} onChange={set} />;
  const words = rule.by === 'types' ? TYPES : ROLES;
  return (
    <span className="cluster designer-words" role="group" aria-label={wayText(rule.by)}>
      {words.map((word) => (
        <label key={word} className="check">
          <input
            type="checkbox"
            checked={rule.values.includes(word)}
            onChange={(event) =>
              set(event.target.checked ? [...rule.values, word] : rule.values.filter((one) => one !== word))
            }
          />
          <span>{wordText(word)}</span>
        </label>
      ))}
    </span>
  );
}

function Indices({ values, onChange }: { values: string[]; onChange: (values: string[]) => void }): ReactElement {
  const [text, setText] = useState(values.join(', '));
  // What is typed is kept as it is while it means the values; another rule may have come to this place.
  const isSame = split(text).join() === values.join();
  return (
    <input
      type="text"
      value={isSame ? text : values.join(', ')}
      placeholder={t('such as 1-3, 5')}
      aria-label={t('Indices, counted from 1')}
      onChange={(event) => {
        setText(event.target.value);
        onChange(split(event.target.value));
      }}
    />
  );
}

interface NamesProps {
  values: string[];
  list: string;
  columns: readonly Column[] | null;
  onChange: (values: string[]) => void;
}

function Names({ values, list, columns, onChange }: NamesProps): ReactElement {
  const [text, setText] = useState('');
  const take = (typed: string): void => {
    setText('');
    // A comma may be part of a name.
    const names = columns?.some((column) => column.name === typed.trim()) ? [typed.trim()] : split(typed);
    if (names.length) onChange([...values, ...names]);
  };
  return (
    <span className="designer-names">
      {values.map((name, place) => (
        <span key={`${place} ${name}`} className="tag">
          {name}
          <button
            type="button"
            className="designer-names-remove"
            aria-label={t('Take out {name}', { name })}
            onClick={() => onChange(values.filter((_, at) => at !== place))}
          >
            <Icon name="close" className="icon-sm" />
          </button>
        </span>
      ))}
      <input
        type="text"
        value={text}
        list={list}
        placeholder={t('Column, then Enter')}
        aria-label={t('Add a column by name')}
        autoComplete="off"
        onChange={(event) => {
          const typed = event.target.value;
          const isChosen = (event.nativeEvent as InputEvent).inputType === 'insertReplacementText';
          if (isChosen && columns?.some((column) => column.name === typed)) take(typed);
          else setText(typed);
        }}
        onBlur={() => take(text)}
        onKeyDown={(event) => {
          if (event.key === 'Backspace' && !text && values.length) onChange(values.slice(0, -1));
          if (event.key !== 'Enter' || !text.trim()) return;
          event.preventDefault();
          take(text);
        }}
      />
    </span>
  );
}
