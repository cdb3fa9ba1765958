import { describe, expect, it } from 'vitest';

import { drawLine, PLAIN, shownText } from './ansi.ts';

const styled = (raw: string) =>
  drawLine(raw).map(({ text, style }) => [
    text,
    Object.fromEntries(Object.entries(style).filter(([, value]) => value !== null && value !== false)),
  ]);

describe('colours', () => {
  it('leaves plain text alone', () => {
    expect(drawLine('loss 0.5\tof 3')).toEqual([{ text: 'loss 0.5\tof 3', style: PLAIN }]);
    expect(drawLine('')).toEqual([]);
  });

  it('reads the 16 colours, attributes and their ends', () => {
    expect(styled('\x1b[1;31mERROR\x1b[0m \x1b[92mok\x1b[39m.\x1b[4;44mx\x1b[24my')).toEqual([
      ['ERROR', { bold: true, foreground: 1 }],
      [' ', {}],
      ['ok', { foreground: 10 }],
      ['.', {}],
      ['x', { underline: true, background: 4 }],
      ['y', { background: 4 }],
    ]);
  });

  it('reads the 256 colours and exact ones, with semicolons and with colons', () => {
    expect(styled('\x1b[38;5;208ma\x1b[38;5;9mb\x1b[48;5;255;1mc')).toEqual([
      ['a', { foreground: [255, 135, 0] }],
      ['b', { foreground: 9 }],
      ['c', { foreground: 9, background: [238, 238, 238], bold: true }],
    ]);
    expect(styled('\x1b[38;2;1;2;3;4mx\x1b[m\x1b[38:2::1:2:3my\x1b[38:2:1:2:3mz')).toEqual([
      ['x', { foreground: [1, 2, 3], underline: true }],
      ['y', { foreground: [1, 2, 3] }],
      ['z', { foreground: [1, 2, 3] }],
    ]);
  });

  it('does not stumble over nonsense', () => {
    expect(
      shownText('\x1b[38;5;999ma\x1b[38;2;1mb\x1b[999mc\x1b[?25ld\x1b]8;;http://x\x07link\x1b]8;;\x1b\\\x1b'),
    ).toBe('abcdlink');
    expect(shownText('\x1b[38')).toBe('');
  });
});

describe('overwriting', () => {
  it('shows the last state of a progress bar', () => {
    expect(shownText('10%|#  \r 50%|## \r100%|###')).toBe('100%|###');
    expect(shownText('100%|###\r')).toBe('100%|###');
    expect(shownText('windows line\r')).toBe('windows line');
  });

  it('keeps the colour across a carriage return', () => {
    expect(styled('\x1b[32m10%\r20%\x1b[0m done')).toEqual([
      ['20%', { foreground: 2 }],
      [' done', {}],
    ]);
  });

  it('erases lines and characters', () => {
    expect(shownText('downloading\x1b[2K\rready')).toBe('ready');
    expect(shownText('downloading\r\x1b[K')).toBe('');
    expect(shownText('1/3\b\b\b2/3')).toBe('2/3');
  });
});
