/** Drawing a chart takes tens of milliseconds: one a frame, and each at most a few times a second. */
const REST_MS = 400;

interface Drawn {
  draw: () => void;
}

export class DrawQueue {
  private readonly waiting = new Map<Drawn, number>();
  private readonly lastDrawn = new WeakMap<Drawn, number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Draw soon; `isUrgent` where the reader waits for it. */
  add(chart: Drawn, isUrgent = false): void {
    const due = isUrgent ? 0 : (this.lastDrawn.get(chart) ?? 0) + REST_MS;
    this.waiting.set(chart, Math.min(due, this.waiting.get(chart) ?? Infinity));
    this.plan();
  }

  remove(chart: Drawn): void {
    this.waiting.delete(chart);
  }

  clear(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private plan(): void {
    clearTimeout(this.timer);
    if (!this.waiting.size) return;
    const wait = Math.max(0, Math.min(...this.waiting.values()) - performance.now());
    this.timer = setTimeout(() => requestAnimationFrame(() => this.drawNext()), wait);
  }

  private drawNext(): void {
    const [next] = [...this.waiting].sort(([, one], [, other]) => one - other)[0] ?? [];
    if (next) {
      this.waiting.delete(next);
      this.lastDrawn.set(next, performance.now());
      next.draw();
    }
    this.plan();
  }
}
