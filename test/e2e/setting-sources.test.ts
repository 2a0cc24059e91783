import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addSettingOptions, connectionSettings } from '../../src/cli/setting-options.ts';
import { createProgram } from '../../src/cli/program.ts';
import { adaLovelace, type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { Command } from 'commander';
import { type CliRun, runCli, startCli, temporaryFolder } from '../support/cli.ts';

let emulator: Emulator;
beforeAll(async () => {
  emulator = await startEmulator();
});
afterAll(async () => {
  await emulator.close();
});

const nowhere = 'http://127.0.0.1:9';
const wanted = { project: '', base: '', key: '' };
const place = (): typeof wanted => ({
  project: emulator.projectId,
  base: emulator.baseUrl,
  key: emulator.managementKey,
});

/** How a command is called besides its settings. */
const change = ['--entitlement', 'role:Auditor:assigned', '--principal', adaLovelace.userId];
const commands: Readonly<Record<string, readonly string[]>> = {
  init: ['init', '--force', '--config'],
  doctor: ['doctor', '--config'],
  sync: ['sync', '--out', 'x.json', '--config'],
  grant: ['grant', ...change, '--dry-run', '--config'],
  revoke: ['revoke', ...change, '--dry-run', '--config'],
  'sync without a command': ['-f', 'y.json', '--config'],
  'grant without a command': [
    '--grant-entitlement',
    'role:Auditor:assigned',
    '--grant-principal',
    adaLovelace.userId,
    '-p',
    '--config',
  ],
};

interface Source {
  readonly flags: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly file: string;
}

/** Every way to say where the project is, with another address in each place that comes after it. */
const sources: Readonly<Record<string, (at: typeof wanted) => Source>> = {
  'a flag': ({ project, base, key }) => ({
    flags: ['--project-id', project, '--base-url', base],
    env: { DESCOPE_MANAGEMENT_KEY: key, DESCOPE_BASE_URL: nowhere, DESCOPE_PROJECT_ID: 'P2other' },
    file: `base-url: ${nowhere}\nproject-id: P2other\n`,
  }),
  'the BATON_ names': ({ project, base, key }) => ({
    flags: [],
    env: {
      BATON_DESCOPE_PROJECT_ID: project,
      BATON_DESCOPE_BASE_URL: base,
      BATON_DESCOPE_MANAGEMENT_KEY: key,
      DESCOPE_BASE_URL: nowhere,
    },
    file: `base-url: ${nowhere}\n`,
  }),
  "the vendor's names": ({ project, base, key }) => ({
    flags: [],
    env: { DESCOPE_PROJECT_ID: project, DESCOPE_BASE_URL: base, DESCOPE_MANAGEMENT_KEY: key },
    file: `base-url: ${nowhere}\n`,
  }),
  'a key file of the environment': ({ project, base }) => ({
    flags: [],
    env: { DESCOPE_PROJECT_ID: project, DESCOPE_BASE_URL: base, DESCOPE_MANAGEMENT_KEY_FILE: 'key' },
    file: '',
  }),
  'the config file': ({ project, base }) => ({
    flags: [],
    env: {},
    file: `project-id: ${project}\nbase-url: ${base}\nmanagement-key-file: key\n`,
  }),
};

async function runWith(args: readonly string[], { flags, env, file }: Source): Promise<CliRun> {
  await using folder = await temporaryFolder();
  await writeFile(join(folder.path, 'c.yaml'), file);
  await writeFile(join(folder.path, 'key'), place().key);
  return await runCli([...args, 'c.yaml', ...flags], { cwd: folder.path, env, stdin: '' });
}

describe.each(Object.keys(commands))('%s', (command) => {
  it.each(Object.keys(sources))('takes project, address and key from %s', async (source) => {
    const before = emulator.stats.total;
    const run = await runWith(commands[command] ?? [], sources[source]?.(place()) ?? expect.fail('no source'));

    expect(run.stderr + run.stdout).not.toContain(nowhere);
    expect(run.code).toBe(0);
    expect(emulator.stats.total).toBeGreaterThan(before);
  });
});

describe('serve', () => {
  it.each(Object.keys(sources))('takes project, address and key from %s', async (source) => {
    await using folder = await temporaryFolder();
    const { flags, env, file } = sources[source]?.(place()) ?? expect.fail('no source');
    await writeFile(join(folder.path, 'c.yaml'), file);
    await writeFile(join(folder.path, 'key'), place().key);
    const keyFile =
      'DESCOPE_MANAGEMENT_KEY_FILE' in env ? { DESCOPE_MANAGEMENT_KEY_FILE: join(folder.path, 'key') } : {};
    await using serve = startCli(
      [
        'serve',
        '--listen',
        '127.0.0.1:0',
        '--health-check-port',
        'off',
        '--sync-every',
        '1h',
        '--out',
        join(folder.path, 'syncs'),
        '--config',
        join(folder.path, 'c.yaml'),
        ...flags,
      ],
      { ...env, ...keyFile },
    );

    await serve.until(/sync complete/);
    expect(serve.stderr()).not.toContain('sync failed');
  });
});

it('every command that talks to Descope has the flags of the connection', () => {
  const program = createProgram({
    env: {},
    signal: new AbortController().signal,
    print: () => undefined,
    write: () => undefined,
    endWith: () => undefined,
  });
  const flags = addSettingOptions(new Command(), ...connectionSettings).options.map(({ long }) => long);

  for (const name of ['doctor', 'sync', 'serve', 'grant', 'revoke', '_baton']) {
    const own = program.commands.find((command) => command.name() === name)?.options.map(({ long }) => long);
    expect(own, name).toEqual(expect.arrayContaining(flags));
  }
});

const placeInEnv = (): Readonly<Record<string, string>> => ({
  DESCOPE_PROJECT_ID: emulator.projectId,
  DESCOPE_BASE_URL: emulator.baseUrl,
  DESCOPE_MANAGEMENT_KEY: emulator.managementKey,
});

it.each([
  ['nothing', [], 'sso_configuration and idp_group'],
  ['one of them', ['--include', 'sso_configuration'], 'idp_group'],
])('refuses to expand mappings that it was told to read %s of', async (_, include, missing) => {
  const run = await runCli(['sync', '--out', '-', '--expand-mappings', ...include], { env: placeInEnv() });

  expect(run).toMatchObject({ code: 2, stdout: '' });
  expect(run.stderr).toContain(`has nothing to expand without ${missing}: add --include sso_configuration,idp_group`);
});

it('expands mappings where every type is included', async () => {
  const run = await runCli(['sync', '--out', '-', '--expand-mappings', '--include', 'sso_configuration,idp_group'], {
    env: placeInEnv(),
  });

  expect(run.code).toBe(0);
  expect(run.stdout).toContain('"entitlementIds":["idp_group:initech/default_ssoid/g-1:member"]');
});
