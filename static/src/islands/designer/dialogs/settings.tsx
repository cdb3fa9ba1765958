import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import type { DraftSettings } from '../core/document.ts';
import type { DraftStore } from '../core/store.ts';
import { useDraft } from '../hooks.ts';
import { useComputes, useDatastores } from '../properties/choices.ts';
import { Facts } from '../properties/draft.tsx';
import { Field } from '../properties/field.tsx';
import { PipelineParameters } from '../properties/pipeline-parameters.tsx';
import { Choices } from '../properties/run-settings.tsx';
import { openModal } from './modal.tsx';

/** What holds for the draft as a whole. */
export function openSettings(store: DraftStore): void {
  openModal({
    title: t('Settings of the draft'),
    body: (close) => (
      <>
        <div className="dialog-body">
          <Settings store={store} />
        </div>
        <div className="dialog-foot">
          <button type="button" className="btn btn-primary" onClick={close}>
            {t('Done')}
          </button>
        </div>
      </>
    ),
  });
}

function Settings({ store }: { store: DraftStore }): ReactElement {
  useDraft(store, ({ version }) => version);
  const computes = useComputes(store);
  const datastores = useDatastores(store);
  const { settings } = store.document;
  const set = (changed: Partial<DraftSettings>): void =>
    store.edit({ settings: changed }, t('Changed the settings of the draft'));
  const isReadOnly = !store.canEdit;
  return (
    <>
      <Facts store={store} />
      <Field label={t('Default compute')} name="default_compute">
        {(id) => (
          <Choices
            id={id}
            value={settings.default_compute}
            none={t('That of the workspace')}
            choices={computes}
            isReadOnly={isReadOnly}
            onChange={(default_compute) => set({ default_compute })}
          />
        )}
      </Field>
      <Field label={t('Default datastore')} name="default_datastore">
        {(id) => (
          <Choices
            id={id}
            value={settings.default_datastore}
            none={t('That of the workspace')}
            choices={datastores}
            isReadOnly={isReadOnly}
            onChange={(default_datastore) => set({ default_datastore })}
          />
        )}
      </Field>
      <label className="check">
        <input
          type="checkbox"
          checked={settings.continue_on_step_failure}
          disabled={isReadOnly}
          onChange={(event) => set({ continue_on_step_failure: event.target.checked })}
        />
        <span>{t('Go on with what does not need it when a node fails')}</span>
      </label>
      <label className="check">
        <input
          type="checkbox"
          checked={settings.force_rerun}
          disabled={isReadOnly}
          onChange={(event) => set({ force_rerun: event.target.checked })}
        />
        <span>{t('Regenerate the output of all nodes, reusing nothing')}</span>
      </label>
      <PipelineParameters store={store} />
    </>
  );
}
