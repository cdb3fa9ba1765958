import { expect, it } from 'vitest';

import { fit } from './fit.ts';

const theme = {
  text: '',
  muted: '',
  line: '',
  surface: 'white',
  raised: '',
  bad: '',
  fill: 'blue',
  font: '',
  series: [],
};

it('writes the numbers of a matrix so that each can be read on its cell', () => {
  const colours = { ...theme, surface: 'rgb(255, 255, 255)', fill: 'rgb(20, 60, 140)' };
  const cells = {
    type: 'heatmap',
    x: ['a', 'b'],
    y: ['a', 'b'],
    z: [
      [9, 0],
      [1, 8],
    ],
  };
  const raw = fit({ data: [{ ...cells, texttemplate: '%{z}' }], layout: {} }, colours);
  expect(raw.data[0]).toMatchObject({ texttemplate: '' });
  const numbers = raw.layout['annotations'] as { x: string; y: string; text: string; font: { color: string } }[];
  expect(numbers.map(({ x, y, text }) => [x, y, text].join(' '))).toEqual(['a a 9', 'b a 0', 'a b 1', 'b b 8']);
  expect(numbers[0]?.font.color).toBe('rgb(255, 255, 255)');
  expect(numbers[1]?.font.color).not.toBe('rgb(255, 255, 255)');
  const shares = fit({ data: [{ ...cells, texttemplate: '%{z:.1%}' }], layout: {} }, colours);
  expect((shares.layout['annotations'] as { text: string }[])[0]?.text).toBe('900.0 %');
});

it('leaves the numbers of a very large matrix to Plotly', () => {
  const many = Array.from({ length: 30 }, (_, place) => String(place));
  const cells = { type: 'heatmap', x: many, y: many, z: many.map(() => many.map(() => 1)), texttemplate: '%{z}' };
  const { data, layout } = fit({ data: [cells], layout: {} }, theme);
  expect(data[0]).toMatchObject({ texttemplate: '%{z}' });
  expect(layout['annotations']).toBeUndefined();
});

it('leaves the title to the card and colours heat by the page', () => {
  const data = [
    { type: 'heatmap', z: [[1]] },
    { type: 'scatter', y: [1] },
  ];
  const { data: drawn, layout } = fit(
    { data, layout: { title: { text: 'confusion' }, xaxis: { type: 'category' } } },
    theme,
  );
  expect(layout).toMatchObject({ title: undefined, xaxis: { type: 'category', showgrid: false } });
  expect(drawn[0]).toMatchObject({
    z: [[1]],
    colorscale: [
      [0, 'white'],
      [1, 'blue'],
    ],
    showscale: false,
  });
  expect(drawn[1]).toBe(data[1]);
});
