import { useState, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { wordsOf } from '../../shared/api.ts';
import type { DraftStore } from '../core/store.ts';
import { sendJson } from '../dialogs/requests.ts';
import type { RunWatch } from '../watch/watch.ts';
import { Submissions } from '../watch/submissions.tsx';
import { Notices } from './faults.tsx';
import { Field } from './field.tsx';
import { PipelineParameters } from './pipeline-parameters.tsx';
import { useTyping } from './typing.ts';

/** The draft itself, where nothing on the canvas is chosen. */
export function DraftPane({ store, watch }: { store: DraftStore; watch: RunWatch }): ReactElement {
  return (
    <div className="stack">
      <h2 className="designer-pane-title">{t('Pipeline')}</h2>
      <Notices faults={store.checks.faults.filter((fault) => fault.node === '')} />
      <Facts store={store} />
      <PipelineParameters store={store} />
      <Submissions store={store} watch={watch} />
    </div>
  );
}

/** Name and description, which are no part of what is drawn and so not of what can be undone. */
export function Facts({ store }: { store: DraftStore }): ReactElement {
  const [problems, setProblems] = useState<Record<string, string>>({});
  const save = (field: 'name' | 'description', value: string): void => {
    void sendJson('PATCH', store.places.api, { [field]: value }).then(
      () => {
        store.set({ [field]: value });
        setProblems((before) => ({ ...before, [field]: '' }));
      },
      (error: unknown) => setProblems((before) => ({ ...before, [field]: wordsOf(error) })),
    );
  };
  const name = useTyping(store.name, (text) => save('name', text.trim()));
  const description = useTyping(store.description, (text) => save('description', text));
  const shownProblems = (field: string): string[] => (problems[field] ? [problems[field]] : []);
  return (
    <>
      <Field label={t('Name')} name="draft-name" problems={shownProblems('name')}>
        {(id, describedBy) => (
          <input
            id={id}
            type="text"
            maxLength={255}
            required
            aria-describedby={describedBy}
            value={name.text}
            disabled={!store.canEdit}
            onChange={(event) => name.onType(event.target.value)}
            onBlur={name.keep}
          />
        )}
      </Field>
      <Field label={t('Description')} name="draft-description" problems={shownProblems('description')}>
        {(id, describedBy) => (
          <textarea
            id={id}
            rows={3}
            aria-describedby={describedBy}
            value={description.text}
            disabled={!store.canEdit}
            onChange={(event) => description.onType(event.target.value)}
            onBlur={description.keep}
          />
        )}
      </Field>
    </>
  );
}
