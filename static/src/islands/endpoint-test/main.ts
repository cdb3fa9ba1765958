import { island } from '../../lib/island.ts';
import { Props } from '../shared/props.ts';
import { Trial, type Deployment, type TrialProps } from './trial.ts';

function parse(source: unknown): TrialProps {
  const props = new Props(source);
  return {
    passUrl: props.text('passUrl'),
    logsUrl: props.text('logsUrl'),
    hasTraffic: props.flag('hasTraffic'),
    deployments: props.rows('deployments').map((row): Deployment => ({
      name: row.text('name'),
      state: row.text('state'),
      sample: row.text('sample'),
      isGuessed: row.flag('isGuessed'),
      schema: row.any('schema'),
    })),
  };
}

island('endpoint-test', parse, (host, props) => {
  const trial = new Trial(host, props);
  return () => trial.destroy();
});
