/** How much a parameter goes along with a metric. Pure. */
import { isNumeric, numberOf, type Line } from './compared.ts';

export interface Importance {
  name: string;
  /** From 0, unrelated, to 1. */
  strength: number;
  /** Whether the metric rises (1) or falls (-1) with the parameter; 0 where that has no order. */
  direction: -1 | 0 | 1;
}

const FEWEST_RUNS = 3;

/**
 * Say of each parameter how strongly a metric goes along with it, the strongest first; a link, not a cause.
 *
 * Numbers: the absolute rank correlation (Spearman, American Journal of Psychology, 1904). Texts: the correlation ratio η of the
 * metric's ranks (Fisher, Statistical Methods for Research Workers, 1925). Runs without either value are left out; parameters
 * with fewer than three such runs too.
 */
export function importances(parameters: readonly Line[], metric: Line): Importance[] {
  const found = parameters.flatMap((line) => {
    const pairs = line.values.flatMap((value, place) => {
      const measured = numberOf(metric.values[place] ?? null);
      return value === null || measured === null ? [] : [[value, measured] as const];
    });
    const values = pairs.map(([value]) => value);
    if (pairs.length < FEWEST_RUNS || new Set(values.map(String)).size < 2) return [];
    const measured = ranks(pairs.map(([, number]) => number));
    if (!isNumeric(values)) return [{ name: line.name, strength: ratio(values.map(String), measured), direction: 0 }];
    const rho = correlation(ranks(values.map((value) => numberOf(value) ?? 0)), measured);
    return [{ name: line.name, strength: Math.abs(rho), direction: Math.sign(rho) }];
  });
  return (found as Importance[]).sort((one, two) => two.strength - one.strength || (one.name < two.name ? -1 : 1));
}

/** Ranks from 1; equal values share the middle of theirs. */
export function ranks(values: readonly number[]): number[] {
  const order = values.map((_, place) => place).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const found = new Array<number>(values.length).fill(0);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end += 1;
    for (const place of order.slice(start, end)) found[place] = (start + 1 + end) / 2;
    start = end;
  }
  return found;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function correlation(one: readonly number[], two: readonly number[]): number {
  const [mean1, mean2] = [mean(one), mean(two)];
  let [both, first, second] = [0, 0, 0];
  for (const [place, value] of one.entries()) {
    const [a, b] = [value - mean1, (two[place] ?? 0) - mean2];
    both += a * b;
    first += a * a;
    second += b * b;
  }
  return first && second ? both / Math.sqrt(first * second) : 0;
}

function ratio(groups: readonly string[], values: readonly number[]): number {
  const all = mean(values);
  const total = values.reduce((sum, value) => sum + (value - all) ** 2, 0);
  const byGroup = new Map<string, number[]>();
  for (const [place, group] of groups.entries())
    byGroup.set(group, [...(byGroup.get(group) ?? []), values[place] ?? 0]);
  const between = [...byGroup.values()].reduce((sum, part) => sum + part.length * (mean(part) - all) ** 2, 0);
  return total ? Math.sqrt(between / total) : 0;
}
