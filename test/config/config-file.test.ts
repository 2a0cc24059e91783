import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readConfigFile } from '../../src/config/config-file.ts';
import { readConfigText } from '../../src/config/config-file-text.ts';
import { meantKey } from '../../src/config/file-keys.ts';
import { configFilePath, homeConfigPath } from '../../src/config/config-file-path.ts';
import { type LoadOptions, resolveSettings } from '../../src/config/load.ts';
import { findCompanyKey, findManagementKey } from '../../src/config/management-key.ts';
import { ConnectorError } from '../../src/errors.ts';
import { runCli, temporaryFolder } from '../support/cli.ts';

/** Writes a file into a folder of its own and resolves the settings with it. */
async function resolvedWith(
  text: string,
  options: Omit<LoadOptions, 'openFile'> = { flags: {}, env: {} },
  name = 'baton.yaml',
): Promise<ReturnType<typeof resolveSettings> & { readonly folder: string }> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, name);
  await writeFile(path, text);
  const found = resolveSettings({ ...options, openFile: () => readConfigFile({ path, by: 'name' }) });
  return { ...found, folder: folder.path };
}

function messageOf(work: () => unknown): string {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof ConnectorError && thrown.kind === 'config') {
      return thrown.message;
    }
  }
  return expect.fail('no config error');
}

describe('a config file', () => {
  it('comes after flags and environment, and before defaults', async () => {
    const file = 'project-id: P2file\nrate-limit: 100/m\ntenant-roles: observed\n';

    const { values } = await resolvedWith(file, {
      flags: { projectId: 'P2flag' },
      env: { BATON_DESCOPE_RATE_LIMIT: '3/s' },
    });

    expect(values).toMatchObject({
      projectId: 'P2flag',
      rateLimit: { count: 3 },
      tenantRoles: 'observed',
      maxShrink: 20,
    });
  });

  it('spells settings as their flags, or as Baton connectors spell them', async () => {
    const { values, origins, problems, folder } = await resolvedWith(
      'descope-project-id: P2abc\nmax-parallel-fetches: 3\nprovisioning: true\ndescope-strict: true\n',
    );

    expect(problems).toEqual([]);
    expect(values).toMatchObject({ projectId: 'P2abc', maxParallelFetches: 3, provisioning: true, strict: true });
    expect(origins.maxParallelFetches?.source).toBe(`${folder}/baton.yaml:2 max-parallel-fetches`);
  });

  it('may be JSON', async () => {
    const { values, problems } = await resolvedWith(
      '{\n\t"project-id": "P2abc",\n\t"max-shrink": 5\n}',
      undefined,
      'baton.json',
    );

    expect(problems).toEqual([]);
    expect(values).toMatchObject({ projectId: 'P2abc', maxShrink: 5 });
  });

  it('has paths that count from its own folder', async () => {
    const { values, folder } = await resolvedWith('project-id: P2abc\ntls-cert: tls/cert.pem\ntls-key: /etc/key.pem\n');

    expect(values).toMatchObject({ tlsCert: join(folder, 'tls/cert.pem'), tlsKey: '/etc/key.pem' });
  });

  it.each([
    ['an unknown key', 'base-ulr: https://x', ':1 base-ulr is not a setting; did you mean base-url?'],
    ['a key that nothing resembles', 'okta-domain: x', ':1 okta-domain is not a setting; `baton-descope config show`'],
    [
      'an environment name',
      'strict: true\nDESCOPE_BASE_URL: https://x',
      ':2 DESCOPE_BASE_URL is not a setting; did you mean descope-base-url?',
    ],
    [
      'the key itself',
      'management-key: K2secret',
      ':1 management-key: a config file must not hold the management key itself',
    ],
    ['a value out of range', '\nmax-parallel-fetches: 9', ':2 max-parallel-fetches must be a whole number from 1 to 6'],
    ['a value that is a list', 'rate-limit: [a]', ':1 rate-limit must have one text'],
    ['a key without a value', 'rate-limit:', ':1 rate-limit is empty: give a value, or leave it out'],
    ['one setting under two names', 'strict: true\ndescope-strict: false', ':2 descope-strict repeats'],
    ['the same key twice', 'strict: true\nstrict: false', ':2 strict is given twice'],
    ['broken YAML', 'strict: "true', ':1 strict has a quote that is opened and not closed'],
    ['a list', '- strict', ':1 must be a list of settings, one "name: value" on each line'],
  ])('is refused with the line and the remedy: %s', async (_name, text, message) => {
    const { problems } = await resolvedWith(text, { flags: { projectId: 'P2abc' }, env: {} });

    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toContain(message);
  });

  it.each([
    'management-key: K2secret',
    'descope-management-key: K2secret',
    'key: K2secret',
    'managment-key: K2secret',
    'strict: [K2secret',
    'strict: K2secret',
  ])('never has its values repeated: %s', async (text) => {
    const { problems } = await resolvedWith(text, { flags: { projectId: 'P2abc' }, env: {} });

    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).not.toContain('K2secret');
  });

  it('tells its problems together with those of flags and environment', async () => {
    const { problems } = await resolvedWith('max-shrink: 200\nnope-nope: 1\n', {
      flags: { logLevel: 'loud' },
      env: { BATON_DESCOPE_MAX_DANGLING: 'x' },
    });

    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('nope-nope'),
      expect.stringContaining('DESCOPE_PROJECT_ID is not set'),
      expect.stringContaining('BATON_DESCOPE_MAX_DANGLING must be'),
      expect.stringContaining(':1 max-shrink must be'),
      expect.stringContaining('--log-level must be'),
    ]);
  });

  it('that everybody may change is refused: it could send the key elsewhere', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'baton.yaml');
    await writeFile(path, '');
    await chmod(path, 0o666);

    expect(messageOf(() => readConfigFile({ path, by: 'name' }))).toContain('can be changed by every user');
  });

  it('that is empty says nothing', async () => {
    const { problems } = await resolvedWith('# nothing yet\n', { flags: { projectId: 'P2abc' }, env: {} });

    expect(problems).toEqual([]);
  });
});

describe('the config file that counts', () => {
  it('is the named one, else ./baton.yaml, else the one at home', async () => {
    await using folder = await temporaryFolder();
    const [home, cwd] = [join(folder.path, 'home'), join(folder.path, 'here')];
    await mkdir(join(home, '.config', 'baton-descope'), { recursive: true });
    await mkdir(cwd);
    const env = { HOME: home };
    const found = (flag: string | undefined, more = {}): string | undefined =>
      configFilePath({ flag, env: { ...env, ...more }, cwd })?.path;

    const none = found(undefined);
    await writeFile(join(home, '.config', 'baton-descope', 'config.yaml'), '');
    const atHome = found(undefined);
    await writeFile(join(cwd, 'baton.yaml'), '');
    const here = found(undefined);
    await writeFile(join(folder.path, 'named.yaml'), '');
    const byVariable = found(undefined, { BATON_CONFIG: '../named.yaml' });
    const byFlag = found('baton.yaml', { BATON_CONFIG: '../named.yaml' });

    expect([none, atHome, here, byVariable, byFlag]).toEqual([
      undefined,
      homeConfigPath(env),
      join(cwd, 'baton.yaml'),
      join(folder.path, 'named.yaml'),
      join(cwd, 'baton.yaml'),
    ]);
  });

  it('must be there when it is named', () => {
    expect(messageOf(() => configFilePath({ flag: 'no/such.yaml', env: {}, cwd: '/' }))).toBe(
      '--config: there is no file /no/such.yaml',
    );
    expect(messageOf(() => configFilePath({ flag: undefined, env: { BATON_CONFIG_PATH: 'x.yaml' }, cwd: '/' }))).toBe(
      'BATON_CONFIG_PATH: there is no file /x.yaml',
    );
  });
});

describe('the management key', () => {
  it('comes from the file that the config file names, unless the environment has one', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'key'), 'K2fromFile\n');
    const keyFile = { text: join(folder.path, 'key'), source: 'baton.yaml:1 management-key-file' };

    expect(findManagementKey({}, keyFile).key().reveal()).toBe('K2fromFile');
    expect(findManagementKey({ DESCOPE_MANAGEMENT_KEY: 'K2env' }, keyFile).key().reveal()).toBe('K2env');
    expect(messageOf(() => findManagementKey({}, { ...keyFile, text: '/no/such' }))).toContain(
      'baton.yaml:1 management-key-file: cannot read /no/such (ENOENT)',
    );
  });
});

describe('the key of the company', () => {
  it('comes from the file that the config file names, unless the environment has one; nobody needs to have it', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'key'), 'K2fromFile\n');
    await writeFile(join(folder.path, 'baton.yaml'), 'company-management-key-file: key\n');
    const { companyKeyFile, keyFile, problems } = readConfigFile({ path: join(folder.path, 'baton.yaml'), by: 'name' });

    expect([problems, keyFile, companyKeyFile?.text]).toEqual([[], undefined, join(folder.path, 'key')]);
    expect(findCompanyKey({}, companyKeyFile)?.key().reveal()).toBe('K2fromFile');
    expect(findCompanyKey({ DESCOPE_COMPANY_MANAGEMENT_KEY: 'K2env' }, companyKeyFile)?.key().reveal()).toBe('K2env');
    expect(findCompanyKey({})).toBeUndefined();
  });

  it('never stands in the config file itself, nor twice; the problem names where it goes', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'baton.yaml');
    await writeFile(
      path,
      'company-management-key: x\ncompany-management-key-file: a\ndescope-company-management-key-file: b\n',
    );

    const { problems, isTried } = readConfigFile({ path, by: 'name' });

    expect(problems[0]).toMatch(
      /must not hold the management key itself: .* name that with company-management-key-file/,
    );
    expect(problems[1]).toMatch(/:3 descope-company-management-key-file repeats .*:2 company-management-key-file/);
    expect(isTried('key')).toBe(false);
  });

  it('that is a path is told which variable takes a path', () => {
    expect(messageOf(() => findCompanyKey({ DESCOPE_COMPANY_MANAGEMENT_KEY: '/run/key' }))).toMatch(
      /^DESCOPE_COMPANY_MANAGEMENT_KEY does not hold .* name a key file with DESCOPE_COMPANY_MANAGEMENT_KEY_FILE$/,
    );
    expect(messageOf(() => findManagementKey({ DESCOPE_MANAGEMENT_KEY: '/run/key' }))).toMatch(
      / name a key file with DESCOPE_MANAGEMENT_KEY_FILE$/,
    );
  });
});

describe('the guess at what was meant', () => {
  it.each([
    ['projectId', 'project-id'],
    ['log_level', 'log-level'],
    ['proyect-id', 'project-id'],
    ['management-keyfile', 'management-key-file'],
    ['company_management_key_file', 'company-management-key-file'],
    ['client-secret', undefined],
  ])('%s: %s', (key, meant) => {
    expect(meantKey(key)).toBe(meant);
  });
});

describe('config show', () => {
  it('prints what is in force, where it came from, and never the key', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'baton.yaml'), 'project-id: P2abc\nmanagement-key-file: key\n');
    await writeFile(join(folder.path, 'key'), 'K2secretsecret');

    const run = await runCli(['config', 'show', '--strict', '--config', 'baton.yaml'], {
      cwd: folder.path,
      env: { BATON_LOG_LEVEL: 'info' },
    });

    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/^project-id +P2abc +baton\.yaml:1 project-id$/m);
    expect(run.stdout).toMatch(/^management-key +\*{8} +key \(baton\.yaml:2 management-key-file\)$/m);
    expect(run.stdout).toMatch(/^base-url +https:\/\/api\.descope\.com +the project id$/m);
    expect(run.stdout).toMatch(/^strict +true +--strict$/m);
    expect(run.stdout).toMatch(/^log-level +info +BATON_LOG_LEVEL$/m);
    expect(run.stdout + run.stderr).not.toContain('K2secret');
  });

  it('shows what is wrong, too, and ends with exit 2', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'baton.yaml'), 'project-id: P2abc\nmax-shrink: 200\n');

    const run = await runCli(['config', 'show', '--json', '--config', 'baton.yaml'], {
      cwd: folder.path,
      env: { DESCOPE_MANAGEMENT_KEY: 'K2secretsecret' },
    });

    expect(run.code).toBe(2);
    expect(JSON.parse(run.stdout)).toMatchObject({
      file: join(folder.path, 'baton.yaml'),
      problems: [expect.stringContaining('baton.yaml:2 max-shrink must be')],
    });
    expect(run.stderr).toContain('baton.yaml:2 max-shrink must be');
    expect(run.stdout + run.stderr).not.toContain('K2secret');
  });

  it('refuses a type in include that there is not, as a sync would', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'baton.yaml'), 'project-id: P2abc\ninclude: idp_group, groups\n');

    const run = await runCli(['config', 'show', '--config', 'baton.yaml'], {
      cwd: folder.path,
      env: { DESCOPE_MANAGEMENT_KEY: 'K2secretsecret' },
    });

    expect(run.code).toBe(2);
    expect(run.stdout).toMatch(/^include +idp_group, groups +baton\.yaml:2 include \(wrong\)$/m);
    expect(run.stderr).toContain('"groups", which is no resource type');
  });
});

describe('a config file that is not a plain file', () => {
  it('is not waited for when it was found by chance', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'baton.yaml');
    execFileSync('mkfifo', ['-m', '600', path]);

    expect(messageOf(() => readConfigFile({ path, by: 'home', base: folder.path }))).toContain(
      'it is not a plain file',
    );
  });

  it.runIf(existsSync('/dev/zero'))('is not read without end when it was named', () => {
    expect(messageOf(() => readConfigText({ path: '/dev/zero', by: 'name' }))).toContain(
      'larger than a config file can be',
    );
  });
});
