import { t } from '../lib/strings.ts';
import { Selection } from './selection.ts';

/** What a list's element had when it was replaced, to be given to its successor. */
interface Kept {
  rows: string;
  chosen: string[];
  popovers: string[];
  focus: string;
  cursor: string;
  left: number;
  top: number;
}

const kept = new Map<string, Kept>();

/** One list on the page: the rows that are chosen, the bar that acts on them, the row the keyboard is at. */
export class List {
  private readonly rows: HTMLElement[];
  private readonly selection: Selection;

  constructor(readonly host: HTMLElement) {
    this.rows = [...host.querySelectorAll<HTMLElement>('tr[data-row-id]')];
    this.selection = new Selection(this.rows.map((row) => row.dataset['rowId'] ?? ''));
    host.addEventListener('click', (event) => this.clicked(event));
    // Boxes that were checked before this listened, or that the browser checked again after a reload.
    for (const row of this.rows)
      if (row.querySelector<HTMLInputElement>('[data-select]')?.checked)
        this.selection.set(row.dataset['rowId'] ?? '', true);
    this.restore();
    this.show();
  }

  /** Remember what the reader was doing; called just before the element is replaced. */
  keep(): void {
    const frame = this.host.querySelector('.table-frame');
    kept.set(this.host.id, {
      rows: this.rows.map((row) => row.dataset['rowId']).join(),
      chosen: this.selection.ids,
      popovers: [...this.host.querySelectorAll(':popover-open')].map((menu) => menu.id),
      focus: this.host.contains(document.activeElement) ? (document.activeElement?.id ?? '') : '',
      cursor: this.cursor?.dataset['rowId'] ?? '',
      left: frame?.scrollLeft ?? 0,
      top: frame?.scrollTop ?? 0,
    });
  }

  private restore(): void {
    const before = kept.get(this.host.id);
    if (!before) return;
    kept.delete(this.host.id);
    for (const id of before.chosen) this.selection.set(id, true);
    for (const id of before.popovers) document.getElementById(id)?.showPopover();
    if (before.focus) document.getElementById(before.focus)?.focus({ preventScroll: true });
    const frame = this.host.querySelector('.table-frame');
    if (frame && before.rows === this.rows.map((row) => row.dataset['rowId']).join())
      frame.scrollTo(before.left, before.top);
    const row = this.rows.find((each) => each.dataset['rowId'] === before.cursor);
    if (row) this.goTo(row);
  }

  private get cursor(): HTMLElement | undefined {
    return this.rows.find((row) => row.dataset['cursor'] !== undefined);
  }

  /** Move the keyboard's row. */
  step(by: number): void {
    const here = this.cursor ? this.rows.indexOf(this.cursor) : by > 0 ? -1 : this.rows.length;
    const next = this.rows[Math.min(this.rows.length - 1, Math.max(0, here + by))];
    if (next) this.goTo(next);
  }

  private goTo(row: HTMLElement): void {
    if (this.cursor) delete this.cursor.dataset['cursor'];
    row.dataset['cursor'] = '';
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'nearest' });
  }

  /** Open the keyboard's row. */
  openRow(): void {
    this.cursor?.querySelector<HTMLElement>('td:not(.select-cell) a[href]')?.click();
  }

  get isOnRow(): boolean {
    return document.activeElement instanceof HTMLTableRowElement && document.activeElement === this.cursor;
  }

  get isSelectable(): boolean {
    return this.host.querySelector('[data-select]') !== null;
  }

  /** Choose the keyboard's row, or no longer; with `range`, all rows since the last. */
  toggleRow(range = false): void {
    const id = this.cursor?.dataset['rowId'];
    if (!id) return;
    this.selection.set(id, range || !this.selection.has(id), range);
    this.show();
  }

  private clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target instanceof HTMLInputElement && target.matches('[data-select]')) {
      const id = target.closest<HTMLElement>('[data-row-id]')?.dataset['rowId'] ?? '';
      this.selection.set(id, target.checked, event.shiftKey);
    } else if (target instanceof HTMLInputElement && target.matches('[data-select-all]')) {
      this.selection.setAll(target.checked);
    } else if (target.closest('[data-bulk-clear]')) {
      this.selection.setAll(false);
    } else if (target.closest('[data-bulk-everything]')) {
      this.selection.setAll(true);
      return this.show(true);
    } else return;
    this.show();
  }

  private show(everything = false): void {
    const ids = this.selection.ids;
    for (const row of this.rows) {
      const isChosen = this.selection.has(row.dataset['rowId'] ?? '');
      const box = row.querySelector<HTMLInputElement>('[data-select]');
      if (!box) continue;
      box.checked = isChosen;
      row.toggleAttribute('data-chosen', isChosen);
    }
    const all = this.host.querySelector<HTMLInputElement>('[data-select-all]');
    if (all) {
      all.checked = this.selection.isAll;
      all.indeterminate = ids.length > 0 && !this.selection.isAll;
    }
    this.showBulk(ids, everything);
  }

  private showBulk(ids: string[], everything: boolean): void {
    const bar = this.host.querySelector<HTMLElement>('[data-bulk]');
    if (!bar) return;
    bar.hidden = ids.length === 0;
    const set = (selector: string, value: string): void => {
      const field = bar.querySelector<HTMLInputElement>(selector);
      if (field) field.value = value;
    };
    set('[data-bulk-ids]', everything ? '' : ids.join(','));
    set('[data-bulk-all]', everything ? '1' : '');
    const count = bar.querySelector<HTMLElement>('[data-bulk-count]');
    const total = count?.dataset['total'] ?? String(ids.length);
    if (count) count.textContent = t('{count} selected', { count: everything ? total : ids.length });
    const more = bar.querySelector<HTMLElement>('[data-bulk-everything]');
    if (more) more.hidden = everything || !this.selection.isAll;
  }
}
