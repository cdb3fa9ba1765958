import '../../styles/pipelines.css';
import '../../styles/designer.css';
import '../../styles/designer-properties.css';

import { island } from '../../lib/island.ts';
import { Props } from '../shared/props.ts';
import { mountDesigner, type DesignerProps } from './mount.tsx';

function parse(source: unknown): DesignerProps {
  const props = new Props(source);
  return {
    id: props.text('id'),
    workspace: props.text('workspace'),
    api: props.text('api'),
    paletteUrl: props.text('paletteUrl'),
    socket: props.text('socket'),
    cursor: props.number('cursor', 0),
    yamlUrl: props.text('yamlUrl'),
    pythonUrl: props.text('pythonUrl'),
  };
}

island('designer', parse, mountDesigner);
