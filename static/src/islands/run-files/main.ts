import '../../styles/logs.css';
import '../../styles/files.css';

import { island } from '../../lib/island.ts';
import { Props } from '../shared/props.ts';
import { RunFiles, type FilesProps } from './files.ts';

function parse(source: unknown): FilesProps {
  const props = new Props(source);
  return {
    api: props.text('api'),
    isCode: props.text('mode', 'files') === 'code',
    canPreview: props.flag('canPreview', false),
    zip: props.text('zip', ''),
    actions: props.rows('actions').map((action) => ({
      label: action.text('label'),
      url: action.text('url'),
      icon: action.text('icon'),
    })),
  };
}

island('run-files', parse, (host, props) => {
  const files = new RunFiles(host, props);
  return () => files.destroy();
});
