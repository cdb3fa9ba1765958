import '../../styles/logs.css';

import { island } from '../../lib/island.ts';
import { shortcut } from '../../lib/keyboard.ts';
import { t } from '../../lib/strings.ts';
import { Props } from '../shared/props.ts';
import { LogViewer, type LogProps } from './viewer.ts';

function parse(source: unknown): LogProps {
  const props = new Props(source);
  return {
    api: props.text('api'),
    socket: props.text('socket'),
    path: props.text('path', ''),
    ended: props.flag('ended'),
    downloadUrl: props.text('downloadUrl'),
    query: props.text('query', ''),
  };
}

island('log-viewer', parse, (host, props) => {
  const viewer = new LogViewer(host, props);
  const forget = shortcut({
    keys: '/',
    label: t('Search the log'),
    group: t('Log'),
    when: () => host.offsetParent !== null,
    run: () => viewer.focusSearch(),
  });
  return () => {
    forget();
    viewer.destroy();
  };
});
