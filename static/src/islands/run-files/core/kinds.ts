/** How a file is shown. Pure. */
export type Kind = 'image' | 'text' | 'table' | 'json' | 'notebook' | 'page' | 'other';

/** More is not read for a preview. */
export const READ_BYTES = 2 ** 20;
const LARGEST_IMAGE_BYTES = 30 * 2 ** 20;

const ENDINGS: Record<string, Kind> = {
  csv: 'table',
  tsv: 'table',
  json: 'json',
  ipynb: 'notebook',
  html: 'page',
  htm: 'page',
  pdf: 'page',
};

const TEXTS = new Set(
  'txt md rst log py pyi r jl sh bash sql yaml yml toml ini cfg conf env lock xml svg js ts css java scala c h cpp jsonl ndjson'.split(
    ' ',
  ),
);
const IMAGES = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
  'image/svg+xml',
  'image/avif',
]);

export function endingOf(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return name.includes('.') ? name.slice(name.lastIndexOf('.') + 1).toLowerCase() : '';
}

/** Say how to show a file; what neither name nor type tells is looked into, as text. */
export function kindOf(path: string, mediaType: string, size: number): Kind {
  const ending = endingOf(path);
  const type = mediaType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (IMAGES.has(type)) return size <= LARGEST_IMAGE_BYTES ? 'image' : 'other';
  const kind = ENDINGS[ending];
  // Half a document in JSON is none.
  if ((kind === 'json' || kind === 'notebook') && size > READ_BYTES) return 'text';
  if (kind) return kind;
  if (TEXTS.has(ending) || type.startsWith('text/')) return 'text';
  const isKnown = type !== '' && type !== 'application/octet-stream';
  return isKnown && !/json|xml|yaml|script|toml|sql/.test(type) ? 'other' : 'text';
}

/** The text of a file's beginning, or null where it is none. */
export function textOf(bytes: Uint8Array): string | null {
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  if (bytes.subarray(0, 8192).includes(0)) return null;
  return new TextDecoder().decode(bytes);
}
