import { useId, type ReactElement, type ReactNode } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import type { Fault } from '../core/checks.ts';
import { isFromPipeline, type DraftNode } from '../core/document.ts';
import { demote, promote, setInput, setParameter } from '../core/operations.ts';
import type { ParameterDeclaration } from '../core/palette.ts';
import type { DraftStore } from '../core/store.ts';
import { arriving, asPipelineInput, inputType } from './binding.ts';
import { Control } from './controls.tsx';
import { sentence } from './faults.tsx';
import { boundsOf, faultOf, shown } from './values.ts';

interface FieldProps {
  label: string;
  help?: string | undefined;
  problems?: readonly string[];
  /** As faults and jumps name it. */
  name: string;
  /** Beside the label. */
  tools?: ReactNode;
  /** The control says what it is called by itself. */
  hasOwnLabel?: boolean;
  children: (id: string, describedBy: string) => ReactNode;
}

/** A label, a control, help, and what is wrong. */
export function Field({
  label,
  help,
  problems = [],
  name,
  tools,
  hasOwnLabel = false,
  children,
}: FieldProps): ReactElement {
  const id = useId();
  const [helpId, problemId] = [`${id}-help`, `${id}-problem`];
  const describedBy = [help ? helpId : '', problems.length ? problemId : ''].filter(Boolean).join(' ');
  const control = children(id, describedBy);
  return (
    <div className="field designer-field" data-field={name}>
      <div className="designer-field-head">
        {hasOwnLabel ? control : <label htmlFor={id}>{label}</label>}
        {tools}
      </div>
      {!hasOwnLabel && control}
      {help && (
        <span className="field-help" id={helpId}>
          {help}
        </span>
      )}
      {problems.length > 0 && (
        <div id={problemId}>
          {problems.map((problem) => (
            <span key={problem} className="field-error">
              <Icon name="error" />
              <span>{problem}</span>
            </span>
          ))}
        </div>
      )}
    </div>
  );
}

interface ParameterFieldProps {
  store: DraftStore;
  nodeKey: string;
  node: DraftNode;
  parameter: ParameterDeclaration;
  /** What it is now, its default included. */
  value: unknown;
  faults: readonly Fault[];
}

/** One parameter of a node: its control, or the pipeline parameter that stands for it. */
export function ParameterField({ store, nodeKey, node, parameter, value, faults }: ParameterFieldProps): ReactElement {
  const given = node.inputs[parameter.name];
  const bound = isFromPipeline(given) ? given.pipeline : null;
  const own = bound === null ? faultOf(parameter, value) : '';
  const problems = own ? [own] : faults.map(sentence);
  const isFlag = parameter.kind === 'bool' && bound === null;
  const set = (next: unknown): void => {
    if (!(nodeKey in store.document.nodes)) return; // it was typed into a node that is gone
    store.edit(
      setParameter(store.document, nodeKey, parameter.name, next),
      t('Set “{parameter}”', { parameter: parameter.title }),
      `${nodeKey} ${parameter.name}`,
    );
  };
  return (
    <Field
      label={parameter.title}
      help={helpOf(parameter)}
      problems={problems}
      name={parameter.name}
      hasOwnLabel={isFlag}
      tools={store.canEdit && <PromoteMenu {...{ store, nodeKey, parameter, value, bound }} />}
    >
      {(id, describedBy) =>
        bound === null ? (
          <Control
            id={id}
            parameter={parameter}
            value={value}
            columns={arriving(store.checks.schemas, node, parameter.port)}
            isWrong={problems.length > 0}
            describedBy={describedBy}
            isReadOnly={!store.canEdit}
            onChange={set}
          />
        ) : (
          <Bound store={store} id={id} name={bound} value={value} />
        )
      }
    </Field>
  );
}

/** What a parameter is for, and its range. */
function helpOf(parameter: ParameterDeclaration): string | undefined {
  const bounds = parameter.kind === 'bool' ? '' : boundsOf(parameter);
  const range = bounds && `${bounds.charAt(0).toUpperCase()}${bounds.slice(1)}.`;
  return [parameter.help, range].filter(Boolean).join(' ') || undefined;
}

function Bound({
  store,
  id,
  name,
  value,
}: {
  store: DraftStore;
  id: string;
  name: string;
  value: unknown;
}): ReactElement {
  return (
    <output id={id} className="designer-bound">
      <Icon name="link" className="icon-sm" />
      <span className="truncate">
        {t('pipeline parameter {name}', { name })}
        {name in store.document.inputs && shown(value) !== '' && <span className="muted"> = {shown(value)}</span>}
      </span>
    </output>
  );
}

interface PromoteProps {
  store: DraftStore;
  nodeKey: string;
  parameter: ParameterDeclaration;
  value: unknown;
  bound: string | null;
}

/** Let a parameter be set where the pipeline is submitted, or by itself again. */
function PromoteMenu({ store, nodeKey, parameter, value, bound }: PromoteProps): ReactElement {
  const id = useId();
  const label = t('Pipeline parameter for {parameter}', { parameter: parameter.title });
  const type = inputType(parameter.kind);
  const others = Object.entries(store.document.inputs).filter(
    ([name, declared]) => declared.type === type && name !== bound,
  );
  const change = (edit: () => void) => (): void => {
    document.getElementById(id)?.hidePopover();
    edit();
  };
  const attach = (name: string): void =>
    store.edit(
      setInput(store.document, nodeKey, parameter.name, { pipeline: name }),
      t('Attached “{parameter}” to {name}', { parameter: parameter.title, name }),
    );
  const make = (): void =>
    store.edit(
      promote(store.document, nodeKey, parameter.name, asPipelineInput(parameter, value)).patch,
      t('Made “{parameter}” a pipeline parameter', { parameter: parameter.title }),
    );
  const detach = (): void =>
    store.edit(
      demote(store.document, nodeKey, parameter.name),
      t('Detached “{parameter}” from its pipeline parameter', { parameter: parameter.title }),
    );
  return (
    <>
      <button
        type="button"
        className="btn btn-ghost btn-sm btn-icon designer-promote"
        aria-label={label}
        title={label}
        aria-pressed={bound !== null}
        popoverTarget={id}
      >
        <Icon name="link" className="icon-sm" />
      </button>
      <div id={id} className="menu" popover="auto" data-menu>
        <div className="menu-title">{t('Set when the pipeline is submitted')}</div>
        {bound === null && (
          <button type="button" className="menu-item" onClick={change(make)}>
            <Icon name="plus" />
            {t('New pipeline parameter')}
          </button>
        )}
        {others.map(([name]) => (
          <button key={name} type="button" className="menu-item" onClick={change(() => attach(name))}>
            <Icon name="link" />
            {t('Use {name}', { name })}
          </button>
        ))}
        {bound !== null && (
          <button type="button" className="menu-item" onClick={change(detach)}>
            <Icon name="close" />
            {t('Detach: a value of its own')}
          </button>
        )}
      </div>
    </>
  );
}
