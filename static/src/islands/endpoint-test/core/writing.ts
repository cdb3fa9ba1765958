import type { Json } from './shapes.ts';

const WIDTH = 100;

/** JSON for people: what fits into a line stands in one. */
export function written(value: Json, indent = ''): string {
  const text = spaced(value);
  if (text.length + indent.length <= WIDTH || value === null || typeof value !== 'object') return text;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  const parts = Array.isArray(value)
    ? value.map((one) => written(one, inner))
    : Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${written(one, inner)}`);
  return `${open}\n${parts.map((part) => `${inner}${part}`).join(',\n')}\n${indent}${close}`;
}

function spaced(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (value !== null && typeof value === 'object') {
    const parts = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one)}`);
    return `{${parts.join(', ')}}`;
  }
  return JSON.stringify(value);
}
