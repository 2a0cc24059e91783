import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ecosystemCommand, modeOf } from '../../src/cli/mode.ts';
import { temporaryFolder } from '../support/cli.ts';

const nowhere = '/nowhere';

describe('what the arguments ask for', () => {
  it.each([
    [
      ['sync', '-p'],
      ['sync', '-p'],
    ],
    [['--help'], ['--help']],
    [['-v'], ['-v']],
    [
      ['-f', 'x.c1z'],
      [ecosystemCommand, '-f', 'x.c1z'],
    ],
  ])('%j: the words %j', (argv, words) => {
    expect(modeOf(argv, {}, nowhere)).toEqual({ kind: 'command', words });
  });

  it('nothing at all is the help where no project is set up, and a sync where one is', async () => {
    await using folder = await temporaryFolder();
    await using configured = await temporaryFolder();
    await writeFile(join(configured.path, 'baton.yaml'), 'project-id: P2abc\n');
    const sync = { kind: 'command', words: [ecosystemCommand] };

    expect(modeOf([], {}, folder.path)).toEqual({ kind: 'help' });
    expect(modeOf([], { DESCOPE_PROJECT_ID: ' ' }, folder.path)).toEqual({ kind: 'help' });
    expect(modeOf([], { DESCOPE_PROJECT_ID: 'P2abc' }, folder.path)).toEqual(sync);
    expect(modeOf([], {}, configured.path)).toEqual(sync);
    expect(modeOf([], { BATON_CONFIG_PATH: 'missing.yaml' }, folder.path)).toEqual(sync);
  });
});
