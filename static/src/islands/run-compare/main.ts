import '../../styles/charts.css';
import '../../styles/compare.css';

import { island } from '../../lib/island.ts';
import { Props } from '../shared/props.ts';
import { RunCompare } from './page.ts';

island(
  'run-compare',
  (source) => new Props(source).text('api'),
  (host, api) => {
    const page = new RunCompare(host, api);
    return () => page.destroy();
  },
);
