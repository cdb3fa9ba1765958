import { element } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { formatCount, formatValue } from '../shared/format.ts';
import type { Json } from './remote.ts';

/** A cell of a table: a number stands at the right. */
export type Text = string | number | null;

/** A small table; the first cell of each row names it. */
export function tableOf({ head, rows }: { head: readonly Text[]; rows: readonly (readonly Text[])[] }): HTMLElement {
  const width = Math.max(head.length, rows[0]?.length ?? 0);
  const isNumeric = Array.from({ length: width }, (_, column) => rows.some((row) => typeof row[column] === 'number'));
  const cell = (value: Text, column: number): HTMLElement => {
    const style = isNumeric[column] ? 'num' : '';
    const isName = !column && head.length > 0;
    return element(isName ? 'th' : 'td', { class: style, scope: isName && 'row' }, shownValue(value));
  };
  const body = rows.map((row) => element('tr', {}, ...row.map(cell)));
  const heads = head.map((value, column) =>
    element('th', { scope: 'col', class: isNumeric[column] ? 'num' : '' }, String(value ?? '')),
  );
  const table = element(
    'table',
    { class: 'table' },
    heads.length ? element('thead', {}, element('tr', {}, ...heads)) : null,
    element('tbody', {}, ...body),
  );
  return element('div', { class: 'table-frame', tabindex: 0 }, table);
}

export function shownValue(value: Text | undefined): string {
  if (value === null || value === undefined || value === '') return '–';
  return typeof value === 'number' ? formatValue(value) : value;
}

/** A moment for people; a time of midnight is none. */
export function timeText(iso: string): string {
  return iso.replace(/T00:00:00$/, '').replace('T', ' ');
}

/** A single fact of a model or transformation in words. */
export function wordsOfJson(value: Json): string {
  if (value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? t('Yes') : t('No');
  if (typeof value === 'number') return formatValue(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function factsOf(facts: readonly (readonly [string, string])[]): HTMLElement {
  const pairs = facts.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)]);
  return element('dl', { class: 'facts' }, ...pairs);
}

/** A card with a heading. */
export function card(title: string, note: string, ...content: (Node | null)[]): HTMLElement {
  const header = element(
    'div',
    { class: 'card-header' },
    element('h2', { class: 'card-title' }, title),
    note ? element('span', { class: 'muted small' }, note) : null,
  );
  return element(
    'section',
    { class: 'card', 'aria-label': title },
    header,
    element('div', { class: 'card-body stack' }, ...content),
  );
}

/** Buttons of which one is pressed. */
export function choice<K extends string>(
  name: string,
  options: readonly (readonly [key: K, label: string])[],
  chosen: K,
  choose: (key: K) => void,
): HTMLElement {
  const buttons = options.map(([key, label]) => {
    const button = element(
      'button',
      { type: 'button', class: 'btn btn-sm', 'aria-pressed': String(key === chosen) },
      label,
    );
    button.addEventListener('click', () => {
      for (const other of buttons) other.setAttribute('aria-pressed', String(other === button));
      choose(key);
    });
    return button;
  });
  return element('div', { class: 'cluster output-choice', role: 'group', 'aria-label': name }, ...buttons);
}

/** A box to tick. */
export function tick(label: string, isOn: boolean, changed: (isOn: boolean) => void): HTMLElement {
  const box = element('input', { type: 'checkbox', checked: isOn });
  box.addEventListener('change', () => changed(box.checked));
  return element('label', { class: 'check' }, box, element('span', {}, label));
}

export function rowsWord(count: number): string {
  return count === 1 ? t('1 row') : t('{count} rows', { count: formatCount(count) });
}

export function columnsWord(count: number): string {
  return count === 1 ? t('1 column') : t('{count} columns', { count: formatCount(count) });
}
