import { useEffect, useRef, useState, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { startEditor } from '../../job-form/editor.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import type { Column } from '../core/checks.ts';
import { Arriving, openColumns } from '../columns/dialog.tsx';
import { inWords, parsed, type Selector } from '../columns/selector.ts';
import type { ParameterDeclaration as Parameter } from '../core/palette.ts';
import { openModal } from '../dialogs/modal.tsx';
import { useTyping } from './typing.ts';
import { shown, typed } from './values.ts';

export interface ControlProps {
  id: string;
  parameter: Parameter;
  value: unknown;
  /** The columns that will arrive where it chooses from; null where they are not known. */
  columns: readonly Column[] | null;
  isWrong: boolean;
  /** The ids of what helps and what is wrong. */
  describedBy: string;
  isReadOnly: boolean;
  onChange: (value: unknown) => void;
}

/** What is the same of every control of a parameter. */
function common({ id, isWrong, describedBy, isReadOnly }: ControlProps) {
  return {
    id,
    'aria-invalid': isWrong || undefined,
    'aria-describedby': describedBy || undefined,
    disabled: isReadOnly,
  };
}

/** The control that suits a parameter. */
export function Control(props: ControlProps): ReactElement {
  switch (props.parameter.kind) {
    case 'bool':
      return <Flag {...props} />;
    case 'choice':
      return <Choice {...props} />;
    case 'columns':
      return <Columns {...props} />;
    case 'column':
      return props.columns ? <OneColumn {...props} columns={props.columns} /> : <Line {...props} />;
    case 'lines':
    case 'script':
      return <Area {...props} />;
    default:
      return <Line {...props} />;
  }
}

function Flag(props: ControlProps): ReactElement {
  const { parameter, value, onChange } = props;
  return (
    <label className="check">
      <input
        {...common(props)}
        type="checkbox"
        checked={['true', '1'].includes(String(value).toLowerCase())}
        onChange={(event) => onChange(event.target.checked)}
      />
      <span>{parameter.title}</span>
    </label>
  );
}

function Choice(props: ControlProps): ReactElement {
  const { parameter, value, onChange } = props;
  return <Select {...props} now={shown(value)} choices={parameter.choices ?? []} onChange={onChange} />;
}

interface SelectProps extends ControlProps {
  now: string;
  choices: readonly string[];
  wordsOf?: (choice: string) => string;
}

/** One of a list; what stands there stays, even if it is not in the list. */
function Select({ now, choices, wordsOf, ...props }: SelectProps): ReactElement {
  const all = choices.includes(now) ? choices : [now, ...choices];
  return (
    <select {...common(props)} value={now} onChange={(event) => props.onChange(event.target.value)}>
      {all.map((choice) => (
        <option key={choice} value={choice}>
          {choice ? (wordsOf?.(choice) ?? choice) : t('Choose…')}
        </option>
      ))}
    </select>
  );
}

function OneColumn(props: ControlProps & { columns: readonly Column[] }): ReactElement {
  const { columns, value } = props;
  const types = new Map(columns.map((column) => [column.name, column.type]));
  const words = (name: string): string => {
    const type = types.get(name);
    return type ? `${name} — ${type}` : t('{name} (does not arrive)', { name });
  };
  return <Select {...props} now={oneName(value)} choices={[...types.keys()]} wordsOf={words} />;
}

/** The column that a value names, also where it is written as a selector of that one. */
function oneName(value: unknown): string {
  if (typeof value !== 'object' || value === null) return shown(value);
  try {
    const selector = parsed(value);
    return selector.mode === 'names' ? selector.names.join(', ') : inWords(selector);
  } catch {
    return shown(value);
  }
}

function Line(props: ControlProps): ReactElement {
  const { parameter, value, onChange } = props;
  const isNumber = parameter.kind === 'int' || parameter.kind === 'float';
  const now = parameter.kind === 'column' ? oneName(value) : shown(value);
  const typing = useTyping(now, (text) => onChange(typed(parameter, text)));
  return (
    <input
      {...common(props)}
      type="text"
      inputMode={isNumber ? 'decimal' : undefined}
      className={isNumber ? 'designer-number' : undefined}
      value={typing.text}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => typing.onType(event.target.value)}
      onBlur={typing.keep}
      onKeyDown={(event) => {
        if (event.key === 'Enter') typing.keep();
      }}
    />
  );
}

/** A long text; of a script, Tab indents. */
function Area(props: ControlProps): ReactElement {
  const { parameter, value, isReadOnly, onChange } = props;
  const now = shown(value);
  return (
    <>
      <LongText {...props} now={now} rows={parameter.kind === 'script' ? 10 : 4} />
      {!isReadOnly && (
        <button
          type="button"
          className="btn btn-ghost btn-sm designer-start"
          onClick={() =>
            openModal({
              title: parameter.title,
              isWide: true,
              body: (close) => (
                <>
                  <div className="dialog-body">
                    <LongText {...props} id={`${props.id}-large`} now={now} rows={24} onChange={onChange} />
                  </div>
                  <div className="dialog-foot">
                    <button type="button" className="btn btn-primary" onClick={close}>
                      {t('Done')}
                    </button>
                  </div>
                </>
              ),
            })
          }
        >
          <Icon name="maximize" className="icon-sm" />
          {t('Edit it large')}
        </button>
      )}
    </>
  );
}

function LongText({ now, rows, ...props }: ControlProps & { now: string; rows: number }): ReactElement {
  const { parameter, onChange } = props;
  const isScript = parameter.kind === 'script';
  const typing = useTyping(now, onChange);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    if (!isScript || !area.current) return undefined;
    const stop = new AbortController();
    startEditor(area.current, stop.signal);
    return () => stop.abort();
  }, [isScript]);
  return (
    <textarea
      {...common(props)}
      ref={area}
      className={isScript ? 'mono designer-script' : undefined}
      rows={rows}
      value={typing.text}
      aria-label={parameter.title}
      aria-description={isScript ? t('Tab indents; press Escape first to leave the field by Tab.') : undefined}
      wrap={isScript ? 'off' : undefined}
      spellCheck={!isScript}
      onChange={(event) => typing.onType(event.target.value)}
      onBlur={typing.keep}
    />
  );
}

function Columns(props: ControlProps): ReactElement {
  const { parameter, value, columns, onChange } = props;
  const [arriving] = useState(() => new Arriving(columns));
  useEffect(() => arriving.set(columns), [arriving, columns]);
  let words: string;
  try {
    words = inWords(parsed(value));
  } catch {
    words = t('This column selection cannot be read. Choose the columns again.');
  }
  return (
    <button
      {...common(props)}
      type="button"
      className="btn designer-columns-button"
      onClick={() =>
        openColumns({
          title: parameter.title,
          value,
          arriving,
          onChange: (selector: Selector) => onChange(selector),
        })
      }
    >
      <span className="truncate">{words}</span>
      <Icon name="edit" className="icon-sm" />
    </button>
  );
}
