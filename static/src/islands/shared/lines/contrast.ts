/** Exact colours of a log were chosen for a dark terminal; here they are moved until they can be read on both themes. Pure. */

type Rgb = readonly [red: number, green: number, blue: number];

const ENOUGH = 4.5;
const STEPS = 16;

/** Relative luminance. Source: WCAG 2.2, "relative luminance". */
function luminance(colour: Rgb): number {
  const [red = 0, green = 0, blue = 0] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

export function contrast(one: Rgb, other: Rgb): number {
  const [high = 0, low = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** The colour nearest to `colour`, towards black or white, that can be read on `ground`. */
export function readable(colour: Rgb, ground: Rgb): Rgb {
  const goal = luminance(ground) > 0.18 ? 0 : 255;
  for (let step = 0; step <= STEPS; step++) {
    const share = step / STEPS;
    const [red, green, blue] = colour.map((part) => Math.round(part + (goal - part) * share)) as [
      number,
      number,
      number,
    ];
    if (contrast([red, green, blue], ground) >= ENOUGH) return [red, green, blue];
  }
  return [goal, goal, goal];
}
