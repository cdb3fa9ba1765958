import { describe, expect, it } from 'vitest';

import { arrange, compareNames, filterOf, PAGE, type Filter, type Metric } from './arrange.ts';

const metric = (name: string, count = 100): Metric => ({
  name,
  is_system: false,
  count,
  last: 1,
  last_text: '',
  last_step: 1,
  last_at_ms: 1,
  minimum: 0,
  maximum: 1,
});

const all: Filter = () => true;
const options = { filter: all, folded: new Set<string>(), isJoined: false, page: 0 };

describe('metrics on pages', () => {
  const metrics = ['accuracy', 'train/loss', 'train/lr', 'val/loss'].map((name) => metric(name));

  it('groups by what stands before the first slash', () => {
    const { groups, found } = arrange(metrics, options);
    expect(found).toBe(4);
    expect(groups.map((group) => [group.name, group.charts.map((chart) => chart.title)])).toEqual([
      ['', ['accuracy']],
      ['train', ['train/loss', 'train/lr']],
      ['val', ['val/loss']],
    ]);
  });

  it('shows a single value as one, until a second comes', () => {
    const single = metric('train/best', 1);
    expect(arrange([single], options).groups[0]).toMatchObject({ values: [{ name: 'train/best' }], charts: [] });
    single.count = 2;
    expect(arrange([single], options).groups[0]).toMatchObject({ values: [], charts: [{ names: ['train/best'] }] });
  });

  it('joins a group in as many charts as can be read', () => {
    const many = Array.from({ length: 17 }, (_, place) => metric(`layer/${place}`));
    const charts = arrange([metric('loss'), ...many], { ...options, isJoined: true }).groups.flatMap(
      (group) => group.charts,
    );
    expect(charts.map((chart) => [chart.title, chart.names.length])).toEqual([
      ['loss', 1],
      ['layer (1/3)', 8],
      ['layer (2/3)', 8],
      ['layer (3/3)', 1],
    ]);
  });

  it('shows ten thousand by the page, in one group or in as many groups', () => {
    for (const prefix of ['layer/', 'layer']) {
      const many = Array.from({ length: 10_000 }, (_, place) => metric(`${prefix}${place}/norm`));
      const first = arrange(many, options);
      expect(first.pages).toBe(Math.ceil(10_000 / PAGE));
      expect(first.groups.flatMap((group) => group.charts)).toHaveLength(PAGE);
      const last = arrange(many, { ...options, page: 1e9 });
      expect(last.page).toBe(last.pages - 1);
      expect(last.groups.at(-1)?.charts.at(-1)?.title).toBe(`${prefix}9999/norm`);
    }
  });

  it('keeps only the heading of a folded group', () => {
    const { groups } = arrange(metrics, { ...options, folded: new Set(['train']) });
    expect(groups[1]).toEqual({ name: 'train', size: 2, isFolded: true, values: [], charts: [] });
  });
});

describe('finding metrics', () => {
  it('by words or by a pattern', () => {
    expect(['train/Loss', 'val/acc'].filter(filterOf('loss TR', false) ?? all)).toEqual(['train/Loss']);
    expect(['train/loss', 'val/loss', 'loss'].filter(filterOf('^(train|val)/', true) ?? all)).toHaveLength(2);
    expect(filterOf('(', true)).toBeNull();
  });

  it('sorts as readers count', () => {
    expect(['layer10', 'layer2', 'Layer1'].sort(compareNames)).toEqual(['Layer1', 'layer2', 'layer10']);
  });
});
