/** Which colour can be read on which. Pure; colours as browsers compute them, `rgb(23, 28, 36)`. */

type Rgb = [number, number, number];

const DARK = 'rgb(13, 17, 23)';
const LIGHT = 'rgb(255, 255, 255)';

/** The colour at `share` (0 to 1) of the way between two. */
export function between(from: string, to: string, share: number): string {
  const [start, end] = [parse(from), parse(to)];
  const mixed = start.map((part, place) => Math.round(part + ((end[place] ?? part) - part) * share));
  return `rgb(${mixed.join(', ')})`;
}

/** How well two colours can be told apart, from 1 to 21, as WCAG 2 counts. */
export function contrast(one: string, other: string): number {
  const [darker, lighter] = [luminance(parse(one)), luminance(parse(other))].sort((a, b) => a - b);
  return ((lighter ?? 0) + 0.05) / ((darker ?? 0) + 0.05);
}

/** Black or white, whichever can be read better on a ground; on every ground one of them has at least 4.5. */
export function readableOn(ground: string): string {
  return contrast(ground, DARK) >= contrast(ground, LIGHT) ? DARK : LIGHT;
}

function parse(colour: string): Rgb {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue];
}

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
