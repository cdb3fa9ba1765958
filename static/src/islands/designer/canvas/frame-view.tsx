import { NodeResizer, type NodeProps } from '@xyflow/react';
import { memo, useContext, useState, type ReactElement } from 'react';

import { t } from '../../../lib/strings.ts';
import type { FrameFlowNode } from './flow.ts';
import { Canvased } from './state.ts';

const SMALLEST = { width: 80, height: 40 };

/** Words on the canvas, with a frame round what they are about. */
export const FrameView = memo(function FrameView({ id, data, selected }: NodeProps<FrameFlowNode>): ReactElement {
  const { canEdit, onFrameText, onFrameBox } = useContext(Canvased);
  const [isWriting, setIsWriting] = useState(false);
  const { text } = data.frame;
  return (
    <div
      className={`designer-frame${selected ? ' is-chosen' : ''}`}
      data-frame={id}
      onDoubleClick={() => setIsWriting(canEdit)}
    >
      {canEdit && (
        <NodeResizer
          isVisible={selected}
          minWidth={SMALLEST.width}
          minHeight={SMALLEST.height}
          onResizeEnd={(_event, { x, y, width, height }) => onFrameBox(id, [x, y], [width, height])}
        />
      )}
      {isWriting ? (
        <textarea
          className="designer-frame-text nodrag nopan nowheel"
          aria-label={t('Text of the frame')}
          defaultValue={text}
          autoFocus
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key === 'Escape') event.currentTarget.blur();
          }}
          onBlur={(event) => {
            setIsWriting(false);
            onFrameText(id, event.currentTarget.value.trim());
          }}
        />
      ) : (
        <div className="designer-frame-text">{text || (selected ? t('Double-click to write') : '')}</div>
      )}
    </div>
  );
});
