import { element, icon } from '../../lib/dom.ts';
import { t } from '../../lib/strings.ts';
import { MOST_ROWS, type Fields, type Json, type Scalar, type Shape, type Table } from './core/shapes.ts';
import { emptyScalar, emptyValue, rowsOf, shown, tableValue, typed, wordOf } from './core/values.ts';

let count = 0;

/** One control for one plain value. `changed` gets what was typed, or nothing where it cannot be that. */
function control(
  type: Scalar,
  value: Json | undefined,
  label: string,
  changed: (value: Json | undefined) => void,
): HTMLElement {
  const now = shown(type, value);
  let field: HTMLInputElement | HTMLSelectElement;
  if (type.kind === 'flag' || (type.kind === 'text' && type.choices.length)) {
    const choices = type.kind === 'flag' ? ['true', 'false'] : type.choices;
    const options = choices.includes(now) ? choices : [now, ...choices];
    field = element(
      'select',
      { 'aria-label': label },
      ...options.map((one) => element('option', { value: one, selected: one === now }, one)),
    );
  } else {
    const isNumber = type.kind === 'number';
    field = element('input', {
      type: 'text',
      value: now,
      'aria-label': label,
      autocomplete: 'off',
      spellcheck: 'false',
      placeholder: value === null ? 'null' : '',
      ...(isNumber && { inputmode: 'decimal', class: 'num' }),
    });
  }
  const take = (): void => {
    const result = typed(type, field.value);
    if (result.ok) field.removeAttribute('aria-invalid');
    else field.setAttribute('aria-invalid', 'true');
    changed(result.ok ? result.value : undefined);
  };
  field.addEventListener('input', take);
  return field;
}

/** A form for a request of a known shape. */
export class RequestForm {
  /** Places in the value whose text is none of the wanted kind. */
  private readonly wrong = new Set<string>();
  private current: Json;

  /** @param changed gets the whole value, or null while some field holds what it cannot */
  constructor(
    readonly host: HTMLElement,
    shape: Shape,
    value: Json,
    private readonly changed: (value: Json | null) => void,
  ) {
    this.current = value;
    host.replaceChildren(
      this.part(shape, value, '', '', (next) => {
        this.current = next;
        this.tell();
      }),
    );
  }

  private tell(): void {
    this.changed(this.wrong.size ? null : this.current);
  }

  private part(shape: Shape, value: Json, name: string, path: string, changed: (value: Json) => void): HTMLElement {
    if (shape.kind === 'fields') return this.fields(shape, value as Record<string, Json>, name, path, changed);
    if (shape.kind === 'table') return this.table(shape, value, name, path, changed);
    const id = `endpoint-field-${(count += 1)}`;
    const field = control(shape, value, name, (next) => this.take(path, next, changed));
    field.id = id;
    return element('div', { class: 'field' }, name && element('label', { for: id }, name, this.kind(shape)), field);
  }

  private fields(
    { fields }: Fields,
    value: Record<string, Json>,
    name: string,
    path: string,
    changed: (value: Json) => void,
  ): HTMLElement {
    let whole = value;
    const parts = fields.map((field) => {
      const at = `${path}/${field.name}`;
      return this.part(field.shape, value[field.name] ?? emptyValue(field.shape), field.name, at, (next) => {
        whole = { ...whole, [field.name]: next };
        changed(whole);
      });
    });
    if (!name) return element('div', { class: 'stack stack-tight' }, ...parts);
    return element('fieldset', { class: 'endpoint-group stack stack-tight' }, element('legend', {}, name), ...parts);
  }

  private table(shape: Table, value: Json, name: string, path: string, changed: (value: Json) => void): HTMLElement {
    let rows = rowsOf(shape, value);
    const { columns, layout } = shape;
    const body = element('tbody');
    const tell = (): void => changed(tableValue(shape, rows));
    const forgetFaults = (): void => this.wrong.forEach((at) => at.startsWith(`${path}/`) && this.wrong.delete(at));
    const draw = (): void => {
      body.replaceChildren(
        ...rows.map((row, number) => {
          const cells = columns.map((column, at) => {
            const label = t('{column}, row {number}', {
              column: column.name || name || t('Value'),
              number: number + 1,
            });
            const place = `${path}/${number}/${at}`;
            const cell = control(column.type, row[at], label, (next) =>
              this.take(place, next, (valid) => {
                const isLeftOut = valid === null && layout === 'records' && !column.isRequired;
                row[at] = isLeftOut ? undefined : valid;
                tell();
              }),
            );
            return element('td', {}, cell);
          });
          const remove = element(
            'button',
            {
              type: 'button',
              class: 'btn btn-ghost btn-sm btn-icon',
              'aria-label': t('Remove row {number}', { number: number + 1 }),
            },
            icon('close', 'icon-sm'),
          );
          remove.addEventListener('click', () => {
            rows = rows.filter((_row, at) => at !== number);
            forgetFaults();
            draw();
            tell();
          });
          return element(
            'tr',
            {},
            element('th', { scope: 'row', class: 'num muted' }, String(number + 1)),
            ...cells,
            element('td', { class: 'actions-cell' }, remove),
          );
        }),
      );
    };
    draw();
    const head = element(
      'tr',
      {},
      element('th', { scope: 'col', class: 'num' }, '#'),
      ...columns.map((column) => element('th', { scope: 'col' }, column.name || t('Value'), this.kind(column.type))),
      element('th', { scope: 'col' }, element('span', { class: 'visually-hidden' }, t('Remove'))),
    );
    const add = element('button', { type: 'button', class: 'btn btn-sm' }, icon('plus', 'icon-sm'), t('Add a row'));
    add.addEventListener('click', () => {
      if (rows.length >= MOST_ROWS) return;
      const last = rows.at(-1);
      rows = [...rows, last ? [...last] : columns.map(({ type }) => emptyScalar(type))];
      draw();
      tell();
      body.lastElementChild?.querySelector<HTMLElement>('input, select')?.focus();
    });
    return element(
      'div',
      { class: 'field', role: 'group', 'aria-label': name || t('Rows') },
      name && element('span', { class: 'endpoint-group-name' }, name),
      element(
        'div',
        { class: 'table-frame', tabindex: 0, role: 'region', 'aria-label': t('Rows') },
        element('table', { class: 'table endpoint-rows' }, element('thead', {}, head), body),
      ),
      element('div', {}, add),
    );
  }

  private take(path: string, value: Json | undefined, changed: (value: Json) => void): void {
    if (value === undefined) {
      this.wrong.add(path);
      this.tell();
      return;
    }
    this.wrong.delete(path);
    changed(value);
  }

  private kind(type: Scalar): HTMLElement {
    return element('span', { class: 'endpoint-kind' }, wordOf({ type }));
  }
}
