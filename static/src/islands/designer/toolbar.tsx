import { useId, type ReactElement } from 'react';

import { confirmDialog } from '../../lib/dialogs.ts';
import { t } from '../../lib/strings.ts';
import { Icon } from '../pipeline-graph/icon.tsx';
import type { Deeds } from './canvas/deeds.ts';
import { ALIGNMENTS, type Alignment } from './core/operations.ts';
import type { DraftStore, SaveState } from './core/store.ts';
import { openHistory } from './dialogs/history.tsx';
import { openSettings } from './dialogs/settings.tsx';
import { openSubmit } from './dialogs/submit.tsx';
import { useDraft } from './hooks.ts';
import { Submission } from './watch/submissions.tsx';
import type { RunWatch } from './watch/watch.ts';

export interface ToolbarProps {
  store: DraftStore;
  watch: RunWatch;
  deeds: Deeds;
  /** Addresses of files that the draft can be taken away as. */
  yamlUrl: string;
  pythonUrl: string;
  isChecking: boolean;
  onChecks: () => void;
  onFrame: () => void;
  onArrange: () => void;
}

/** How far the draft is saved, in words. */
export function savedText(state: SaveState): string {
  switch (state.kind) {
    case 'saved':
      return t('Saved');
    case 'saving':
      return t('Saving…');
    case 'unsaved':
      return t('Not saved yet');
    case 'conflict':
      return t('Changed by two at once');
    case 'offline':
      return t('Not saved: the studio cannot be reached. Your changes are kept in this browser.');
    case 'refused':
      return t('Not saved: {words}', { words: state.words });
  }
}

export function Toolbar(props: ToolbarProps): ReactElement {
  const { store, watch, deeds, isChecking, onChecks, onFrame, onArrange, yamlUrl, pythonUrl } = props;
  useDraft(store, (one) => one.version);
  const { next, saveState, people, checks, canEdit, canSubmit, selection } = store;
  const errors = checks.faults.filter((fault) => fault.level === 'error').length;
  const warnings = checks.faults.length - errors;
  const isTroubled = saveState.kind === 'offline' || saveState.kind === 'refused';
  const [alignId, moreId] = [useId(), useId()];
  const undoWords = next.undo === null ? t('Undo') : t('Undo: {what}', { what: next.undo });
  const redoWords = next.redo === null ? t('Redo') : t('Redo: {what}', { what: next.redo });

  const clear = async (): Promise<void> => {
    if (await confirmDialog(t('Take everything off the canvas? It can be undone.'), t('Clear'))) deeds.clear();
  };

  return (
    <div className="designer-toolbar" role="toolbar" aria-label={t('Draft')}>
      <span className="designer-saved" role="status" data-saved={saveState.kind}>
        <span
          className={`status status-${isTroubled ? 'bad' : saveState.kind === 'saved' ? 'ok' : 'busy'}`}
          title={savedText(saveState)}
        >
          {canEdit ? savedText(saveState) : t('Read only')}
        </span>
      </span>
      {people.length > 1 && (
        <span className="designer-people" title={people.map((person) => person.name).join(', ')}>
          <Icon name="users" className="icon-sm" />
          {t('{count} are here', { count: people.length })}
        </span>
      )}
      <Submission store={store} watch={watch} />
      <span className="designer-tools push">
        <Tool icon="undo" label={undoWords} isOff={next.undo === null} onClick={() => deeds.undo()} />
        <Tool icon="restore" label={redoWords} isOff={next.redo === null} onClick={() => deeds.redo()} />
        <Tool icon="designer" label={t('Arrange all nodes')} isOff={!canEdit} onClick={onArrange} />
        <button
          type="button"
          className="btn btn-sm btn-icon btn-ghost"
          popoverTarget={alignId}
          disabled={selection.size < 2 || !canEdit}
          aria-label={t('Align')}
          title={t('Align')}
        >
          <Icon name="columns" className="icon-sm" />
        </button>
        <div id={alignId} className="menu" popover="auto" data-menu="">
          {ALIGNMENTS.map((one) => (
            <button
              key={one}
              type="button"
              className="menu-item"
              popoverTarget={alignId}
              popoverTargetAction="hide"
              onClick={() => deeds.align(one)}
            >
              {alignText(one)}
            </button>
          ))}
        </div>
        <Tool icon="maximize" label={t('Add a frame')} isOff={!canEdit} onClick={onFrame} />
        <Tool icon="history" label={t('History')} onClick={() => openHistory(store)} />
        <Tool icon="settings" label={t('Settings')} onClick={() => openSettings(store)} />
        <button
          type="button"
          className="btn btn-sm btn-icon btn-ghost"
          popoverTarget={moreId}
          aria-label={t('More')}
          title={t('More')}
        >
          <Icon name="dots" className="icon-sm" />
        </button>
        <div id={moreId} className="menu" popover="auto" data-menu="">
          <a className="menu-item" href={yamlUrl} download>
            {t('Export as YAML')}
          </a>
          <a className="menu-item" href={pythonUrl} download>
            {t('Export as Python')}
          </a>
          {canEdit && (
            <button
              type="button"
              className="menu-item"
              popoverTarget={moreId}
              popoverTargetAction="hide"
              onClick={() => void clear()}
            >
              {t('Clear the canvas')}
            </button>
          )}
        </div>
        <button
          type="button"
          className="btn btn-sm"
          aria-pressed={isChecking}
          data-checks={checks.faults.length}
          onClick={onChecks}
        >
          <Icon name={errors ? 'error' : warnings ? 'alert' : 'circle-check'} className="icon-sm" />
          {errors
            ? t('Errors: {count}', { count: errors })
            : warnings
              ? t('Warnings: {count}', { count: warnings })
              : t('Checks')}
        </button>
        <button
          type="button"
          className="btn btn-sm btn-primary"
          disabled={!canSubmit}
          onClick={() => openSubmit(store)}
        >
          <Icon name="play" className="icon-sm" />
          {t('Submit')}
        </button>
      </span>
    </div>
  );
}

function alignText(to: Alignment): string {
  return {
    left: t('Align left'),
    center: t('Align centers, side to side'),
    right: t('Align right'),
    top: t('Align top'),
    middle: t('Align middles, top to bottom'),
    bottom: t('Align bottom'),
  }[to];
}

function Tool(props: { icon: string; label: string; isOff?: boolean; onClick: () => void }): ReactElement {
  return (
    <button
      type="button"
      className="btn btn-sm btn-icon btn-ghost"
      aria-label={props.label}
      title={props.label}
      disabled={props.isOff}
      onClick={props.onClick}
    >
      <Icon name={props.icon} className="icon-sm" />
    </button>
  );
}
