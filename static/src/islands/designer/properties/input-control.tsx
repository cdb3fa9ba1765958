import type { ReactElement } from 'react';

import type { PipelineInput } from '../core/document.ts';
import type { ParameterDeclaration, ParameterKind } from '../core/palette.ts';
import { useTyping } from './typing.ts';
import { shown, typed } from './values.ts';

const KINDS: Record<string, ParameterKind> = { integer: 'int', number: 'float', boolean: 'bool' };

interface InputControlProps {
  declared: PipelineInput;
  value: unknown;
  isReadOnly?: boolean;
  id?: string;
  isWrong?: boolean;
  /** Gets null where the field is empty. */
  onChange: (value: unknown) => void;
}

/** The value of a pipeline parameter. */
export function InputControl({
  declared,
  value,
  isReadOnly = false,
  id,
  isWrong = false,
  onChange,
}: InputControlProps): ReactElement {
  const kind = KINDS[declared.type] ?? 'text';
  const parameter: ParameterDeclaration = { name: '', title: '', kind, default: null, required: false };
  const typing = useTyping(shown(value), (text) => onChange(typed(parameter, text)));
  if (kind === 'bool')
    return (
      <select
        id={id}
        value={shown(value)}
        disabled={isReadOnly}
        onChange={(event) => onChange(event.target.value === '' ? null : event.target.value === 'true')}
      >
        <option value="" />
        <option value="true">true</option>
        <option value="false">false</option>
      </select>
    );
  return (
    <input
      id={id}
      type="text"
      inputMode={kind === 'text' ? undefined : 'decimal'}
      aria-invalid={isWrong || undefined}
      value={typing.text}
      disabled={isReadOnly}
      spellCheck={false}
      onChange={(event) => typing.onType(event.target.value)}
      onBlur={typing.keep}
      onKeyDown={(event) => {
        // Before the form that it stands in is sent by the same key.
        if (event.key === 'Enter') typing.keep();
      }}
    />
  );
}
