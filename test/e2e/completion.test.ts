import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, temporaryFolder } from '../support/cli.ts';
import { importDay } from '../support/history.ts';
import { permission, role, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';

const run = promisify(execFile);
const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
let script = '';
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
/** With the program on the path, as completion finds it. */
let env: Readonly<Record<string, string>> = {};

beforeAll(async () => {
  folder = await temporaryFolder();
  env = {
    PATH: `${join(folder.path, 'bin')}:${process.env['PATH'] ?? ''}`,
    LC_ALL: 'C.UTF-8',
    HOME: folder.path,
    TERM: 'xterm',
  };
  await Promise.all(['bin', 'sub'].map((name) => mkdir(join(folder.path, name))));
  await writeFile(join(folder.path, 'bin', 'baton-descope'), `#!/bin/sh\nexec "${process.execPath}" "${bin}" "$@"\n`, {
    mode: 0o755,
  });
  await writeFile(join(folder.path, 'other.txt'), '');
  await writeSync(join(folder.path, 'sync.json'), {
    users: [
      user('U1', { name: 'Ada Lovelace', loginIds: ['ada@x.test'] }),
      user('U2', { name: 'Åsa', loginIds: ['sa@x.test'] }),
    ],
    tenants: [tenant('acme', { name: 'Acme' })],
    roles: [role('Editor')],
    permissions: ['invoices.approve', 'invoices all', 'stock:move/adjust'].map((name) => permission(name)),
  });
  await importDay(join(folder.path, 'access.db'), join(folder.path, 'sync.json'));
  await writeFile(join(folder.path, 'broken.db'), 'no database');
  await writeSync(join(folder.path, 'sub', 'old.json'), {
    users: [user('U1', { name: 'Old', loginIds: ['old@x.test'] })],
  });
  script = (await runCli(['completion', 'bash'])).stdout;
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/**
 * What a real bash, that has sourced the script, would put in the place of the last word, for the line that ends there.
 */
async function offered(line: string): Promise<readonly string[]> {
  const ask =
    "COMP_LINE=$1 COMP_POINT=${#1} COMP_WORDS=(baton-descope); COMP_WORDBREAKS=$' \\t\\n\\'\\\"@><=;|&(:'; " +
    '_baton_descope; printf \'%s\\n\' "${COMPREPLY[@]}"';
  const { stdout } = await run('bash', ['-c', `${script}\n${ask}`, 'bash', `baton-descope ${line}`], {
    cwd: folder.path,
    env,
  });
  return stdout.split('\n').filter((text) => text !== '');
}

describe('bash completion', () => {
  it.each([
    ['sy', ['sync']],
    ['config ', ['show']],
    ['config show --pro', ['--project-id', '--provisioning']],
    ['sync --tenant-roles ', ['all', 'observed']],
    ['sync --tenant-roles=o', ['observed']],
    ['serve --log-level d', ['debug']],
    ['sync --out x', []],
    ['completion ', ['bash', 'zsh', 'fish']],
    ['sync --out x --max-sh', ['--max-shrink']],
    ['--grant-e', ['--grant-entitlement']],
    ['serve --entit', []],
    ['help ex', ['export']],
    ['list us', ['users']],
    ['list access', ['access_keys', 'access_key_secrets']],
    ['serve --out-format ', ['json', 'c1z']],
    ['sync --rate-limit a', ['auto']],
    ['report ', ['access.db', 'bin/', 'broken.db', 'sub/', 'sync.json']],
    ['export sy', ['sync.json']],
    ['list roles s', ['sub/', 'sync.json']],
    ['who-can --humans', ['--humans-only']],
    ['who-can in', [String.raw`invoices\ all`, 'invoices.approve']],
    ['who-can IN', [String.raw`invoices\ all`, 'invoices.approve']],
    ['who-can sync.json invoices.', ['invoices.approve']],
    ['who-can "invoices a', ['invoices all']],
    [String.raw`who-can invoices\ `, [String.raw`invoices\ all`]],
    ['who-can stock:m', ['move/adjust']],
    ['path sync.json x invoices.', ['invoices.approve']],
    ['who-can x --tenant ac', ['acme']],
    ['who-can x --tenant=Ac', ['Acme']],
    ['access ada@x', ['x.test']],
    ['access ADA@', ['x.test']],
    ['access sub/old.json o', ['old@x.test']],
    ['access "Ada L', ['Ada Lovelace']],
    ["access 'åsa", ['Åsa']],
    ['who-can access.db invoices.', ['invoices.approve']],
    ['who-can access.db x --tenant ac', ['acme']],
    ['timeline access.db ada@x', ['x.test']],
    ['timeline access.db Edi', ['Editor']],
    ['timeline access.db "Ada L', ['Ada Lovelace']],
    ["history forget access.db 'åsa", ['Åsa']],
    ['history verify acc', ['access.db']],
    ['access access.db no@', []],
    ['access broken.db ada', []],
    ['grant --role Ed', ['Editor']],
    ['grant --role Editor --in ac', ['acme']],
    ['revoke --from=ada@', ['x.test']],
  ])('offers for %j: %j', async (line, expected) => {
    expect((await offered(line)).toSorted()).toEqual([...expected].toSorted());
  });

  it('offers every command, and flags only to whoever began one', async () => {
    expect(await offered('')).toEqual(
      expect.arrayContaining(['init', 'doctor', 'sync', 'serve', 'grant', 'revoke', 'config', 'completion']),
    );
    expect((await offered('')).filter((word) => word.startsWith('-') || word.startsWith('_'))).toEqual([]);
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

describe('fish completion', () => {
  it.skipIf(!existsSync('/usr/bin/fish')).each([
    ['who-can invoices.', ['invoices.approve']],
    ['who-can sync.json STOCK', ['stock:move/adjust']],
    ['timeline access.db ADA@', ['ada@x.test\tAda Lovelace']],
    ['access ada@', ['ada@x.test\tAda Lovelace']],
    ['who-can x --tenant Ac', ['Acme\tacme']],
    ['who-can x --tenant=Ac', ['--tenant=Acme\tacme']],
    ['list r', ['roles']],
    ['report sy', ['sync.json']],
    ['serve --log-level d', ['debug\tdebug, info, warn or error']],
  ])('offers for %j: %j', async (line, expected) => {
    const fish = (await runCli(['completion', 'fish'])).stdout;
    const { stdout } = await run(
      'fish',
      ['--no-config', '-c', `${fish}\ncomplete -C $argv[1]`, `baton-descope ${line}`],
      { cwd: folder.path, env },
    );

    expect(
      stdout
        .split('\n')
        .map((text) => text.trimEnd())
        .filter((text) => text !== ''),
    ).toEqual(expected);
  });

  it.skipIf(!existsSync('/usr/bin/fish'))('lists the commands behind help', async () => {
    const fish = (await runCli(['completion', 'fish'])).stdout;
    const { stdout } = await run('fish', ['--no-config', '-c', `${fish}\ncomplete -C 'baton-descope help '`], {
      cwd: folder.path,
      env,
    });

    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['who-can', 'list', 'sync']));
  });
});

describe('zsh completion', () => {
  it.skipIf(!existsSync('/usr/bin/zsh')).each([
    ['who-can invoices.', 'invoices.approve'],
    ['access ADA@', 'ada@x.test'],
    ['timeline access.db ADA@', 'ada@x.test'],
    ['who-can x --tenant=Ac', 'Acme'],
    ['help exp', 'help export'],
    ['list te', 'list tenants'],
  ])('completes %j on a terminal', async (line, expected) => {
    const path = join(folder.path, 'bin', 'script.zsh');
    await writeFile(path, (await runCli(['completion', 'zsh'])).stdout);
    const session = [
      'zmodload zsh/zpty; zpty shell zsh -f -i',
      'zpty -w shell "autoload -Uz compinit; compinit -D -u; source $1; print -r rea\\dy"',
      "zpty -r -m shell seen '*ready*'",
      'zpty -w -n shell "baton-descope $2"$\'\\t\'',
      'zpty -r -m shell seen "*$3*"; print -r -- $seen',
    ];
    const { stdout } = await run('zsh', ['-f', '-c', session.join('\n'), 'zsh', path, line, expected], {
      cwd: folder.path,
      env,
      timeout: 100_000,
    });

    expect(stdout).toContain(expected);
  });
});
