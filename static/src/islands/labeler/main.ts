import '../../styles/labeler.css';

import { island } from '../../lib/island.ts';
import { Props } from '../shared/props.ts';
import { LabelerPage } from './page.ts';

island(
  'labeler',
  (source) => {
    const props = new Props(source);
    return { api: props.text('api'), shelf: props.text('shelf') };
  },
  (host, props) => {
    const page = new LabelerPage(host, props.api, props.shelf);
    return () => page.destroy();
  },
);
