import { describe, expect, it } from 'vitest';

import { changedCommand, commandOf, mainScript } from './command.ts';

describe('the suggested command', () => {
  it.each([
    ['train.py', 'python train.py'],
    ['train.sh', 'bash train.sh'],
    ['fit.R', 'Rscript fit.R'],
  ])('of %s', (script, command) => expect(commandOf(script)).toBe(command));

  it('keeps the arguments when the script is renamed', () => {
    expect(changedCommand('python train.py --lr 1', 'train.py', 'fit.py')).toBe('python fit.py --lr 1');
  });
  it('fills an empty command', () => expect(changedCommand(' ', 'a.py', 'b.sh')).toBe('bash b.sh'));
  it("leaves somebody's own command", () => expect(changedCommand('make all', 'a.py', 'b.py')).toBeNull());
  it('knows a longer name from its beginning', () => {
    expect(changedCommand('python train.pyc', 'train.py', 'b.py')).toBeNull();
  });

  it.each([
    [['src/a.py', 'train.py', 'b.py'], 'train.py'],
    [['fit.py', 'data.csv', 'lib/x.py'], 'fit.py'],
    [['a.py', 'b.py'], null],
    [['README.md'], null],
  ])('of a folder with %j', (paths, script) => expect(mainScript(paths)).toBe(script));
});
