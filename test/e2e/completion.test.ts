import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';

const run = promisify(execFile);
let script = '';

beforeAll(async () => {
  script = (await runCli(['completion', 'bash'])).stdout;
});

/** What a real bash, that has sourced the script, would offer for the last of these words. */
async function offered(words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await run('bash', ['-c', `${script}\nCOMP_WORDS=(baton-descope "$@"); COMP_CWORD=$#; _baton_descope; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', ...words]);
  return stdout.split('\n').filter((line) => line !== '');
}

describe('bash completion', () => {
  it.each([
    [['sy'], ['sync']],
    [['config', ''], ['show']],
    [['config', 'show', '--pro'], ['--project-id', '--provisioning']],
    [['sync', '--tenant-roles', ''], ['all', 'observed']],
    [['sync', '--tenant-roles', '=', 'o'], ['observed']],
    [['serve', '--log-level', 'd'], ['debug']],
    [['sync', '--out', 'x'], []],
    [['completion', ''], ['bash', 'zsh', 'fish']],
    [['sync', '--out', 'x', '--max-sh'], ['--max-shrink']],
    [['--grant-e'], ['--grant-entitlement']],
    [['serve', '--entit'], []],
  ])('offers for %j: %j', async (words, expected) => {
    expect(await offered(words)).toEqual(expected);
  });

  it('offers every command, and flags only to whoever began one', async () => {
    expect(await offered([''])).toEqual(expect.arrayContaining(['init', 'doctor', 'sync', 'serve', 'grant', 'revoke', 'config', 'completion']));
    expect((await offered([''])).filter((word) => word.startsWith('-') || word.startsWith('_'))).toEqual([]);
  });
});

describe.each([
  ['zsh', '/usr/bin/zsh'],
  ['fish', '/usr/bin/fish'],
])('%s completion', (shell, program) => {
  it('names the commands and their flags', async () => {
    const { stdout, code } = await runCli(['completion', shell]);

    expect(code).toBe(0);
    expect(stdout).toContain('doctor');
    expect(stdout).toContain('tenant-roles');
  });

  it.skipIf(!existsSync(program))('is a script that the shell can read', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'script');
    await writeFile(path, (await runCli(['completion', shell])).stdout);

    await run(program, ['-n', path]);
  });
});
