import { useEffect, useId, useState, type ReactElement, type ReactNode } from 'react';

import { announce } from '../../../lib/dom.ts';
import { t } from '../../../lib/strings.ts';
import { Icon } from '../../pipeline-graph/icon.tsx';
import { getJson, wasAborted, wordsOf } from '../../shared/api.ts';
import { Checks } from '../checks/list.tsx';
import type { Checks as Found } from '../core/checks.ts';
import { titleOf } from '../core/connecting.ts';
import type { DraftStore } from '../core/store.ts';
import { useComputes, useExperiments } from '../properties/choices.ts';
import { InputControl } from '../properties/input-control.tsx';
import { Choices } from '../properties/run-settings.tsx';
import { DRAFT_TAG } from '../watch/submissions.tsx';
import { openModal } from './modal.tsx';
import { Refused, sendJson } from './requests.ts';

/** What would become of a node: used again, run, or not known before what it needs has run. */
interface Plan {
  will: 'reuse' | 'run' | 'unknown';
  why: string;
}

type Answer = Found & { reuse?: Record<string, Plan> };

/** Ask how the draft shall run, and run it. */
export function openSubmit(store: DraftStore): void {
  openModal({
    title: t('Submit the pipeline'),
    isWide: true,
    body: (close) => <SubmitForm store={store} close={close} />,
  });
}

/** The experiment that was last used for this draft in this browser. */
function lastExperiment(store: DraftStore): { get: () => string; set: (name: string) => void } {
  const key = `designer-experiment:${store.id}`;
  return {
    get: () => {
      try {
        return localStorage.getItem(key) ?? '';
      } catch {
        return '';
      }
    },
    set: (name) => {
      try {
        localStorage.setItem(key, name);
      } catch {
        // It is proposed next time, no more.
      }
    },
  };
}

function SubmitForm({ store, close }: { store: DraftStore; close: () => void }): ReactElement {
  const { settings, inputs } = store.document;
  const [experiment, setExperiment] = useState(() => lastExperiment(store).get() || experimentName(store.name));
  const [name, setName] = useState(store.name);
  const [description, setDescription] = useState('');
  const [compute, setCompute] = useState('');
  const [goesOn, setGoesOn] = useState(settings.continue_on_step_failure);
  const [isForced, setIsForced] = useState(settings.force_rerun);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [found, setFound] = useState<Answer | null>(null);
  const [isSending, setIsSending] = useState(false);
  const [errors, setErrors] = useState<Readonly<Record<string, readonly string[]>>>({});
  const [problem, setProblem] = useState('');
  const experiments = useExperiments(store);
  const computes = useComputes(store);
  const list = useId();

  useEffect(() => {
    const aborter = new AbortController();
    const look = async (): Promise<void> => {
      try {
        if (!(await store.flush())) {
          setProblem(
            t('The last changes could not be saved yet, so the pipeline cannot be submitted. Try again in a moment.'),
          );
          return;
        }
        const answer = await getJson<Answer>(`${store.places.api}check/?reuse=1`, aborter.signal);
        setFound(answer);
        store.set({ checks: answer });
      } catch (error) {
        if (!wasAborted(error)) setProblem(wordsOf(error));
      }
    };
    void look();
    return () => aborter.abort();
  }, [store]);

  const submit = async (): Promise<void> => {
    setIsSending(true);
    setProblem('');
    setErrors({});
    try {
      const answer = (await sendJson('POST', `${store.places.api}submit/`, {
        experiment_name: experiment.trim(),
        display_name: name.trim(),
        description,
        compute,
        continue_on_step_failure: goesOn,
        force_rerun: isForced,
        inputs: values,
        tags: { [DRAFT_TAG]: store.id },
      })) as { run: string; url: string };
      lastExperiment(store).set(experiment.trim());
      store.set({ run: { id: answer.run, url: answer.url } });
      announce(t('The pipeline was submitted.'));
      close();
    } catch (error) {
      setProblem(wordsOf(error));
      if (error instanceof Refused) setErrors(error.errors);
      setIsSending(false);
    }
  };

  const wrong = found?.faults.filter((fault) => fault.level === 'error').length ?? 0;
  const others = Object.keys(errors).filter((place) => !isShown(place, inputs));
  return (
    <form
      data-guard
      onSubmit={(event) => {
        event.preventDefault();
        if (!isSending) void submit();
      }}
    >
      <div className="dialog-body">
        {problem && (
          <div className="notice notice-bad" role="alert">
            <Icon name="error" />
            <div>
              {problem}
              {others.length > 1 && (
                <ul>
                  {others.map((place) => (
                    <li key={place}>{errors[place]?.join(' ')}</li>
                  ))}
                </ul>
              )}
            </div>
          </div>
        )}
        {found && found.faults.length > 0 && (
          <section className="stack stack-tight">
            {wrong > 0 && <p>{t('Put this right before the pipeline can run:')}</p>}
            <Checks store={store} onJump={close} />
          </section>
        )}
        <div className="field-row">
          <Row label={t('Experiment')} help={t('An existing one, or a new name.')} problems={errors['experiment_name']}>
            {(id, describedBy) => (
              <>
                <input
                  id={id}
                  type="text"
                  required
                  maxLength={255}
                  list={list}
                  aria-describedby={describedBy}
                  aria-invalid={errors['experiment_name'] ? true : undefined}
                  value={experiment}
                  onChange={(event) => setExperiment(event.target.value)}
                />
                <datalist id={list}>
                  {experiments.map((one) => (
                    <option key={one} value={one} />
                  ))}
                </datalist>
              </>
            )}
          </Row>
          <Row label={t('Display name of the run')} problems={errors['display_name']}>
            {(id) => (
              <input
                id={id}
                type="text"
                maxLength={255}
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Row>
        </div>
        <Row label={t('Description')} problems={errors['description']}>
          {(id) => (
            <textarea id={id} rows={2} value={description} onChange={(event) => setDescription(event.target.value)} />
          )}
        </Row>
        {Object.keys(inputs).length > 0 && (
          <section className="stack stack-tight">
            <h3>{t('Pipeline parameters')}</h3>
            <div className="field-row">
              {Object.entries(inputs).map(([one, declared]) => (
                <Row key={one} label={one} help={declared.description} problems={errors[`inputs.${one}`]}>
                  {(id) => (
                    <InputControl
                      id={id}
                      declared={declared}
                      value={one in values ? values[one] : declared.default}
                      isWrong={`inputs.${one}` in errors}
                      onChange={(value) => setValues((before) => ({ ...before, [one]: value }))}
                    />
                  )}
                </Row>
              ))}
            </div>
          </section>
        )}
        <Row label={t('Compute')} problems={errors['compute']}>
          {(id) => (
            <Choices
              id={id}
              value={compute}
              none={
                settings.default_compute
                  ? t('That of the draft: {name}', { name: settings.default_compute })
                  : t('That of the workspace')
              }
              choices={computes}
              onChange={setCompute}
            />
          )}
        </Row>
        <label className="check">
          <input type="checkbox" checked={goesOn} onChange={(event) => setGoesOn(event.target.checked)} />
          <span>{t('Go on with what does not need it when a node fails')}</span>
        </label>
        <label className="check">
          <input type="checkbox" checked={isForced} onChange={(event) => setIsForced(event.target.checked)} />
          <span>{t('Regenerate the output of all nodes, reusing nothing')}</span>
        </label>
        <PlanList store={store} found={found} isForced={isForced} hasValues={Object.keys(values).length > 0} />
      </div>
      <div className="dialog-foot">
        <button type="button" className="btn" onClick={close}>
          {t('Cancel')}
        </button>
        <button type="submit" className="btn btn-primary" aria-busy={isSending} disabled={!found || wrong > 0}>
          {isSending && <span className="spinner" aria-hidden="true" />}
          {t('Submit')}
        </button>
      </div>
    </form>
  );
}

/** What an experiment may be called, from what the draft is called. */
function experimentName(name: string): string {
  return (
    name
      .replace(/[^A-Za-z0-9_.-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+|-+$/g, '')
      .slice(0, 100) || 'designer'
  );
}

/** Whether an error stands at a field of this form. */
function isShown(place: string, inputs: Readonly<Record<string, unknown>>): boolean {
  return (
    ['experiment_name', 'display_name', 'description', 'compute'].includes(place) ||
    (place.startsWith('inputs.') && place.slice('inputs.'.length) in inputs)
  );
}

interface RowProps {
  label: string;
  help?: string | undefined;
  problems?: readonly string[] | undefined;
  children: (id: string, describedBy: string) => ReactNode;
}

function Row({ label, help, problems = [], children }: RowProps): ReactElement {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {children(id, `${id}-help`)}
      <div id={`${id}-help`}>
        {help && <span className="field-help">{help}</span>}
        {problems.map((one) => (
          <span key={one} className="field-error">
            <Icon name="error" />
            <span>{one}</span>
          </span>
        ))}
      </div>
    </div>
  );
}

interface PlanProps {
  store: DraftStore;
  found: Answer | null;
  isForced: boolean;
  /** Values of pipeline parameters were changed in the form, of which the plan knows nothing. */
  hasValues: boolean;
}

/** Which nodes will be reused and which will run, and why. */
function PlanList({ store, found, isForced, hasValues }: PlanProps): ReactElement | null {
  if (isForced) return <p className="muted">{t('All nodes will run.')}</p>;
  if (!found)
    return (
      <p className="muted" role="status">
        <span className="spinner" aria-hidden="true" /> {t('Finding out what can be reused…')}
      </p>
    );
  const plans = Object.entries(found.reuse ?? {});
  if (!plans.length) return null;
  const reused = plans.filter(([, plan]) => plan.will === 'reuse').length;
  return (
    <details className="designer-plan" open={plans.length <= 8}>
      <summary>{t('{reused} of {count} nodes will be reused', { reused, count: plans.length })}</summary>
      {hasValues && (
        <p className="small muted">{t('This is as with the default values of the pipeline parameters.')}</p>
      )}
      <ul className="plain-list">
        {plans.map(([key, { will, why }]) => {
          const node = store.document.nodes[key];
          return (
            <li key={key}>
              <Icon name={will === 'reuse' ? 'refresh' : 'play'} className="icon-sm" />
              <span>{node ? titleOf(store.catalog, node) : key}</span>
              <span className="muted small">{[willText(will), why].filter(Boolean).join(': ')}</span>
            </li>
          );
        })}
      </ul>
    </details>
  );
}

function willText(will: Plan['will']): string {
  return { reuse: t('will be reused'), run: t('will run'), unknown: t('may be reused') }[will];
}
