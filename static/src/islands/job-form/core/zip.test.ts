import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { crc32, zip, type Packed } from './zip.ts';

async function* files(contents: Record<string, string>): AsyncGenerator<Packed> {
  for (const [path, text] of Object.entries(contents)) {
    yield await Promise.resolve({ path, data: new TextEncoder().encode(text) });
  }
}

it('computes the checksum of the standard', () => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
});

it('packs what another program unpacks', async () => {
  const contents = { 'train.py': 'print(1)\n'.repeat(500), 'src/größe.py': 'x = 1', 'empty.txt': '' };
  const folder = mkdtempSync(join(tmpdir(), 'zip-'));
  try {
    const target = join(folder, 'code.zip');
    writeFileSync(target, new Uint8Array(await (await zip(files(contents))).arrayBuffer()));
    execFileSync('python3', ['-m', 'zipfile', '-e', target, folder]);
    for (const [path, text] of Object.entries(contents)) expect(readFileSync(join(folder, path), 'utf8')).toBe(text);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
