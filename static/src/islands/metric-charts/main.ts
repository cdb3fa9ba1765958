import '../../styles/charts.css';

import { island } from '../../lib/island.ts';
import { shortcut } from '../../lib/keyboard.ts';
import { t } from '../../lib/strings.ts';
import { Props } from '../shared/props.ts';
import { MetricCharts, type ChartProps } from './charts.ts';

function parse(source: unknown): ChartProps {
  const props = new Props(source);
  return {
    api: props.text('api'),
    socket: props.text('socket'),
    live: props.flag('live'),
    system: props.flag('system'),
  };
}

island('metric-charts', parse, (host, props) => {
  const charts = new MetricCharts(host, props);
  const forget = shortcut({
    keys: '/',
    label: t('Filter metrics'),
    group: t('Charts'),
    when: () => host.offsetParent !== null,
    run: () => charts.focusFilter(),
  });
  return () => {
    forget();
    charts.destroy();
  };
});
