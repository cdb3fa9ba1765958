import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { titleOf } from '../core/connecting.ts';
import type { PipelineInput } from '../core/document.ts';
import type { DraftStore } from '../core/store.ts';
import { renameInput, usesOf } from './binding.ts';
import { InputControl } from './input-control.tsx';
import { useTyping } from './typing.ts';

/** What can be said anew each time the pipeline is submitted. */
export function PipelineParameters({ store }: { store: DraftStore }): ReactElement {
  const inputs = Object.entries(store.document.inputs);
  return (
    <section className="stack stack-tight" aria-labelledby="designer-pipeline-parameters">
      <h3 id="designer-pipeline-parameters">{t('Pipeline parameters')}</h3>
      {!inputs.length && (
        <p className="muted small">
          {t(
            'None yet. The link beside a parameter of a node makes it one, to be set whenever the pipeline is submitted.',
          )}
        </p>
      )}
      {inputs.map(([name, declared]) => (
        <Parameter key={name} store={store} name={name} declared={declared} />
      ))}
    </section>
  );
}

function Parameter({
  store,
  name,
  declared,
}: {
  store: DraftStore;
  name: string;
  declared: PipelineInput;
}): ReactElement {
  const uses = usesOf(store.document, name);
  const typing = useTyping(name, (wanted) =>
    store.edit(renameInput(store.document, name, wanted), t('Renamed a pipeline parameter')),
  );
  const users = uses.flatMap(({ node: key }) => {
    const node = store.document.nodes[key];
    return node ? [{ key, title: titleOf(store.catalog, node) }] : [];
  });
  return (
    <div className="designer-pipeline-parameter">
      <div className="cluster">
        <input
          type="text"
          className="mono designer-grow"
          aria-label={t('Name of the parameter')}
          value={typing.text}
          disabled={!store.canEdit}
          onChange={(event) => typing.onType(event.target.value)}
          onBlur={typing.keep}
        />
        <span className="tag">{declared.type}</span>
        {!uses.length && store.canEdit && (
          <button
            type="button"
            className="btn btn-ghost btn-sm btn-icon"
            aria-label={t('Remove {name}', { name })}
            title={t('Remove {name}', { name })}
            onClick={() => store.edit({ inputs: { [name]: null } }, t('Removed a pipeline parameter'))}
          >
            <Icon name="close" className="icon-sm" />
          </button>
        )}
      </div>
      <label className="field">
        <span className="small muted">{t('Default')}</span>
        <InputControl
          declared={declared}
          value={declared.default}
          isReadOnly={!store.canEdit}
          onChange={(value) => {
            const { type, description = '' } = declared;
            const hasValue = value !== null && value !== '';
            const changed = { type, description, ...(hasValue && { default: value }) };
            store.edit({ inputs: { [name]: changed } }, t('Changed the default of {name}', { name }), `input ${name}`);
          }}
        />
      </label>
      <p className="small muted">
        {users.length ? t('Used by:') : t('Nothing uses it.')}{' '}
        {users.map(({ key, title }, place) => (
          <span key={`${place} ${key}`}>
            {place > 0 && ', '}
            <button type="button" className="btn btn-link" onClick={() => store.select([key])}>
              {title}
            </button>
          </span>
        ))}
      </p>
    </div>
  );
}
