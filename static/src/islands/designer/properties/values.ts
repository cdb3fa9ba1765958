/** Parameters as they stand: which of them mean something, and what can be seen to be wrong at once. No DOM. */
import { t } from '../../../lib/strings.ts';
import { isEmpty, parsed } from '../columns/selector.ts';
import type { ParameterDeclaration as Parameter } from '../core/palette.ts';

const LONGEST_SCRIPT = 16 * 1024;
const FLAGS: Record<string, boolean> = { true: true, false: false, 1: true, 0: false };

/** What a value from a file, where all are texts, means for the conditions of others. */
function meant(parameter: Parameter, value: unknown): unknown {
  if (parameter.kind !== 'bool') return value;
  return FLAGS[String(value).trim().toLowerCase()] ?? value;
}

/**
 * Which parameters mean something beside the values of the others; the others are neither shown nor checked.
 *
 * @param given by parameter; what is not given has its default
 */
export function thatMatter(parameters: readonly Parameter[], given: Readonly<Record<string, unknown>>): Parameter[] {
  const values = new Map<string, unknown>();
  return parameters.filter((parameter) => {
    const fits = (parameter.when?.of ?? []).map(({ parameter: name, values: wanted }) =>
      wanted.includes(values.get(name) ?? null),
    );
    const matters = !parameter.when || (parameter.when.all ? fits.every(Boolean) : fits.some(Boolean));
    if (matters) values.set(parameter.name, meant(parameter, given[parameter.name] ?? parameter.default));
    return matters;
  });
}

/** What was typed, as it is kept: a number where it is one, else the text, about which `faultOf` speaks. */
export function typed(parameter: Parameter, text: string): unknown {
  const isNumber = parameter.kind === 'int' || parameter.kind === 'float';
  if (!isNumber || !text.trim()) return isNumber ? null : text;
  const number = Number(text);
  return Number.isFinite(number) ? number : text;
}

/** A value as text for a field. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.join('; ');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** What is wrong with a value, as far as it needs no data to be known; empty where nothing is. */
export function faultOf(parameter: Parameter, value: unknown): string {
  if (isBlank(parameter, value)) return parameter.required ? t('This has to be set.') : '';
  switch (parameter.kind) {
    case 'int':
    case 'float':
      return numberFault(parameter, value, parameter.kind === 'int');
    case 'numbers':
      return listFault(parameter, value);
    case 'choice':
      return parameter.choices?.includes(String(value)) ? '' : t('Choose one of the list.');
    case 'script':
      return new TextEncoder().encode(String(value)).length > LONGEST_SCRIPT
        ? t('The script is longer than 16 KB. Put the longer parts into the zip file at the third port.')
        : '';
    default:
      return '';
  }
}

function isBlank(parameter: Parameter, value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (parameter.kind !== 'columns') return false;
  try {
    return isEmpty(parsed(value));
  } catch {
    return false;
  }
}

function numberFault(parameter: Parameter, value: unknown, isWhole: boolean): string {
  const number = typeof value === 'string' && value.trim() ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return t('This has to be a number.');
  if (isWhole && !Number.isInteger(number)) return t('This has to be a whole number.');
  const { minimum: low = -Infinity, maximum: high = Infinity } = parameter;
  return number < low || number > high ? t('It has to be {bounds}.', { bounds: boundsOf(parameter) }) : '';
}

function listFault(parameter: Parameter, value: unknown): string {
  const pieces: unknown[] = Array.isArray(value) ? value : String(value).replaceAll(',', ';').split(';');
  const filled = pieces.filter((piece) => String(piece).trim());
  if (!filled.length) return t('This is a list of numbers such as 0.1; 0.2; 0.5.');
  return filled.map((piece) => numberFault(parameter, piece, false)).find(Boolean) ?? '';
}

/** The range of a number in words; empty where any will do. */
export function boundsOf({ minimum, maximum }: Parameter): string {
  if (minimum !== undefined && maximum !== undefined) return t('from {low} to {high}', { low: minimum, high: maximum });
  if (minimum !== undefined) return t('at least {low}', { low: minimum });
  return maximum === undefined ? '' : t('at most {high}', { high: maximum });
}
