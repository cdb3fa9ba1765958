import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

const source = readFileSync(new URL('./tokens.css', import.meta.url), 'utf8');

/** The two colours of each token: light, dark. */
const tokens = new Map(
  [...source.matchAll(/--([\w-]+):\s*(?:light-dark\((#\w{6}),\s*(#\w{6})\)|(#\w{6}))/g)].map((match) => {
    const [, name = '', light, dark, both] = match;
    return [name, [light ?? both ?? '', dark ?? both ?? '']] as const;
  }),
);

/** Relative luminance. Source: WCAG 2.2, "relative luminance". */
function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

const grounds = ['canvas', 'surface', 'sunken', 'raised', 'raised-hover', 'hover', 'selected'];
const tones = ['ok', 'busy', 'warn', 'bad', 'idle'];

const texts: [string, string][] = [
  ...['text', 'muted', 'accent', ...tones].flatMap((text) => grounds.map((ground): [string, string] => [text, ground])),
  ...['canvas', 'surface', 'sunken', 'raised'].map((ground): [string, string] => ['faint', ground]),
  ...tones.flatMap((tone): [string, string][] => [
    [tone, `${tone}-ground`],
    ['text', `${tone}-ground`],
    ['accent', `${tone}-ground`],
  ]),
  ['muted', 'idle-ground'],
  ...['accent-fill', 'accent-fill-hover', 'bad-fill', 'bad-fill-hover', 'badge'].map((fill): [string, string] => [
    'on-accent',
    fill,
  ]),
  ...['bar', 'bar-field', 'bar-hover'].map((ground): [string, string] => ['bar-text', ground]),
  ...['bar', 'bar-field'].map((ground): [string, string] => ['bar-muted', ground]),
];

const shapes: [string, string][] = [
  ...['canvas', 'surface', 'raised'].flatMap((ground): [string, string][] => [
    ['line-strong', ground],
    ['focus', ground],
  ]),
  ...tones.flatMap((tone): [string, string][] => [
    [`${tone}-dot`, 'surface'],
    [`${tone}-dot`, 'canvas'],
    [`${tone}-dot`, `${tone}-ground`],
  ]),
  ['accent-fill', 'surface'],
];

function colours(name: string): readonly [string, string] {
  const [light, dark] = tokens.get(name) ?? [];
  if (!light || !dark) throw new Error(`There is no colour --${name}.`);
  return [light, dark];
}

describe.each([
  ['light', 0],
  ['dark', 1],
] as const)('in the %s theme', (_theme, which) => {
  it.each(texts)('%s on %s can be read (4.5 to 1)', (text, ground) => {
    expect(contrast(colours(text)[which], colours(ground)[which])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(shapes)('%s on %s can be seen (3 to 1)', (shape, ground) => {
    expect(contrast(colours(shape)[which], colours(ground)[which])).toBeGreaterThanOrEqual(3);
  });
});
