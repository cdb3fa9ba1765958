import { all } from '../../lib/dom.ts';
import { island } from '../../lib/island.ts';
import { t } from '../../lib/strings.ts';
import { changedCommand, commandOf, mainScript } from './core/command.ts';
import { startEditor } from './editor.ts';
import { packFolder } from './folder.ts';

type Field = HTMLInputElement | HTMLTextAreaElement;

/** Keep the command in step with the script's name, as long as nobody wrote another. */
function startCommand(form: HTMLFormElement, signal: AbortSignal): (script: string) => void {
  const command = form.querySelector<Field>('[data-command]');
  const name = form.querySelector<Field>('[name=script_name]');
  let script = name?.defaultValue ?? '';
  const follow = (next: string): void => {
    const changed = command && changedCommand(command.value, script, next);
    if (changed) command.value = changed;
    script = next;
  };
  name?.addEventListener('change', () => follow(name.value.trim()), { signal });
  if (command && !command.value && script) command.value = commandOf(script);
  if (name && name.value !== script) follow(name.value.trim()); // typed before this was loaded
  return follow;
}

/** Pack a chosen folder into the field for a zip. */
function startFolder(form: HTMLFormElement, signal: AbortSignal, use: (script: string) => void): void {
  const place = form.querySelector<HTMLElement>('[data-folder]');
  const input = place?.querySelector<HTMLInputElement>('[data-folder-input]');
  const says = place?.querySelector<HTMLElement>('[data-folder-says]');
  const upload = form.querySelector<HTMLInputElement>('[name=upload]');
  if (!place || !input || !says || !upload) return;
  place.hidden = false;
  const take = async (): Promise<void> => {
    if (!input.files?.length) return;
    says.textContent = t('Packing the folder…');
    form.dataset['sending'] = ''; // nothing is sent until the folder is packed
    try {
      const folder = await packFolder(input.files);
      const carrier = new DataTransfer();
      carrier.items.add(folder.file);
      upload.files = carrier.files;
      says.textContent = t('{name}: {count} files, {size} MB packed', {
        name: folder.name,
        count: folder.paths.length,
        size: (folder.file.size / 2 ** 20).toFixed(1),
      });
      const script = mainScript(folder.paths);
      if (script) use(script);
    } catch (error) {
      says.textContent = error instanceof Error ? error.message : String(error);
      input.value = '';
    } finally {
      delete form.dataset['sending'];
    }
  };
  input.addEventListener('change', () => void take(), { signal });
}

/** Let rows be added to a set of them, and removed. */
function startRows(set: HTMLElement, signal: AbortSignal): void {
  const rows = set.querySelector('[data-rows]');
  const template = set.querySelector<HTMLTemplateElement>('[data-row-template]');
  if (!rows || !template) return;
  const add = (): void => {
    rows.append(template.content.cloneNode(true));
    rows.lastElementChild?.querySelector('input')?.focus();
  };
  set.querySelector('[data-row-add]')?.addEventListener('click', add, { signal });
  rows.addEventListener(
    'click',
    (event) => {
      const row = (event.target as Element).closest('[data-row-remove]')?.closest('[data-row]');
      if (!row) return;
      const near = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      (near?.querySelector<HTMLElement>('input') ?? set.querySelector<HTMLElement>('[data-row-add]'))?.focus();
    },
    { signal },
  );
}

island(
  'job-form',
  () => null,
  (host) => {
    const form = host.closest('form');
    if (!form) return () => undefined;
    const stop = new AbortController();
    const use = startCommand(form, stop.signal);
    startFolder(form, stop.signal, use);
    for (const set of all(form, '[data-row-set]')) startRows(set, stop.signal);
    for (const area of all<HTMLTextAreaElement>(form, 'textarea[data-editor]')) startEditor(area, stop.signal);
    form.addEventListener(
      'keydown',
      (event) => {
        if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) form.requestSubmit();
      },
      { signal: stop.signal },
    );
    return () => stop.abort();
  },
);
