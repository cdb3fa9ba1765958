import { themed, type ChartTheme } from './chart-theme.ts';

type Bundle = typeof import('./plotly.ts');
type Graph = HTMLElement & { on: (type: string, handle: (event: Record<string, unknown>) => void) => void };

/** One place in which Plotly draws. It is loaded with the first drawing of a page. */
export class Plot {
  private bundle: Bundle | null = null;
  private readonly resizes = new ResizeObserver(() => this.resize());
  private width = 0;
  private height = 0;
  private isDrawn = false;

  constructor(
    readonly host: HTMLElement,
    private readonly onRelayout: (changed: Record<string, unknown>) => void = () => undefined,
  ) {
    this.resizes.observe(host);
  }

  async draw(data: unknown[], layout: Record<string, unknown>, theme: ChartTheme): Promise<void> {
    this.bundle ??= await import('./plotly.ts');
    const { Plotly, CONFIG } = this.bundle;
    if (!this.host.isConnected) return;
    await Plotly.react(this.host, data as never, { ...themed(layout, theme), autosize: true }, CONFIG);
    if (this.isDrawn) return;
    this.isDrawn = true;
    (this.host as Graph).on('plotly_relayout', this.onRelayout);
  }

  /** Take the drawing away; the next `draw` makes it anew. */
  clear(): void {
    if (this.isDrawn) this.bundle?.Plotly.purge(this.host);
    this.isDrawn = false;
  }

  destroy(): void {
    this.resizes.disconnect();
    this.clear();
  }

  /** The drawing as a PNG image, as the address of its data. */
  async png(theme: ChartTheme, title: string): Promise<string> {
    if (!this.bundle) throw new Error('Nothing has been drawn.');
    const { data, layout } = this.host as unknown as { data: unknown[]; layout: Record<string, unknown> };
    const text = title.replace(/&/g, '&amp;').replace(/</g, '&lt;');
    const heading = { text, font: { size: 14, color: theme.text }, x: 0.5, y: 0.98, yanchor: 'top', automargin: true };
    const solid = { ...layout, paper_bgcolor: theme.surface, title: heading };
    const { clientWidth: width, clientHeight: height } = this.host;
    const options = { format: 'png', width, height, scale: 2 } as const;
    return this.bundle.Plotly.toImage({ data, layout: solid } as never, options);
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (!this.isDrawn || !width || (width === this.width && height === this.height)) return;
    [this.width, this.height] = [width, height];
    this.bundle?.Plotly.Plots.resize(this.host);
  }
}

/** Let the reader keep what an address leads to. */
export function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}
