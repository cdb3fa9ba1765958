import { all, element, onContent } from './dom.ts';
import { t } from './strings.ts';

type Unmount = () => void;
type Mount<P> = (host: HTMLElement, props: P) => Unmount;
type MountAny = (host: HTMLElement, props: unknown) => Unmount;
type Loader = () => Promise<unknown>;

const known = new Map<string, MountAny>();
const mounted = new Map<Element, Unmount>();

/**
 * Define an island: `<div data-island="name" data-props="id of a json_script">`.
 *
 * @param parse checks the props once, here; it throws where the server sent something else
 * @param mount fills the host and returns what undoes it, called when htmx takes the host away
 */
export function island<P>(name: string, parse: (props: unknown) => P, mount: Mount<P>): void {
  known.set(name, (host, props) => mount(host, parse(props)));
}

function propsOf(host: HTMLElement): unknown {
  const id = host.dataset['props'];
  if (!id) return null;
  const source = document.getElementById(id)?.textContent;
  if (!source) throw new Error(`There is no JSON with the id ${id}.`);
  return JSON.parse(source) as unknown;
}

async function mountOne(host: HTMLElement, load: Loader | undefined): Promise<void> {
  const name = host.dataset['island'] ?? '';
  mounted.set(host, () => undefined); // taken: a second event must not mount it twice
  try {
    if (!known.has(name)) await load?.();
    const mount = known.get(name);
    if (!mount) throw new Error(`There is no island named ${name}.`);
    if (!host.isConnected) return void mounted.delete(host);
    mounted.set(host, mount(host, propsOf(host)));
  } catch (error) {
    console.error(error);
    host.replaceChildren(
      element(
        'div',
        { class: 'notice notice-bad', role: 'alert' },
        t('This part of the page could not be loaded. Reload the page.'),
      ),
    );
  }
}

/** Mount the islands of the page and of all that htmx brings; `loaders` maps `…/<name>/main.ts` to its module. */
export function startIslands(loaders: Record<string, Loader>): void {
  const byName = new Map(Object.entries(loaders).map(([path, load]) => [path.split('/').at(-2) ?? '', load]));
  onContent((root) => {
    for (const host of all(root, '[data-island]')) {
      if (!mounted.has(host)) void mountOne(host, byName.get(host.dataset['island'] ?? ''));
    }
  });
  document.addEventListener('htmx:beforeCleanupElement', (event) => {
    if (!(event.target instanceof Element)) return;
    mounted.get(event.target)?.();
    mounted.delete(event.target);
  });
}
