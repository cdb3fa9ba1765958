/** Zip files as every unzip reads them: no encryption, no parts beyond 4 GB, names in UTF-8. */

export interface Packed {
  path: string;
  data: Uint8Array<ArrayBuffer>;
}

const LOCAL = 0x04034b50;
const CENTRAL = 0x02014b50;
const END = 0x06054b50;
const VERSION = 20;
const UTF8 = 0x0800;
const STORED = 0;
const DEFLATED = 8;
/** The first of January 1980: zips have no earlier day, and the studio does not look at it. */
const DATE = 0x0021;

const crcTable = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum of a zip's members (CRC-32). */
export function crc32(data: Uint8Array): number {
  let value = 0xffffffff;
  for (const byte of data) value = (value >>> 8) ^ (crcTable[(value ^ byte) & 0xff] ?? 0);
  return (value ^ 0xffffffff) >>> 0;
}

async function deflated(data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([data]).stream().pipeThrough(new CompressionStream('deflate-raw'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** Bytes of whole numbers, each given with its width in bytes; the lowest byte comes first. */
function header(...fields: [value: number, bytes: 2 | 4][]): Uint8Array<ArrayBuffer> {
  const bytes = new DataView(new ArrayBuffer(fields.reduce((sum, [, width]) => sum + width, 0)));
  let offset = 0;
  for (const [value, width] of fields) {
    if (width === 2) bytes.setUint16(offset, value, true);
    else bytes.setUint32(offset, value, true);
    offset += width;
  }
  return new Uint8Array(bytes.buffer);
}

/** Pack files, one after the other as they come, so that no more than one is unpacked in memory. */
export async function zip(files: AsyncIterable<Packed>): Promise<Blob> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  const directory: Uint8Array<ArrayBuffer>[] = [];
  let offset = 0;
  let count = 0;
  for await (const { path, data } of files) {
    const name = new TextEncoder().encode(path);
    const small = await deflated(data);
    const method = small.length < data.length ? DEFLATED : STORED;
    const body = method === DEFLATED ? small : data;
    const common: [number, 2 | 4][] = [
      [VERSION, 2],
      [UTF8, 2],
      [method, 2],
      [0, 2],
      [DATE, 2],
      [crc32(data), 4],
      [body.length, 4],
      [data.length, 4],
      [name.length, 2],
      [0, 2],
    ];
    const local = header([LOCAL, 4], ...common);
    parts.push(local, name, body);
    directory.push(header([CENTRAL, 4], [VERSION, 2], ...common, [0, 2], [0, 2], [0, 2], [0, 4], [offset, 4]), name);
    offset += local.length + name.length + body.length;
    count += 1;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = header([END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [offset, 4], [0, 2]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}
