import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import type { DraftNode } from '../core/document.ts';
import { setFields } from '../core/operations.ts';
import type { DraftStore } from '../core/store.ts';
import { useComputes, useEnvironments } from './choices.ts';
import { problemsOf } from './faults.tsx';
import { Field } from './field.tsx';
import type { NodeProps } from './node.tsx';
import { useTyping } from './typing.ts';

/** Fields of a node that stand on this tab. */
export const NODE_FIELDS: readonly string[] = [
  'title',
  'comment',
  'compute',
  'environment',
  'timeout_s',
  'force_rerun',
];

type Fields = Partial<Omit<DraftNode, 'component'>>;

/** Change fields of a node, unless it is gone. */
function change(store: DraftStore, key: string, fields: Fields, summary: string): void {
  store.edit(setFields(store.document, key, fields), summary, `${key} ${Object.keys(fields).join()}`);
}

export function TitleField({ store, nodeKey, node }: NodeProps): ReactElement {
  const typing = useTyping(node.title, (title) => change(store, nodeKey, { title: title.trim() }, t('Renamed a node')));
  return (
    <Field label={t('Name on the canvas')} name="title">
      {(id) => (
        <input
          id={id}
          type="text"
          value={typing.text}
          maxLength={255}
          placeholder={store.catalog.of(node)?.title ?? ''}
          disabled={!store.canEdit}
          onChange={(event) => typing.onType(event.target.value)}
          onBlur={typing.keep}
          onKeyDown={(event) => {
            if (event.key === 'Enter') typing.keep();
          }}
        />
      )}
    </Field>
  );
}

export function CommentField({ store, nodeKey, node }: NodeProps): ReactElement {
  const typing = useTyping(node.comment, (comment) => change(store, nodeKey, { comment }, t('Changed a comment')));
  return (
    <Field label={t('Comment')} name="comment" problems={problemsOf(store.checks.faults, nodeKey, 'comment')}>
      {(id) => (
        <textarea
          id={id}
          rows={2}
          value={typing.text}
          disabled={!store.canEdit}
          onChange={(event) => typing.onType(event.target.value)}
          onBlur={typing.keep}
        />
      )}
    </Field>
  );
}

interface SelectProps {
  id: string;
  describedBy?: string;
  value: string;
  /** What stands for nothing of its own. */
  none: string;
  choices: readonly string[];
  isReadOnly?: boolean;
  onChange: (value: string) => void;
}

/** One of the workspace's, or none; what stands there stays, even if it is not known here. */
export function Choices({ id, describedBy, value, none, choices, isReadOnly, onChange }: SelectProps): ReactElement {
  const all = !value || choices.includes(value) ? choices : [value, ...choices];
  return (
    <select
      id={id}
      value={value}
      aria-describedby={describedBy || undefined}
      disabled={isReadOnly}
      onChange={(event) => onChange(event.target.value)}
    >
      <option value="">{none}</option>
      {all.map((choice) => (
        <option key={choice} value={choice}>
          {choice}
        </option>
      ))}
    </select>
  );
}

/** Where and how one node runs. */
export function RunSettings({ store, nodeKey, node }: NodeProps): ReactElement {
  const computes = useComputes(store);
  const environments = useEnvironments(store);
  const isReadOnly = !store.canEdit;
  return (
    <>
      <Field label={t('Compute')} name="compute" problems={problemsOf(store.checks.faults, nodeKey, 'compute')}>
        {(id, describedBy) => (
          <Choices
            id={id}
            describedBy={describedBy}
            value={node.compute}
            none={t('That of the pipeline')}
            choices={computes}
            isReadOnly={isReadOnly}
            onChange={(compute) => change(store, nodeKey, { compute }, t('Changed where a node runs'))}
          />
        )}
      </Field>
      <Field
        label={t('Environment')}
        name="environment"
        problems={problemsOf(store.checks.faults, nodeKey, 'environment')}
      >
        {(id, describedBy) => (
          <Choices
            id={id}
            describedBy={describedBy}
            value={node.environment ?? ''}
            none={t('That of the component')}
            choices={environments}
            isReadOnly={isReadOnly}
            onChange={(name) =>
              change(store, nodeKey, { environment: name || null }, t('Changed the environment of a node'))
            }
          />
        )}
      </Field>
      <TimeoutField store={store} nodeKey={nodeKey} node={node} />
      <Field
        label={t('Regenerate output')}
        help={t('It runs again even where nothing that its results depend on has changed.')}
        name="force_rerun"
        hasOwnLabel
      >
        {(id, describedBy) => (
          <label className="check">
            <input
              id={id}
              type="checkbox"
              aria-describedby={describedBy}
              checked={node.force_rerun}
              disabled={isReadOnly}
              onChange={(event) =>
                change(store, nodeKey, { force_rerun: event.target.checked }, t('Changed whether a node is reused'))
              }
            />
            <span>{t('Regenerate output')}</span>
          </label>
        )}
      </Field>
      <CommentField store={store} nodeKey={nodeKey} node={node} />
    </>
  );
}

function TimeoutField({ store, nodeKey, node }: NodeProps): ReactElement {
  const typing = useTyping(node.timeout_s === null ? '' : String(node.timeout_s), (text) => {
    const seconds = Number(text);
    if (text.trim() && !(Number.isInteger(seconds) && seconds > 0)) return;
    change(store, nodeKey, { timeout_s: text.trim() ? seconds : null }, t('Changed the time limit of a node'));
  });
  const isWrong = typing.text.trim() !== '' && !/^\s*[1-9]\d*\s*$/.test(typing.text);
  const problems = isWrong
    ? [t('This is a whole number of seconds, at least 1.')]
    : problemsOf(store.checks.faults, nodeKey, 'timeout_s');
  return (
    <Field
      label={t('Time limit in seconds')}
      help={t('The node fails where it takes longer; empty: no limit.')}
      name="timeout_s"
      problems={problems}
    >
      {(id, describedBy) => (
        <input
          id={id}
          type="text"
          inputMode="numeric"
          className="designer-number"
          value={typing.text}
          aria-invalid={problems.length > 0 || undefined}
          aria-describedby={describedBy}
          disabled={!store.canEdit}
          onChange={(event) => typing.onType(event.target.value)}
          onBlur={typing.keep}
        />
      )}
    </Field>
  );
}
