/** Which of a run's metrics are shown where: groups by prefix, filter, pages. Pure. */

/** A series in short, as `metrics/` lists it. */
export interface Metric {
  name: string;
  is_system: boolean;
  count: number;
  last: number | null;
  last_text: string;
  last_step: number;
  last_at_ms: number;
  minimum: number | null;
  maximum: number | null;
}

/** One chart: its title and the names of its series. */
export interface Chart {
  title: string;
  names: string[];
}

export interface Group {
  name: string;
  /** All metrics of the group that the filter lets through, also those on other pages. */
  size: number;
  isFolded: boolean;
  values: Metric[];
  charts: Chart[];
}

export interface Arrangement {
  groups: Group[];
  /** Metrics that the filter lets through. */
  found: number;
  page: number;
  pages: number;
}

export interface Options {
  filter: Filter;
  folded: ReadonlySet<string>;
  /** One chart for all series of a group instead of one for each. */
  isJoined: boolean;
  page: number;
}

export type Filter = (name: string) => boolean;

/** Values, charts and headings of folded groups on a page. */
export const PAGE = 48;
/** More lines in one chart cannot be told apart. */
export const MOST_JOINED = 8;

const collator = new Intl.Collator('en', { numeric: true });

/** Sort as readers count: layer2 before layer10. */
export function compareNames(one: string, other: string): number {
  return collator.compare(one, other);
}

export function groupOf(name: string): string {
  const end = name.indexOf('/');
  return end > 0 ? name.slice(0, end) : '';
}

/** A filter by words, all of which must occur, or by a pattern; null where the pattern is broken. */
export function filterOf(text: string, isRegex: boolean): Filter | null {
  if (!isRegex) {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    return (name) => words.every((word) => name.toLowerCase().includes(word));
  }
  try {
    const pattern = new RegExp(text, 'i');
    return (name) => pattern.test(name);
  } catch {
    return null;
  }
}

type Part = { value: Metric } | { chart: Chart } | { heading: true };

/** Arrange metrics, which come sorted by group and name, for one page. */
export function arrange(metrics: readonly Metric[], { filter, folded, isJoined, page: wanted }: Options): Arrangement {
  const byGroup = new Map<string, Metric[]>();
  let found = 0;
  for (const metric of metrics) {
    if (!filter(metric.name)) continue;
    found += 1;
    const group = groupOf(metric.name);
    const members = byGroup.get(group);
    if (members) members.push(metric);
    else byGroup.set(group, [metric]);
  }
  const parts = [...byGroup].flatMap(([group, members]) =>
    partsOf(group, members, folded.has(group), isJoined).map((part) => ({ group, part })),
  );
  const pages = Math.max(1, Math.ceil(parts.length / PAGE));
  const page = Math.min(Math.max(0, wanted), pages - 1);
  const groups = new Map<string, Group>();
  for (const { group: name, part } of parts.slice(page * PAGE, (page + 1) * PAGE)) {
    const size = byGroup.get(name)?.length ?? 0;
    const group = groups.get(name) ?? { name, size, isFolded: folded.has(name), values: [], charts: [] };
    groups.set(name, group);
    if ('value' in part) group.values.push(part.value);
    else if ('chart' in part) group.charts.push(part.chart);
  }
  return { groups: [...groups.values()], found, page, pages };
}

function partsOf(group: string, members: Metric[], isFolded: boolean, isJoined: boolean): Part[] {
  if (isFolded) return [{ heading: true }];
  const values = members.filter((metric) => metric.count === 1);
  const names = members.filter((metric) => metric.count !== 1).map((metric) => metric.name);
  const charts = isJoined && group ? joined(group, names) : names.map((name) => ({ title: name, names: [name] }));
  return [...values.map((value) => ({ value })), ...charts.map((chart) => ({ chart }))];
}

function joined(group: string, names: string[]): Chart[] {
  const count = Math.ceil(names.length / MOST_JOINED);
  return Array.from({ length: count }, (_, place) => ({
    title: count > 1 ? `${group} (${place + 1}/${count})` : group,
    names: names.slice(place * MOST_JOINED, (place + 1) * MOST_JOINED),
  }));
}
