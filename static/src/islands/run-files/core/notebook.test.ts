import { expect, it } from 'vitest';

import { readNotebook } from './notebook.ts';

it('reads cells with what they printed and drew', () => {
  const cells = [
    { cell_type: 'markdown', source: ['# Title\n', 'text'] },
    {
      cell_type: 'code',
      source: 'print(1)',
      execution_count: 3,
      outputs: [
        { output_type: 'stream', name: 'stdout', text: ['1\n'] },
        { output_type: 'display_data', data: { 'image/png': 'aGk=\n', 'text/plain': '<Figure>' } },
        { output_type: 'execute_result', data: { 'text/html': '<b>x</b>', 'text/plain': 'x' } },
        { output_type: 'error', traceback: ['Trace', 'back'] },
      ],
    },
  ];
  expect(readNotebook(JSON.stringify({ cells }))).toEqual([
    { kind: 'markdown', source: '# Title\ntext', count: null, outputs: [] },
    {
      kind: 'code',
      source: 'print(1)',
      count: 3,
      outputs: [
        { kind: 'text', text: '1\n', isError: false },
        { kind: 'image', url: 'data:image/png;base64,aGk=' },
        { kind: 'text', text: 'x', isError: false },
        { kind: 'text', text: 'Traceback', isError: true },
      ],
    },
  ]);
});

it('says when it is no notebook', () => {
  expect(readNotebook('{')).toBeNull();
  expect(readNotebook('{"cells": 1}')).toBeNull();
});
