import { island } from '../../lib/island.ts';
import { Props } from '../shared/props.ts';

/**
 * Leads on from the address that MLflow's clients print: what it means stands behind its `#`, which no server gets to see.
 */
island(
  'mlflow-link',
  (source) => ({ url: new Props(source).text('url') }),
  (_host, { url }) => {
    location.replace(`${url}?to=${encodeURIComponent(location.hash.slice(1))}`);
    return () => undefined;
  },
);
