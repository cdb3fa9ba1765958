import type { ChartTheme } from '../../shared/chart-theme.ts';
import type { Axis, Column, Evaluated, Histogram, Point, Scatter } from '../remote.ts';

/** What Plotly draws. Colours come from the page's theme, which may change. */
export interface Figure {
  data: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

export type Words = Record<'count' | 'others' | 'threshold' | 'actual' | 'predicted', string>;

const MARGIN = { l: 52, r: 14, t: 10, b: 40, pad: 0 };

/** Plotly reads a little HTML in labels, and placeholders in templates. */
export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/%\{/g, '%&#123;');
}

/** A label of an axis or legend: escaped, and not so long that the chart has no room. */
export function label(text: string, most = 28): string {
  return escaped(text.length > most ? `${text.slice(0, most - 1)}…` : text);
}

/** The histogram of a column of numbers or times. */
export function histogramFigure(column: Column, isLog: boolean, isLogCount: boolean, words: Words): Figure {
  const isTime = typeof column.min === 'string';
  const shown = isLog && column.log_histogram ? column.log_histogram : (column.histogram ?? { counts: [], edges: [] });
  const unit = isTime ? 1000 : 1;
  return {
    data: [{ ...bars(shown, unit), marker: { color: '' } }],
    layout: {
      margin: MARGIN,
      bargap: 0.04,
      xaxis: {
        title: { text: label(column.name, 40) },
        ...(isTime ? { type: 'date' } : {}),
        ...(isLog ? powers(shown) : {}),
      },
      yaxis: { title: { text: words.count }, type: isLogCount ? 'log' : 'linear', rangemode: 'tozero' },
    },
  };
}

function bars({ counts, edges }: Histogram, unit: number): Record<string, unknown> {
  const width = counts.map((_, place) => ((edges[place + 1] ?? 0) - (edges[place] ?? 0)) * unit || 1);
  return {
    type: 'bar',
    x: counts.map((_, place) => (((edges[place] ?? 0) + (edges[place + 1] ?? 0)) / 2) * unit),
    y: counts,
    width,
    customdata: counts.map((_, place) => [edges[place], edges[place + 1]]),
    hovertemplate: unit === 1 ? '%{customdata[0]:.4~g} – %{customdata[1]:.4~g}: %{y}<extra></extra>' : undefined,
  };
}

/** Ticks at powers of ten on an axis of logarithms. */
function powers({ edges }: Histogram): Record<string, unknown> {
  const low = Math.floor(edges[0] ?? 0);
  const high = Math.ceil(edges.at(-1) ?? 0);
  const step = Math.max(1, Math.ceil((high - low) / 6));
  const tickvals: number[] = [];
  for (let power = low; power <= high; power += step) tickvals.push(power);
  return { tickvals, ticktext: tickvals.map((power) => (Math.abs(power) < 5 ? String(10 ** power) : `1e${power}`)) };
}

/** A box of the quarters of a column, with whiskers to the last values within one and a half times its width. */
export function boxFigure(column: Column, isLog: boolean): Figure | null {
  const { box } = column;
  if (!box || typeof column.min !== 'number' || typeof column.max !== 'number') return null;
  const line = { color: '', width: 1.5 };
  const outline = (x: number[], y: number[], more = {}): Record<string, unknown> => ({
    type: 'scatter', mode: 'lines', x, y, line, hoverinfo: 'x', showlegend: false, ...more,
  }); // prettier-ignore
  const outer = [column.min < box.low ? column.min : null, column.max > box.high ? column.max : null];
  const outliers = outer.filter((value) => value !== null);
  return {
    data: [
      outline([box.first, box.third, box.third, box.first, box.first], [-0.3, -0.3, 0.3, 0.3, -0.3], {
        fill: 'toself',
      }),
      outline([box.median, box.median], [-0.3, 0.3], { line: { color: '', width: 3 } }),
      outline([box.low, box.first], [0, 0]),
      outline([box.third, box.high], [0, 0]),
      outline([box.low, box.low], [-0.15, 0.15]),
      outline([box.high, box.high], [-0.15, 0.15]),
      ...(outliers.length
        ? [
            {
              type: 'scatter',
              mode: 'markers',
              x: outliers,
              y: outliers.map(() => 0),
              marker: { color: '', size: 7 },
              hoverinfo: 'x',
              showlegend: false,
            },
          ]
        : []),
    ],
    layout: {
      margin: MARGIN,
      xaxis: { title: { text: label(column.name, 40) }, type: isLog ? 'log' : 'linear', zeroline: false },
      yaxis: { visible: false, range: [-0.8, 0.8], fixedrange: true },
    },
  };
}

/** The most frequent values of a column, the most frequent at the top. */
export function topFigure(column: Column, isLogCount: boolean, words: Words): Figure {
  const ranked = [...(column.top ?? [])].reverse();
  return {
    data: [
      {
        type: 'bar',
        orientation: 'h',
        y: ranked.map((_, place) => place),
        x: ranked.map(([, count]) => count),
        text: ranked.map(([value]) => label(value, 60)),
        textposition: 'none',
        hovertemplate: '%{text}: %{x}<extra></extra>',
        marker: { color: '' },
      },
    ],
    layout: {
      margin: MARGIN,
      bargap: 0.15,
      xaxis: { title: { text: words.count }, type: isLogCount ? 'log' : 'linear', rangemode: 'tozero' },
      yaxis: { tickvals: ranked.map((_, place) => place), ticktext: ranked.map(([value]) => label(value, 18)) },
    },
  };
}

/** Two columns against each other; points of one group have one colour. */
export function scatterFigure(across: string, up: string, found: Scatter, words: Words): Figure {
  const { x, y, groups } = found;
  const places = x.points.map((_, place) => place);
  const named = groups ? [...groups.values, words.others] : [''];
  const data = named
    .map((name, group) => {
      const own = groups ? places.filter((place) => groups.points[place] === group) : places;
      return {
        type: 'scatter',
        mode: 'markers',
        name: label(name, 24),
        x: own.map((place) => x.points[place]),
        y: own.map((place) => y.points[place]),
        marker: { size: 5, opacity: 0.65, color: group },
        hovertemplate: '%{x}, %{y}<extra></extra>',
      };
    })
    .filter((trace) => trace.x.length);
  return {
    data,
    layout: {
      margin: { ...MARGIN, l: 64 },
      showlegend: Boolean(groups),
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 10 } },
      hovermode: 'closest',
      xaxis: { title: { text: label(across, 40) }, ...axisOf(x), zeroline: false },
      yaxis: { title: { text: label(up, 40) }, ...axisOf(y), zeroline: false },
    },
  };
}

function axisOf({ kind, values }: Axis): Record<string, unknown> {
  if (kind === 'time') return { type: 'date' };
  if (kind !== 'text' || !values) return { type: 'linear' };
  const step = Math.max(1, Math.ceil(values.length / 12));
  const tickvals = values.map((_, place) => place).filter((place) => place % step === 0);
  return { type: 'linear', tickvals, ticktext: tickvals.map((place) => label(values[place] ?? '', 14)) };
}

/** A curve for each model, and where each stands at the threshold. */
export function curvesFigure(
  models: readonly { name: string; points: readonly Point[]; mark: Point | null }[],
  axes: { x: string; y: string; hasDiagonal: boolean },
  words: Words,
): Figure {
  const lines = models.map(({ name, points }, place) => ({
    type: 'scatter',
    mode: 'lines',
    name: label(name),
    x: points.map(([x]) => x),
    y: points.map(([, y]) => y),
    line: { color: place, width: 2 },
    hovertemplate: '%{x:.3f}, %{y:.3f}<extra></extra>',
  }));
  const marks = models.flatMap(({ mark }, place) =>
    mark
      ? [{ type: 'scatter', mode: 'markers', x: [mark[0]], y: [mark[1]], marker: { size: 11, color: place }, showlegend: false,
          hovertemplate: `${words.threshold}: %{x:.3f}, %{y:.3f}<extra></extra>` }]
      : [],
  ); // prettier-ignore
  const diagonal = {
    type: 'scatter', mode: 'lines', x: [0, 1], y: [0, 1], line: { color: 'faint', width: 1, dash: 'dot' },
    hoverinfo: 'skip', showlegend: false,
  }; // prettier-ignore
  return {
    data: [...(axes.hasDiagonal ? [diagonal] : []), ...lines, ...marks],
    layout: {
      margin: MARGIN,
      showlegend: models.length > 1,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 10 } },
      hovermode: 'closest',
      xaxis: { title: { text: axes.x }, range: [0, 1.005], zeroline: false },
      yaxis: { title: { text: axes.y }, rangemode: 'tozero', zeroline: false },
    },
  };
}

/** How large errors are, one colour for each model. */
export function errorsFigure(models: readonly Evaluated[], title: string, words: Words): Figure {
  return {
    data: models.map(({ name, error_histogram: histogram }, place) => ({
      ...bars(histogram ?? { counts: [], edges: [] }, 1),
      name: label(name),
      marker: { color: place, opacity: models.length > 1 ? 0.6 : 1 },
    })),
    layout: {
      margin: MARGIN,
      barmode: 'overlay',
      bargap: 0.04,
      showlegend: models.length > 1,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 10 } },
      xaxis: { title: { text: title } },
      yaxis: { title: { text: words.count }, rangemode: 'tozero' },
    },
  };
}

/** What was predicted against what was true; on the dotted line both are the same. */
export function predictionsFigure(
  models: readonly Evaluated[],
  isResidual: boolean,
  title: string,
  words: Words,
): Figure {
  const every = models.flatMap(({ predictions }) => predictions ?? []);
  const actual = every.map(([x]) => x);
  const [low, high] = [Math.min(...actual), Math.max(...actual)];
  const line = {
    type: 'scatter', mode: 'lines', x: [low, high], y: isResidual ? [0, 0] : [low, high],
    line: { color: 'faint', width: 1, dash: 'dot' }, hoverinfo: 'skip', showlegend: false,
  }; // prettier-ignore
  return {
    data: [
      line,
      ...models.map(({ name, predictions = [] }, place) => ({
        type: 'scatter',
        mode: 'markers',
        name: label(name),
        x: predictions.map(([truth]) => truth),
        y: predictions.map(([truth, found]) => (isResidual ? found - truth : found)),
        marker: { size: 5, opacity: 0.65, color: place },
        hovertemplate: '%{x:.6~g}, %{y:.6~g}<extra></extra>',
      })),
    ],
    layout: {
      margin: { ...MARGIN, l: 64 },
      showlegend: models.length > 1,
      legend: { orientation: 'h', x: 0, y: 1.02, yanchor: 'bottom', font: { size: 10 } },
      hovermode: 'closest',
      xaxis: { title: { text: words.actual }, zeroline: false },
      yaxis: { title: { text: title }, zeroline: false },
    },
  };
}

/** Weights by name, the first at the top; below zero they have another colour. */
export function weightsFigure(weights: readonly [string, number][]): Figure {
  const shown = [...weights].reverse();
  return {
    data: [
      {
        type: 'bar',
        orientation: 'h',
        y: shown.map((_, place) => place),
        x: shown.map(([, weight]) => weight),
        text: shown.map(([name]) => label(name, 60)),
        textposition: 'none',
        hovertemplate: '%{text}: %{x:.6~g}<extra></extra>',
        marker: { color: shown.map(([, weight]) => (weight < 0 ? 1 : 0)) },
      },
    ],
    layout: {
      margin: MARGIN,
      bargap: 0.2,
      xaxis: { zeroline: true },
      yaxis: { tickvals: shown.map((_, place) => place), ticktext: shown.map(([name]) => label(name)) },
    },
  };
}

/** A matrix of shares as colours, for more classes than fit into a table. */
export function heatFigure(classes: readonly string[], shares: readonly number[][], words: Words): Figure {
  const step = Math.max(1, Math.ceil(classes.length / 20));
  const tickvals = classes.map((_, place) => place).filter((place) => place % step === 0);
  const ticks = { tickvals, ticktext: tickvals.map((place) => label(classes[place] ?? '', 12)) };
  return {
    data: [
      {
        type: 'heatmap',
        // With gaps Plotly draws cells one by one; without, as an image that it needs a style attribute for.
        xgap: 1,
        ygap: 1,
        z: shares,
        showscale: false,
        colorscale: 'theme',
        zmin: 0,
        zmax: 1,
        hovertemplate: '%{y} → %{x}: %{z:.1%}<extra></extra>',
      },
    ],
    layout: {
      margin: { ...MARGIN, l: 90, b: 70 },
      xaxis: { title: { text: words.predicted }, ...ticks },
      yaxis: { title: { text: words.actual }, autorange: 'reversed', ...ticks },
    },
  };
}

/** Traces with the colours that hold now: a number stands for a colour of series, '' for the first, 'faint' for lines. */
export function coloured(data: readonly Record<string, unknown>[], theme: ChartTheme): Record<string, unknown>[] {
  const of = (colour: unknown): unknown => {
    if (Array.isArray(colour)) return colour.map(of);
    if (colour === '') return theme.series[0];
    if (colour === 'faint') return theme.muted;
    return typeof colour === 'number' ? theme.series[colour % theme.series.length] : colour;
  };
  return data.map((trace) => {
    const made = { ...trace };
    for (const name of ['marker', 'line']) {
      const style = trace[name];
      if (typeof style === 'object' && style !== null && 'color' in style) {
        made[name] = { ...style, color: of(style.color) };
      }
    }
    if (trace['fill']) made['fillcolor'] = 'rgba(128, 128, 128, 0.18)';
    if (trace['colorscale'] === 'theme') made['colorscale'] = [[0, theme.surface], [1, theme.series[0]]]; // prettier-ignore
    return made;
  });
}
