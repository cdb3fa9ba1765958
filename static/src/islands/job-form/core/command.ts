/** The command that a script is most likely run by. */

const USUAL = ['train.py', 'main.py', 'run.py', 'train.sh', 'run.sh'];

export function commandOf(script: string): string {
  if (/\.sh$/i.test(script)) return `bash ${script}`;
  if (/\.r$/i.test(script)) return `Rscript ${script}`;
  return `python ${script}`;
}

/** The script of a folder that is probably meant to be run: one with a usual name, or the only one; null if unclear. */
export function mainScript(paths: string[]): string | null {
  const usual = USUAL.find((name) => paths.includes(name));
  if (usual) return usual;
  const scripts = paths.filter((path) => /^[\w.-]+\.py$/.test(path));
  return scripts.length === 1 ? (scripts[0] ?? null) : null;
}

/** The command after its script changed: the new script in the old one's place; null if it is somebody's own. */
export function changedCommand(command: string, before: string, after: string): string | null {
  const old = commandOf(before);
  if (!command.trim()) return commandOf(after);
  if (command !== old && !command.startsWith(`${old} `) && !command.startsWith(`${old}\n`)) return null;
  return commandOf(after) + command.slice(old.length);
}
