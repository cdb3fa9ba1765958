import { address, get, getJson } from '../shared/api.ts';
import { READ_BYTES } from './core/kinds.ts';
import type { Level } from './core/tree.ts';

/** What the server knows of a tree of files: of what a run left behind, or of its code. */
export class Remote {
  constructor(
    private readonly api: string,
    readonly isCode: boolean,
  ) {}

  level(prefix: string, after: string | null): Promise<Level> {
    return getJson(address(this.api, '', { prefix, after }));
  }

  /** Where the file comes from this host, as it is; for programs, images and downloads. */
  bytesUrl(path: string): string {
    return address(this.api, 'content/', this.isCode ? { path } : { path, raw: 1 });
  }

  /** Where the file is shown by the host for users' content. */
  shownUrl(path: string): string {
    return address(this.api, 'content/', { path });
  }

  zipUrl(): string {
    return address(this.api, 'zip/');
  }

  /** The beginning of a file, as far as it is shown. */
  async beginning(path: string, signal: AbortSignal): Promise<Uint8Array> {
    const answer = await get(this.bytesUrl(path), signal, { Range: `bytes=0-${READ_BYTES - 1}` });
    return new Uint8Array(await answer.arrayBuffer());
  }
}
