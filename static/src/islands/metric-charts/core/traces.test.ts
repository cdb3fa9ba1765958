import { describe, expect, it } from 'vitest';

import { LiveSeries, type Value } from './series.ts';
import { askedX, countNotPositive, escaped, shownX, tracesOf, type Drawing } from './traces.ts';

const theme = {
  text: 'rgb(0, 0, 0)',
  muted: '',
  line: '',
  surface: '',
  raised: '',
  bad: 'red',
  fill: '',
  font: '',
  series: ['rgb(1, 2, 3)'],
};
const drawing: Drawing = { axis: 'step', smoothing: 0, isLog: false, theme };

const seriesOf = (last: Value[], exact = true): LiveSeries => {
  const x = last.map((_, place) => place);
  return new LiveSeries({ name: 'loss', count: last.length, x, step: x, last, min: last, max: last, exact });
};

describe('the traces of a chart', () => {
  it('is one line for exact points, with its raw values behind it when smoothed', () => {
    expect(tracesOf([seriesOf([1, 2])], drawing)).toHaveLength(1);
    const [ghost, line] = tracesOf([seriesOf([1, 2])], { ...drawing, smoothing: 0.5 });
    expect(ghost).toMatchObject({ y: [1, 2], hoverinfo: 'skip' });
    expect(line).toMatchObject({ y: [1, expect.closeTo(5 / 3, 9)] });
  });

  it('has a band from least to largest where points were put together', () => {
    const [upper, lower] = tracesOf([seriesOf([1, 2], false)], drawing);
    expect(upper).toMatchObject({ y: [1, 2], hoverinfo: 'skip' });
    expect(lower).toMatchObject({ fill: 'tonexty', fillcolor: 'rgba(1, 2, 3, 0.18)' });
  });

  it('marks what is no number beside the last value that is one', () => {
    const marks = tracesOf([seriesOf(['NaN', 5, 'Infinity', '-Infinity'])], drawing).at(-1);
    expect(marks).toMatchObject({
      x: [0, 2, 3],
      y: [5, 5, 5],
      text: ['NaN', 'Infinity', '-Infinity'],
      marker: { symbol: ['x', 'triangle-up', 'triangle-down'] },
    });
  });

  it('counts what a logarithmic axis leaves out', () => {
    expect(countNotPositive([seriesOf([0, -1, 1, 'NaN'])])).toBe(2);
  });

  it('writes names as text', () => {
    expect(escaped('a<b>&%{y}')).toBe('a&lt;b>&amp;%&#123;y}');
  });
});

it('gives the server the moment that the reader chose on the chart', () => {
  const moment = Date.UTC(2026, 10, 23, 9, 30, 0, 250);
  const shown = new Date(shownX(moment, 'time')).toISOString().replace('T', ' ').replace('Z', '');
  expect(askedX(shown, 'time')).toBe(moment);
  expect(askedX(shownX(moment, 'time'), 'time')).toBe(moment);
  expect(askedX('12.5', 'step')).toBe(12.5);
});
