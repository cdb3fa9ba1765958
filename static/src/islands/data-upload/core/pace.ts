const MIB = 2 ** 20;
const SMALLEST = MIB;
const LARGEST = 32 * MIB;
const PART_TAKES_S = 4;

/** How large the next part is: what a line of this pace sends in a few seconds, so that little is lost where it is cut off. */
export function partBytes(bytesPerSecond: number): number {
  if (!Number.isFinite(bytesPerSecond) || bytesPerSecond <= 0) return 8 * MIB;
  const wanted = 2 ** Math.round(Math.log2(bytesPerSecond * PART_TAKES_S));
  return Math.min(LARGEST, Math.max(SMALLEST, wanted));
}

/** How long to wait before the next attempt, in milliseconds: longer each time, up to half a minute. */
export function pauseMs(attempt: number): number {
  return Math.min(30_000, 500 * 2 ** Math.min(attempt, 10));
}

/** Measures how fast bytes go, over the last seconds. */
export class Pace {
  private readonly samples: { at: number; bytes: number }[] = [];

  constructor(private readonly windowMs = 8000) {}

  /** Note that `bytes` have gone in all at the moment `at` (milliseconds). */
  note(bytes: number, at: number): void {
    this.samples.push({ at, bytes });
    while (this.samples.length > 2 && at - (this.samples[1]?.at ?? at) > this.windowMs) this.samples.shift();
  }

  /** Forget what was, as after a pause. */
  reset(): void {
    this.samples.length = 0;
  }

  /** Bytes in a second; 0 while too little is known. */
  get perSecond(): number {
    const first = this.samples[0];
    const last = this.samples.at(-1);
    if (!first || !last || last.at - first.at < 300) return 0;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }
}
