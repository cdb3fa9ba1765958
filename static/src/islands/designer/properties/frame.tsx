import type { ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import type { Frame } from '../core/document.ts';
import { setFrame } from '../core/operations.ts';
import type { DraftStore } from '../core/store.ts';
import { Field } from './field.tsx';
import { useTyping } from './typing.ts';

/** A frame with words. */
export function FramePane({
  store,
  frameKey,
  frame,
}: {
  store: DraftStore;
  frameKey: string;
  frame: Frame;
}): ReactElement {
  const typing = useTyping(frame.text, (text) =>
    store.edit(setFrame(store.document, frameKey, { text }), t('Changed a comment'), frameKey),
  );
  return (
    <div className="stack">
      <h2 className="designer-pane-title">{t('Comment')}</h2>
      <Field label={t('Text')} name="text">
        {(id) => (
          <textarea
            id={id}
            rows={5}
            value={typing.text}
            disabled={!store.canEdit}
            onChange={(event) => typing.onType(event.target.value)}
            onBlur={typing.keep}
          />
        )}
      </Field>
    </div>
  );
}
