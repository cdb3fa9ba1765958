import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { faded, readTheme, type ChartTheme } from '../shared/chart-theme.ts';
import { formatValue } from '../shared/format.ts';
import type { Axis } from './core/axes.ts';
import type { CompareState } from './state.ts';

const MARGIN = { left: 48, right: 96, top: 34, bottom: 14 };
const GRIP = 14;
const LEAST_BRUSH = 0.02;
const MOST_MARKS = 12;
/** An axis needs so many pixels for its name and its numbers; where there are fewer, the drawing scrolls. */
const LEAST_STEP = 96;

interface Drag {
  axis: Axis;
  from: number;
}

/** Draws runs as lines over axes on a canvas, since a thousand elements would not follow a brush. */
export class ParallelPlot {
  readonly host: HTMLElement;
  private readonly canvas = element('canvas', { class: 'compare-canvas', role: 'img' });
  private readonly resizes = new ResizeObserver(() => this.draw());
  private drag: Drag | null = null;
  private frame = 0;

  constructor(
    private readonly state: CompareState,
    private readonly axes: () => Axis[],
  ) {
    this.host = element('div', { class: 'compare-parallel' }, this.canvas);
    this.canvas.addEventListener('pointerdown', (event) => this.begin(event));
    this.canvas.addEventListener('pointermove', (event) => this.move(event));
    this.canvas.addEventListener('pointerup', (event) => this.end(event));
    this.canvas.addEventListener('pointercancel', () => (this.drag = null));
    this.resizes.observe(this.host);
  }

  destroy(): void {
    this.resizes.disconnect();
    cancelAnimationFrame(this.frame);
  }

  draw(): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.paint());
  }

  private paint(): void {
    const least = MARGIN.left + MARGIN.right + (this.axes().length - 1) * LEAST_STEP;
    this.canvas.style.minWidth = `${least}px`;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    const pen = this.canvas.getContext('2d');
    if (!pen || !width || !height) return;
    const ratio = devicePixelRatio || 1;
    [this.canvas.width, this.canvas.height] = [width * ratio, height * ratio];
    pen.scale(ratio, ratio);
    const axes = this.axes();
    const theme = readTheme();
    const words = { count: this.state.places.length, axes: axes.map((axis) => axis.name).join(', ') };
    this.canvas.setAttribute('aria-label', t('{count} chosen runs over {axes}', words));
    this.lines(pen, axes, theme);
    for (const [at, axis] of axes.entries()) this.axis(pen, axis, this.x(at, axes.length), theme);
  }

  private lines(pen: CanvasRenderingContext2D, axes: readonly Axis[], theme: ChartTheme): void {
    const { kept } = this.state;
    const last = axes.at(-1);
    const [low, high] = [theme.series[0] ?? theme.text, theme.series[1] ?? theme.text];
    const opacity = Math.max(0.15, Math.min(0.85, 30 / Math.max(1, this.state.places.length)));
    for (const isKept of [false, true]) {
      for (let run = 0; run < kept.length; run += 1) {
        if (kept[run] !== isKept) continue;
        const colour = mixed(low, high, last?.places[run] ?? 0);
        pen.strokeStyle = isKept ? faded(colour, opacity) : faded(theme.muted, 0.06);
        pen.lineWidth = isKept ? 1.5 : 1;
        this.line(pen, axes, run);
      }
    }
  }

  private line(pen: CanvasRenderingContext2D, axes: readonly Axis[], run: number): void {
    pen.beginPath();
    let isOn = false;
    for (const [at, axis] of axes.entries()) {
      const place = axis.places[run] ?? null;
      if (place === null) {
        isOn = false; // a gap where the run has no value
        continue;
      }
      if (isOn) pen.lineTo(this.x(at, axes.length), this.y(place));
      else pen.moveTo(this.x(at, axes.length), this.y(place));
      isOn = true;
    }
    pen.stroke();
  }

  private axis(pen: CanvasRenderingContext2D, axis: Axis, x: number, theme: ChartTheme): void {
    pen.strokeStyle = theme.muted;
    pen.lineWidth = 1;
    pen.beginPath();
    pen.moveTo(x, this.y(0));
    pen.lineTo(x, this.y(1));
    pen.stroke();
    pen.font = `600 12px ${theme.font}`;
    pen.fillStyle = theme.text;
    pen.textAlign = 'center';
    pen.fillText(short(axis.name, 22), x, 16);
    pen.font = `11px ${theme.font}`;
    pen.textAlign = 'left';
    pen.lineWidth = 3;
    pen.strokeStyle = theme.surface;
    for (const mark of axis.marks.slice(0, MOST_MARKS)) {
      const text = short(typeof mark.text === 'number' ? formatValue(mark.text) : String(mark.text), 14);
      pen.strokeText(text, x + 5, this.y(mark.place) + 4);
      pen.fillText(text, x + 5, this.y(mark.place) + 4);
    }
    const brush = this.state.brushes.get(axis.key);
    if (!brush) return;
    pen.fillStyle = faded(theme.fill, 0.35);
    const top = this.y(Math.min(1, brush[1])) - 3;
    pen.fillRect(x - 6, top, 12, this.y(Math.max(0, brush[0])) + 3 - top);
  }

  private begin(event: PointerEvent): void {
    const axes = this.axes();
    const at = axes.findIndex((_, place) => Math.abs(this.x(place, axes.length) - event.offsetX) <= GRIP);
    const axis = axes[at];
    if (!axis) return;
    this.canvas.setPointerCapture(event.pointerId);
    this.drag = { axis, from: this.placeAt(event.offsetY) };
  }

  private move(event: PointerEvent): void {
    if (!this.drag) return;
    const to = this.placeAt(event.offsetY);
    if (Math.abs(to - this.drag.from) < LEAST_BRUSH) return;
    this.state.brush(this.drag.axis.key, [Math.min(this.drag.from, to), Math.max(this.drag.from, to)]);
  }

  private end(event: PointerEvent): void {
    if (!this.drag) return;
    const { axis, from } = this.drag;
    this.drag = null;
    if (Math.abs(this.placeAt(event.offsetY) - from) < LEAST_BRUSH) this.state.brush(axis.key, null);
  }

  private x(at: number, count: number): number {
    const width = this.canvas.clientWidth - MARGIN.left - MARGIN.right;
    return MARGIN.left + (count > 1 ? (width * at) / (count - 1) : width / 2);
  }

  private y(place: number): number {
    const height = this.canvas.clientHeight - MARGIN.top - MARGIN.bottom;
    return MARGIN.top + height * (1 - place);
  }

  private placeAt(y: number): number {
    const height = this.canvas.clientHeight - MARGIN.top - MARGIN.bottom;
    return Math.max(0, Math.min(1, 1 - (y - MARGIN.top) / height));
  }
}

function short(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, most - 1)}…` : text;
}

/** A colour between two, each written as rgb(). */
function mixed(one: string, two: string, share: number): string {
  const [a, b] = [one, two].map((colour) => (colour.match(/[\d.]+/g) ?? []).slice(0, 3).map(Number));
  return `rgb(${(a ?? []).map((value, at) => Math.round(value + ((b?.[at] ?? value) - value) * share)).join(', ')})`;
}
