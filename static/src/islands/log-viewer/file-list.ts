import type { LogFile, Remote } from './remote.ts';

const EVERY_MS = 15_000;

/** The logs of a run; while it goes on, others may begin. */
export class FileList {
  items: LogFile[] = [];
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly remote: Remote,
    private readonly isOver: () => boolean,
    private readonly changed: () => void,
  ) {}

  has(path: string): boolean {
    return this.items.some((file) => file.path === path);
  }

  /** What to show first: what the program printed, before what the machine says about it. */
  get first(): string {
    const paths = this.items.map((file) => file.path);
    return paths.find((path) => path.startsWith('user_logs/')) ?? paths[0] ?? '';
  }

  async load(): Promise<void> {
    this.stop();
    this.items = await this.remote.files();
    if (!this.isOver()) this.timer = setTimeout(() => void this.loadAgain(), EVERY_MS);
  }

  stop(): void {
    clearTimeout(this.timer);
  }

  private async loadAgain(): Promise<void> {
    try {
      await this.load();
      this.changed();
    } catch {
      // What is shown stays; the next look may be answered.
      this.timer = setTimeout(() => void this.loadAgain(), EVERY_MS);
    }
  }
}
