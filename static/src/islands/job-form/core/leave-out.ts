/** Which files need not be sent. The studio applies the rules of ignore files in full; here only what is beyond doubt. */

const NEVER_CODE = ['.git', '__pycache__', '.ipynb_checkpoints', '.azureml', '.studio'];

export const IGNORE_FILES = ['.amlignore', '.gitignore'];

/**
 * Say which paths are certainly left out: plain names and paths of the ignore file, without wildcards. If a line takes
 * something back in with "!", all of the file is left to the studio.
 *
 * @param text the ignore file of the folder, or null where there is none
 */
export function leftOut(text: string | null): (path: string) => boolean {
  const lines = (text ?? '').split(/\r?\n/).map((line) => line.trimEnd());
  if (lines.some((line) => line.startsWith('!'))) return (path) => path.startsWith('.git/');
  const rules = [...NEVER_CODE.map((name) => `${name}/`), ...lines]
    .filter((line) => line && !/^#|[*?[\]\\]/.test(line))
    .map((line) => ({
      isFolder: line.endsWith('/'),
      isAnchored: line.replace(/\/$/, '').includes('/'),
      parts: line.split('/').filter(Boolean),
    }))
    .filter((rule) => rule.parts.length);
  return (path) => {
    const parts = path.split('/');
    return rules.some(({ isFolder, isAnchored, parts: wanted }) => {
      const last = parts.length - wanted.length - (isFolder ? 1 : 0);
      for (let start = 0; start <= (isAnchored ? Math.min(0, last) : last); start += 1)
        if (wanted.every((part, index) => parts[start + index] === part)) return true;
      return false;
    });
  };
}
