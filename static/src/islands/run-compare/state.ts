import { axisOf, chosen, type Axis, type Brushes } from './core/axes.ts';
import { linesOf, type Compared, type Line, type Summary } from './core/compared.ts';

type Listener = () => void;

/** What is compared, and what of it the reader has chosen. Tells its listeners of every change. */
export class CompareState {
  lines: Line[] = [];
  axes: Axis[] = [];
  /** Whether each run is within everything that is brushed. */
  kept: boolean[] = [];
  summary: Summary = 'last';
  brushes: Brushes = new Map();
  private readonly listeners = new Set<Listener>();

  constructor(readonly compared: Compared) {
    this.derive();
  }

  /** The places of the runs that are chosen. */
  get places(): number[] {
    return this.kept.flatMap((isKept, place) => (isKept ? [place] : []));
  }

  listen(listener: Listener): void {
    this.listeners.add(listener);
  }

  showSummary(summary: Summary): void {
    this.summary = summary;
    this.brushes = new Map();
    this.derive();
    this.tell();
  }

  /** Choose a part of an axis; null chooses all of it again. */
  brush(key: string, range: readonly [number, number] | null): void {
    const brushes = new Map(this.brushes);
    if (range) brushes.set(key, range);
    else brushes.delete(key);
    this.brushes = brushes;
    this.choose();
    this.tell();
  }

  clear(): void {
    this.brushes = new Map();
    this.choose();
    this.tell();
  }

  private derive(): void {
    this.lines = linesOf(this.compared, this.summary);
    this.axes = this.lines.flatMap((line) => axisOf(line) ?? []);
    this.choose();
  }

  private choose(): void {
    this.kept = chosen(this.axes, this.brushes, this.compared.runs.length);
  }

  private tell(): void {
    for (const listener of this.listeners) listener();
  }
}
