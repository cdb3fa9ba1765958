/** What toolbar, keys and mouse do with a draft; each says what was done. */
import { announce } from '../../../lib/dom.ts';
import { t } from '../../../lib/strings.ts';
import { toast } from '../../../lib/toasts.ts';
import { copied, cornerOf, pasted, read, written } from '../core/clipboard.ts';
import { portTitle, refusal, titleOf, type InputEnd } from '../core/connecting.ts';
import { isFromNode, type FromNode } from '../core/document.ts';
import * as operations from '../core/operations.ts';
import type { Alignment, Place } from '../core/operations.ts';
import type { Declaration } from '../core/palette.ts';
import type { DraftStore } from '../core/store.ts';
import { sizeOf } from './flow.ts';

/** So far from the original, copies are put. */
const BESIDE: Place = [30, 30];

export class Deeds {
  /** Where copies were put last; the next ones come beside them. */
  private pastedAt: { text: string; times: number } = { text: '', times: 0 };

  constructor(private readonly store: DraftStore) {}

  /** What a node or frame is called. */
  nameOf(key: string): string {
    const { document, catalog } = this.store;
    const node = document.nodes[key];
    return node ? titleOf(catalog, node) : (document.frames[key]?.text ?? '') || t('Frame');
  }

  add(declared: Declaration, at: Place): string {
    const { key, patch } = operations.add(this.store.document, declared, this.free(at));
    const said = t('Added {name}', { name: declared.title });
    this.store.catalog.add(declared);
    this.store.edit(patch, said);
    this.store.select([key]);
    announce(said);
    return key;
  }

  /** Connect, or say why not. */
  connect(from: FromNode, to: InputEnd): boolean {
    const { document, catalog } = this.store;
    const words = refusal(document, catalog, from, to);
    if (words !== null) {
      toast({ level: 'warning', text: words });
      return false;
    }
    const target = document.nodes[to.node];
    const before = target?.inputs[to.input];
    if (isFromNode(before) && before.node === from.node && before.output === from.output) return true;
    const port = target && catalog.of(target)?.inputs.find((one) => one.name === to.input);
    const values = {
      source: this.nameOf(from.node),
      target: this.nameOf(to.node),
      port: port ? portTitle(port) : to.input,
    };
    const said = t('Connected {source} with {target} ({port})', values);
    this.store.edit(operations.connect(document, from, to), said);
    announce(
      isFromNode(before) && document.nodes[before.node]
        ? t('{done}; it replaces {before}', { done: said, before: this.nameOf(before.node) })
        : said,
    );
    return true;
  }

  remove(keys: ReadonlySet<string>, edges: readonly InputEnd[]): void {
    const { document } = this.store;
    const patch = keys.size ? operations.remove(document, keys) : operations.disconnect(document, edges);
    const [only] = keys;
    const said = !keys.size
      ? t('Removed {count} connections', { count: edges.length })
      : keys.size === 1 && only !== undefined
        ? t('Removed {name}', { name: this.nameOf(only) })
        : t('Removed {count} nodes', { count: keys.size });
    if (!keys.size && !edges.length) return;
    this.store.edit(patch, said);
    announce(said);
  }

  move(places: ReadonlyMap<string, Place>): void {
    const said =
      places.size === 1
        ? t('Moved {name}', { name: this.nameOf([...places.keys()][0] ?? '') })
        : t('Moved {count} nodes', { count: places.size });
    this.store.edit(operations.place(this.store.document, places), said);
  }

  nudge(by: Place): void {
    const keys = [...this.store.selection];
    if (!keys.length) return;
    const said =
      keys.length === 1
        ? t('Moved {name}', { name: this.nameOf(keys[0] ?? '') })
        : t('Moved {count} nodes', { count: keys.length });
    this.store.edit(operations.moveBy(this.store.document, keys, by), said, `nudge ${keys.join(' ')}`);
  }

  arrange(): void {
    this.store.edit(operations.arrange(this.store.document, this.size), t('Arranged all nodes'));
    announce(t('Arranged all nodes'));
  }

  align(to: Alignment): void {
    const { document, selection } = this.store;
    this.store.edit(
      operations.align(document, selection, to, this.size),
      t('Aligned {count} nodes', { count: selection.size }),
    );
  }

  frame(at: Place): void {
    const { document, selection } = this.store;
    const { key, patch } = operations.addFrame(document, selection, at, this.size);
    this.store.edit(patch, t('Added a frame'));
    this.store.select([key]);
    announce(t('Added a frame'));
  }

  clear(): void {
    const { nodes, frames } = this.store.document;
    this.remove(new Set([...Object.keys(nodes), ...Object.keys(frames)]), []);
  }

  selectAll(): void {
    const { nodes, frames } = this.store.document;
    this.store.select([...Object.keys(nodes), ...Object.keys(frames)]);
    announce(t('{count} selected', { count: this.store.selection.size }));
  }

  undo(): void {
    const done = this.store.undo();
    announce(done === null ? t('There is nothing to undo.') : t('Undone: {what}', { what: done }));
  }

  redo(): void {
    const done = this.store.redo();
    announce(done === null ? t('There is nothing to redo.') : t('Redone: {what}', { what: done }));
  }

  /** What the clipboard gets; null where nothing is selected. */
  copy(): string | null {
    const { document, selection } = this.store;
    if (!selection.size) return null;
    announce(t('Copied {count} nodes', { count: selection.size }));
    this.pastedAt = { text: '', times: 0 };
    return written(copied(document, selection));
  }

  /** Put in what the clipboard has, round `at`, or beside what was copied. False where it is nothing of a canvas. */
  paste(text: string, isSeen: (place: Place) => boolean, at: Place): boolean {
    const clip = read(text);
    if (!clip || !this.store.canEdit) return false;
    const corner = cornerOf(clip);
    const times = this.pastedAt.text === text ? this.pastedAt.times + 1 : 1;
    this.pastedAt = { text, times };
    const shift: Place = isSeen(corner)
      ? [BESIDE[0] * times, BESIDE[1] * times]
      : [at[0] - corner[0] + BESIDE[0] * (times - 1), at[1] - corner[1] + BESIDE[1] * (times - 1)];
    this.put(clip, shift, (count) => t('Pasted {count} nodes', { count }));
    return true;
  }

  duplicate(): void {
    const { document, selection } = this.store;
    if (selection.size)
      this.put(copied(document, selection), BESIDE, (count) => t('Duplicated {count} nodes', { count }));
  }

  readonly size = (key: string): { width: number; height: number } => sizeOf(this.store.document, key);

  private put(clip: Parameters<typeof pasted>[1], shift: Place, saying: (count: number) => string): void {
    const { keys, patch } = pasted(this.store.document, clip, shift);
    if (!keys.length) return;
    const said = saying(keys.length);
    this.store.edit(patch, said);
    this.store.select(keys);
    announce(said);
  }

  /** The place, or one below it where nothing stands yet. */
  private free([x, y]: Place): Place {
    const taken = Object.values(this.store.document.nodes).map((node) => node.position);
    const isTaken = (down: number): boolean =>
      taken.some(([right, below]) => Math.abs(right - x) < 60 && Math.abs(below - down) < 60);
    let down = y;
    while (isTaken(down)) down += 90;
    return [x, down];
  }
}
