import { t } from '../../lib/strings.ts';
import { IGNORE_FILES, leftOut } from './core/leave-out.ts';
import { zip, type Packed } from './core/zip.ts';

export interface Folder {
  name: string;
  paths: string[];
  file: File;
}

const MB = 2 ** 20;
/** What the studio would refuse in any case, before its ignore file is applied. */
const MOST_BYTES = 1024 * MB;
const MOST_FILES = 20_000;

/** Files that a browser gives for a folder, by their paths within it. */
function byPath(files: Iterable<File>): Map<string, File> {
  return new Map([...files].map((file) => [file.webkitRelativePath.split('/').slice(1).join('/') || file.name, file]));
}

async function ignoreFile(files: Map<string, File>): Promise<string | null> {
  for (const name of IGNORE_FILES) {
    const file = files.get(name);
    if (file) return file.text();
  }
  return null;
}

/** Pack a chosen folder; throws a sentence where that cannot be done. */
export async function packFolder(list: FileList): Promise<Folder> {
  const name = list[0]?.webkitRelativePath.split('/')[0] ?? '';
  const all = byPath(list);
  const isLeftOut = leftOut(await ignoreFile(all));
  const kept = [...all].filter(([path]) => !isLeftOut(path)).sort(([a], [b]) => (a < b ? -1 : 1));
  const bytes = kept.reduce((sum, [, file]) => sum + file.size, 0);
  if (!kept.length) throw new Error(t('This folder has no files.'));
  if (bytes > MOST_BYTES || kept.length > MOST_FILES)
    throw new Error(t('This folder is too large. Name what is not needed in a file .amlignore.'));
  async function* contents(): AsyncGenerator<Packed> {
    for (const [path, file] of kept) yield { path, data: new Uint8Array(await file.arrayBuffer()) };
  }
  const blob = await zip(contents());
  return { name, paths: kept.map(([path]) => path), file: new File([blob], `${name}.zip`, { type: blob.type }) };
}
