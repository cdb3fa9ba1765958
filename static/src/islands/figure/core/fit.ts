/** Fits a figure of the server's into its card. Pure. */
import type { ChartTheme } from '../../shared/chart-theme.ts';
import { between, readableOn } from '../../shared/contrast.ts';

type Plain = Record<string, unknown>;

const MOST_NUMBERS = 400;

export interface Figure {
  data: Plain[];
  layout: Plain;
}

/** The card has the title already; what is left goes to the drawing, and maps of heat get the page's colours. */
export function fit({ data, layout }: Figure, theme: ChartTheme): Figure {
  const isHeat = data.some((trace) => trace['type'] === 'heatmap');
  const numbers = data.flatMap((trace) => (trace['type'] === 'heatmap' ? numbersOf(trace, theme) : []));
  const axes = Object.entries(layout).filter(([name]) => isHeat && /^[xy]axis/.test(name));
  return {
    data: data.map((trace) =>
      trace['type'] === 'heatmap'
        ? { ...trace, ...heat(theme), ...(numbers.length ? { texttemplate: '' } : {}) }
        : trace,
    ),
    layout: {
      ...layout,
      ...Object.fromEntries(axes.map(([name, axis]) => [name, { ...(axis as Plain), showgrid: false }])),
      ...(numbers.length ? { annotations: numbers } : {}),
      title: undefined,
      margin: { l: 60, r: 16, t: 12, b: 48, pad: 0 },
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom' },
    },
  };
}

/**
 * The numbers of a map's cells, each in the colour that can be read on its cell. Plotly's own choice cannot be on grounds of
 * middle brightness. Of maps with very many cells none: Plotly writes what fits.
 */
function numbersOf(trace: Plain, theme: ChartTheme): Plain[] {
  const { x, y, z, texttemplate } = trace as { x: string[]; y: string[]; z: number[][]; texttemplate?: string };
  if (!texttemplate || !Array.isArray(x) || !Array.isArray(y) || x.length * y.length > MOST_NUMBERS) return [];
  const most = Math.max(...z.flat());
  return z.flatMap((row, down) =>
    row.map((value, across) => ({
      x: x[across],
      y: y[down],
      text: texttemplate.includes('%}') ? `${(value * 100).toFixed(1)} %` : String(value),
      showarrow: false,
      font: { color: readableOn(between(theme.surface, theme.fill, most > 0 ? value / most : 0)), size: 12 },
    })),
  );
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
