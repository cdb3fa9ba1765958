import './plotly-styles.ts';

import bar from 'plotly.js/lib/bar';
import box from 'plotly.js/lib/box';
import Plotly from 'plotly.js/lib/core';
import heatmap from 'plotly.js/lib/heatmap';
import es from 'plotly.js/lib/locales/es';

import { language } from '../../lib/strings.ts';

/** The part of Plotly in use: lines, which its core has, bars, boxes and heat maps. Import it lazily, it is large. */
Plotly.register([bar, box, heatmap]);
Plotly.register(es);

/** The bar of buttons is our own, so that it speaks the reader's language and can be reached by keyboard. */
export const CONFIG = {
  displayModeBar: false,
  displaylogo: false,
  showTips: false,
  locale: language(),
} as const;

export { Plotly };
