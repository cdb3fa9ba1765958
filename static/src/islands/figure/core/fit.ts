/** Fits a figure of the server's into its card. Pure. */
import type { ChartTheme } from '../../shared/chart-theme.ts';

type Plain = Record<string, unknown>;

export interface Figure {
  data: Plain[];
  layout: Plain;
}

/** The card has the title already; what is left goes to the drawing, and maps of heat get the page's colours. */
export function fit({ data, layout }: Figure, theme: ChartTheme): Figure {
  const isHeat = data.some((trace) => trace['type'] === 'heatmap');
  const axes = Object.entries(layout).filter(([name]) => isHeat && /^[xy]axis/.test(name));
  return {
    data: data.map((trace) => (trace['type'] === 'heatmap' ? { ...trace, ...heat(theme) } : trace)),
    layout: {
      ...layout,
      ...Object.fromEntries(axes.map(([name, axis]) => [name, { ...(axis as Plain), showgrid: false }])),
      title: undefined,
      margin: { l: 60, r: 16, t: 12, b: 48, pad: 0 },
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' },
    },
  };
}

function heat(theme: ChartTheme): Plain {
  return {
    colorscale: [
      [0, theme.surface],
      [1, theme.fill],
    ],
    // Plotly draws a scale, and cells without a gap, by means that the content security policy forbids. The cells say
    // their values themselves.
    showscale: false,
    xgap: 2,
    ygap: 2,
  };
}
