/** The traces of one chart. Pure. */
import { faded, type ChartTheme } from '../../shared/chart-theme.ts';
import { LiveSeries, smooth, type Axis } from './series.ts';

export type Trace = Record<string, unknown>;

export interface Drawing {
  axis: Axis;
  /** 0 for none. */
  smoothing: number;
  isLog: boolean;
  theme: ChartTheme;
}

const FEW_POINTS = 60;

/** Plotly shows moments as if all clocks were in Greenwich; moved by the reader's offset they show the reader's time. */
export function shownX(x: number, axis: Axis): number {
  return axis === 'time' ? x - new Date(x).getTimezoneOffset() * 60_000 : x;
}

/** The end of a range that Plotly tells, as the server wants it. */
export function askedX(end: unknown, axis: Axis): number {
  if (axis !== 'time') return Number(end);
  if (typeof end === 'number') return end + new Date(end).getTimezoneOffset() * 60_000;
  // "2026-11-23 09:00:00.5", meant in the reader's time
  return new Date(String(end).replace(' ', 'T')).getTime();
}

/** Draw series: a band from least to largest where points were put together, the line, and marks of what is no number. */
export function tracesOf(series: readonly LiveSeries[], drawing: Drawing): Trace[] {
  return series.flatMap((one, place) => {
    const colour = drawing.theme.series[place % drawing.theme.series.length] ?? drawing.theme.text;
    return tracesOfOne(one, colour, series.length > 1, drawing);
  });
}

function tracesOfOne(series: LiveSeries, colour: string, hasName: boolean, drawing: Drawing): Trace[] {
  const { axis, smoothing } = drawing;
  const x = series.x.map((value) => shownX(value, axis));
  const base = { type: 'scatter', x, mode: 'lines', legendgroup: series.name, showlegend: false };
  const silent = { ...base, hoverinfo: 'skip' };
  const traces: Trace[] = [];
  if (!series.isExact) {
    // With an edge, so that a lone spike can be seen.
    const line = { width: 1, color: faded(colour, 0.3) };
    traces.push(
      { ...silent, y: series.max, line },
      { ...silent, y: series.min, line, fill: 'tonexty', fillcolor: faded(colour, 0.18) },
    );
  }
  if (smoothing) traces.push({ ...silent, y: series.last, line: { width: 1, color: faded(colour, 0.35) } });
  traces.push({
    ...base,
    mode: series.x.length <= FEW_POINTS ? 'lines+markers' : 'lines',
    y: smoothing ? smooth(series.last, smoothing) : series.last,
    name: series.name,
    showlegend: hasName,
    line: { width: 1.5, color: colour },
    marker: { size: 4, color: colour },
    customdata: series.last.map((last, place) => [last, series.min[place], series.max[place], series.step[place]]),
    hovertemplate: hoverOf(series, hasName, drawing),
  });
  const marks = marksOf(series, x, drawing);
  return marks ? [...traces, marks] : traces;
}

function hoverOf(series: LiveSeries, hasName: boolean, { axis, smoothing }: Drawing): string {
  const parts = [`%{y:.6~g}`];
  if (smoothing) parts.push('(%{customdata[0]:.6~g})');
  if (!series.isExact) parts.push('[%{customdata[1]:.4~g} … %{customdata[2]:.4~g}]');
  if (axis !== 'step') parts.push('@ %{customdata[3]}');
  return `${parts.join(' ')}<extra>${hasName ? escaped(series.name) : ''}</extra>`;
}

/** Plotly reads a little HTML in labels, and placeholders in templates. */
export function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/%\{/g, '%&#123;');
}

/** Marks where a value is NaN or infinite, at the height of the last one that could be drawn. */
function marksOf(series: LiveSeries, x: number[], { theme, isLog }: Drawing): Trace | null {
  const canBeDrawn = (value: number | undefined): value is number =>
    value !== undefined && Number.isFinite(value) && (!isLog || value > 0);
  const marked: { x: number; y: number; text: string; symbol: string }[] = [];
  let height = series.last.find(canBeDrawn) ?? 1;
  for (const [place, value] of series.last.entries()) {
    if (canBeDrawn(value)) height = value;
    else if (!Number.isFinite(value)) {
      const symbol = Number.isNaN(value) ? 'x' : value > 0 ? 'triangle-up' : 'triangle-down';
      marked.push({ x: x[place] ?? 0, y: height, text: String(value), symbol });
    }
  }
  if (!marked.length) return null;
  return {
    type: 'scatter',
    mode: 'markers',
    x: marked.map((mark) => mark.x),
    y: marked.map((mark) => mark.y),
    text: marked.map((mark) => mark.text),
    marker: { symbol: marked.map((mark) => mark.symbol), size: 8, color: theme.bad },
    legendgroup: series.name,
    showlegend: false,
    hovertemplate: '%{text}<extra></extra>',
  };
}

/** How many values a logarithmic axis cannot show. */
export function countNotPositive(series: readonly LiveSeries[]): number {
  return series.reduce((sum, one) => sum + one.last.filter((value) => value <= 0 && Number.isFinite(value)).length, 0);
}
