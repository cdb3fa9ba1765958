/** A file somebody has chosen, under the path it gets. */
export interface Chosen {
  path: string;
  file: File;
}

// What systems leave behind in folders, and nobody means to send.
const LEFTOVERS = /(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|__MACOSX\/.*|\.git\/.*|\.ipynb_checkpoints\/.*)$/;

/** What an input of files, or of a folder, holds. */
export function chosenIn(input: HTMLInputElement): Chosen[] {
  return [...(input.files ?? [])]
    .map((file) => ({ path: file.webkitRelativePath || file.name, file }))
    .filter(({ path }) => !LEFTOVERS.test(path));
}

/** What was dropped: files, and all that lies in folders. */
export async function chosenFrom(transfer: DataTransfer): Promise<Chosen[]> {
  // Entries must be taken before anything is awaited, or the browser forgets them.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  const found: Chosen[] = [];
  for (const entry of entries) await walk(entry, found);
  return found.filter(({ path }) => !LEFTOVERS.test(path));
}

async function walk(entry: FileSystemEntry, found: Chosen[]): Promise<void> {
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject));
    found.push({ path: entry.fullPath.replace(/^\//, ''), file });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // A reader gives at most a hundred entries at once.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (!some.length) return;
    for (const one of some) await walk(one, found);
  }
}
