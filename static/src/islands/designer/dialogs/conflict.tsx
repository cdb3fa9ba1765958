import { useState, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import { titleOf } from '../core/connecting.ts';
import { fullNode, type StoredNode } from '../core/document.ts';
import { placeOf } from '../core/patch.ts';
import type { DraftStore } from '../core/store.ts';
import type { ConflictToAsk } from '../core/sync.ts';
import { openModal } from './modal.tsx';

/** Let somebody choose whose changes count where two changed the same. A dialog that is just closed keeps those of the others. */
export function askConflicts(store: DraftStore, conflicts: readonly ConflictToAsk[]): Promise<ReadonlySet<string>> {
  return new Promise((resolve) => {
    let mine: ReadonlySet<string> = new Set();
    openModal({
      title: t('Changed by two at once'),
      isWide: true,
      body: (close) => (
        <Choice
          store={store}
          conflicts={conflicts}
          onDone={(chosen) => {
            mine = chosen;
            close();
          }}
        />
      ),
      onClosed: () => resolve(mine),
    });
  });
}

interface ChoiceProps {
  store: DraftStore;
  conflicts: readonly ConflictToAsk[];
  onDone: (mine: ReadonlySet<string>) => void;
}

function Choice({ store, conflicts, onDone }: ChoiceProps): ReactElement {
  const [mine, setMine] = useState<ReadonlySet<string>>(new Set());
  const turn = (place: string, isMine: boolean): void =>
    setMine((before) => new Set(isMine ? [...before, place] : [...before].filter((one) => one !== place)));
  return (
    <form
      data-guard
      onSubmit={(event) => {
        event.preventDefault();
        onDone(mine);
      }}
    >
      <div className="dialog-body">
        <p>
          {t('Nothing of yours was saved yet. Choose what the draft shall have; the rest of your changes is kept.')}
        </p>
        {conflicts.map((conflict) => {
          const place = placeOf(conflict.section, conflict.key);
          return (
            <fieldset key={place} className="field designer-conflict">
              <legend>{nameOf(store, conflict)}</legend>
              {[false, true].map((isMine) => (
                <label key={String(isMine)} className="check">
                  <input
                    type="radio"
                    name={place}
                    checked={mine.has(place) === isMine}
                    onChange={() => turn(place, isMine)}
                  />
                  <span>
                    {isMine ? t('Mine') : t('That of {name}', { name: conflict.by })}
                    <span className="field-help">{inWords(conflict, isMine)}</span>
                  </span>
                </label>
              ))}
            </fieldset>
          );
        })}
      </div>
      <div className="dialog-foot">
        <button type="submit" className="btn btn-primary">
          {t('Go on')}
        </button>
      </div>
    </form>
  );
}

function nameOf(store: DraftStore, { section, key, theirs }: ConflictToAsk): string {
  const node = section === 'nodes' ? (store.document.nodes[key] ?? nodeOf(theirs)) : null;
  if (node) return titleOf(store.catalog, node);
  if (section === 'inputs') return t('Pipeline parameter {name}', { name: key });
  return section === 'settings' ? t('Settings of the draft') : t('Comment');
}

function nodeOf(value: unknown): ReturnType<typeof fullNode> | null {
  return value ? fullNode(value as StoredNode) : null;
}

/** How one of the two differs from the other, field by field. */
function inWords({ section, key, mine, theirs }: ConflictToAsk, isMine: boolean): string {
  const [one, other] = isMine ? [mine, theirs] : [theirs, mine];
  if (one === null) return t('removed');
  if (section === 'settings') return `${key}: ${shortly(one)}`;
  const isNode = section === 'nodes';
  const [own, against] = [one, other].map((value) => (isNode ? nodeOf(value) : value)) as Record<string, unknown>[];
  if (!against) return t('kept, with changes');
  const fields = Object.entries(own ?? {}).flatMap(([field, value]) => {
    if (JSON.stringify(value) === JSON.stringify(against[field])) return [];
    if (field === 'position') return [t('another place')];
    if (field !== 'inputs') return [`${field}: ${shortly(value)}`];
    return inputsInWords(value as Record<string, unknown>, against[field] as Record<string, unknown>);
  });
  return fields.join('; ') || t('no more than the other');
}

function inputsInWords(own: Record<string, unknown>, against: Record<string, unknown>): string[] {
  const names = [...new Set([...Object.keys(own), ...Object.keys(against)])];
  return names.flatMap((name) => {
    if (JSON.stringify(own[name]) === JSON.stringify(against[name])) return [];
    const given = own[name] as { value?: unknown; node?: string; pipeline?: string } | undefined;
    return [`${name}: ${given ? shortly(given.node ?? given.pipeline ?? given.value) : '–'}`];
  });
}

function shortly(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}
