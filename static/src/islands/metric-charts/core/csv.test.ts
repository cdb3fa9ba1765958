import { expect, it } from 'vitest';

import { toCsv } from './csv.ts';

it('writes a row for each point, and no formulas', () => {
  const series = { name: '=a,"b"', count: 2, x: [5, 6], step: [0, 1], exact: true };
  const values = { last: [0.5, 'NaN'], min: [0.5, 'NaN'], max: [0.5, 'NaN'] };
  expect(toCsv([{ ...series, ...values }], 'time')).toBe(
    'name,step,time,value,min,max\r\n"\'=a,""b""",0,5,0.5,0.5,0.5\r\n"\'=a,""b""",1,6,NaN,NaN,NaN\r\n',
  );
  expect(toCsv([], 'step')).toBe('name,step,value,min,max\r\n');
});
