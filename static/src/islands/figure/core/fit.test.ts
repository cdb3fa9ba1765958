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
