import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdsKey, keyFlaw } from '../../src/config/key-form.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

const canary = 'K2canaryKeyThatMustNeverBeSeen0123456789';
const secret = 'canaryKey';
const project = 'P2abcdefghijklmnopqrstuvwxyz';

describe('the form of a key', () => {
  it.each([
    canary,
    `https://${canary}@api.descope.com`,
    `https://x.example/?k=${canary}`,
    `${project}:${canary}`,
    `"${canary}"`,
    `./${canary}`,
    `NAME=${canary}`,
    'K3abcdefghij0123456789',
  ])('is seen in %s', (text) => {
    expect(holdsKey(text)).toBe(true);
  });

  it.each([
    '',
    'K2',
    'K2short',
    project,
    'K2abcdefghijklmnopqrstuvwxyz',
    'role:K8sProductionClusterAdministrator:assigned',
    'K20261129180000123456.json',
    'sync-K2.json',
    'https://api.descope.com',
  ])('is not seen in %j', (text) => {
    expect(holdsKey(text)).toBe(false);
  });
});

describe('what is wrong with a key', () => {
  it.each([
    [`"${canary}"`, 'quotes'],
    [`'${canary}'`, 'quotes'],
    [`\u201C${canary}\u201D`, 'quotes'],
    [`${canary}"`, 'quotes'],
    [`DESCOPE_MANAGEMENT_KEY=${canary}`, 'begins with a name and "="'],
    [`export KEY="${canary}"`, 'quotes'],
    [`export KEY=${canary}`, 'begins with a name and "="'],
    [`key: ${canary}`, 'begins with a name and ":"'],
    [`${project}:${canary}`, 'project id and a colon'],
    [`Bearer ${canary}`, '"Bearer"'],
    [`${canary}\n${canary}`, 'more than one line'],
    [`${canary.slice(0, 20)}\r\n${canary.slice(20)}`, 'more than one line'],
    [`${canary.slice(0, 20)} ${canary.slice(20)}`, 'a blank inside'],
    [`${canary.slice(0, 20)}\u00A0${canary.slice(20)}`, 'a blank inside'],
    [`${canary.slice(0, 20)}\uFEFF${canary.slice(20)}x`, 'a blank inside'],
    [`${canary}\u200Bx`, 'invisible'],
    [`<${canary}>`, 'brackets'],
    [`${canary},`, 'ends with ","'],
    ['${DESCOPE_MANAGEMENT_KEY}', 'name of a variable'],
    ['$KEY', 'name of a variable'],
    ['{{ .Values.key }}', 'blank inside'],
    ['K2...', 'as in an example'],
    [`/run/secrets/key`, 'path of a file'],
    [project, 'project id'],
    ['', 'empty'],
    [canary.replaceAll(/./g, '$&\0'), 'UTF-16'],
    [`${canary}\u00E4`, 'no key has'],
  ])('is named, and the key is not: %j', (text, expected) => {
    const flaw = keyFlaw(text);

    expect(flaw).toContain(expected);
    expect(flaw).not.toContain(secret);
  });

  it.each([canary, 'K2wrong', 'emulator-management-key', 'K2with+/=and-_.~'])('is nothing for %s', (text) => {
    expect(keyFlaw(text)).toBeUndefined();
  });
});

describe('a key that was pasted with something around it', () => {
  const bad = [`"${canary}"`, `DESCOPE_MANAGEMENT_KEY=${canary}`, `${project}:${canary}`, `${canary}\n${canary}`];

  it.each(bad)(
    'ends with exit 2 before anything is sent, from the environment, from a file and from stdin: %j',
    async (text) => {
      await using folder = await temporaryFolder();
      await using emulator = await startEmulator({ managementKey: canary, users: 10 }).then((running) =>
        Object.assign(running, { [Symbol.asyncDispose]: () => running.close() }),
      );
      const { DESCOPE_MANAGEMENT_KEY: _key, ...place } = envOf(emulator);
      await writeFile(join(folder.path, 'key'), text);
      const sync = ['sync', '--out', 'sync.json'];

      const runs = await Promise.all([
        runCli(sync, { cwd: folder.path, env: { ...place, DESCOPE_MANAGEMENT_KEY: text } }),
        runCli(sync, { cwd: folder.path, env: { ...place, BATON_DESCOPE_MANAGEMENT_KEY_FILE: 'key' } }),
        runCli(['doctor'], { cwd: folder.path, env: { ...place, DESCOPE_MANAGEMENT_KEY_FILE: 'key' } }),
        runCli(['init', '--config', 'baton.yaml'], { cwd: folder.path, env: place, stdin: text }),
      ]);

      expect(runs.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
      expect(runs.map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain(secret);
      expect(emulator.stats.total).toBe(0);
    },
  );

  it.each([`${canary}\n`, `\uFEFF${canary}\r\n`, `  ${canary}\t`])(
    'is taken when that is only white space or a byte order mark: %j',
    async (text) => {
      await using folder = await temporaryFolder();
      await writeFile(join(folder.path, 'key'), text);

      const run = await runCli(['config', 'show', '--json'], {
        cwd: folder.path,
        env: { DESCOPE_PROJECT_ID: project, DESCOPE_MANAGEMENT_KEY_FILE: 'key' },
      });

      expect(run.code).toBe(0);
    },
  );
});

describe('a key in a place that is not for it', () => {
  const env = { DESCOPE_PROJECT_ID: project, DESCOPE_MANAGEMENT_KEY: 'K2another' };
  const sync = ['sync', '--out', 'x.json'];

  it.each<[string, readonly string[], Readonly<Record<string, string>>]>([
    ['the project id', sync, { ...env, DESCOPE_PROJECT_ID: canary }],
    ['the project id, of another form', sync, { ...env, DESCOPE_PROJECT_ID: `${secret}-of-the-emulator` }],
    ['the base URL', sync, { ...env, DESCOPE_BASE_URL: `https://${canary}` }],
    [
      'the user name of the base URL',
      sync,
      { ...env, DESCOPE_BASE_URL: `https://${project}:${canary}@api.descope.com` },
    ],
    ['the path of the key file', sync, { DESCOPE_PROJECT_ID: project, DESCOPE_MANAGEMENT_KEY_FILE: canary }],
    [
      'the path of the key file, of another form',
      sync,
      { DESCOPE_PROJECT_ID: project, DESCOPE_MANAGEMENT_KEY_FILE: `${secret}oftheemulator` },
    ],
    ['the path of the config file', sync, { ...env, BATON_CONFIG: canary }],
    ['the path of the output', ['-p'], { ...env, BATON_FILE: canary }],
    ['a number', sync, { ...env, BATON_DESCOPE_MAX_SHRINK: canary }],
    ['--project-id', [...sync, '--project-id', canary], env],
    ['--config', [...sync, `--config=${canary}`], env],
    ['--principal', ['grant', '--entitlement', 'role:E:assigned', '--principal', canary], env],
    ['a word', [canary], env],
    ['an unknown flag', [`--${canary}`], env],
    ['config show', ['config', 'show'], { ...env, DESCOPE_BASE_URL: `https://${canary}` }],
    ['config show --json', ['config', 'show', '--json'], { ...env, BATON_DESCOPE_AUDIT_LOG: canary }],
    ['doctor', ['doctor'], { ...env, DESCOPE_PROJECT_ID: canary }],
    ['init', ['init', '--config', 'new.yaml'], { ...env, DESCOPE_PROJECT_ID: canary }],
  ])('is recognised and not repeated: %s', async (_name, args, given) => {
    await using folder = await temporaryFolder();
    const run = await runCli(args, { cwd: folder.path, env: given, stdin: '' });

    expect(run.code).toBe(2);
    expect(run.stdout + run.stderr).not.toContain(secret);
  });

  it.each([
    `project-id: ${canary}`,
    `base-url: https://${canary}`,
    `management-key-file: ${canary}`,
    `${canary}: true`,
    `management-key: ${canary}`,
    `audit-log: "${canary}`,
    `strict: *${canary}`,
    canary,
    `- ${canary}`,
    `out: {${canary}`,
  ])('is not repeated from a config file: %s', async (text) => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'c.yaml'), `${text}\n`);
    const runs = await Promise.all(
      [['doctor'], ['config', 'show'], ['sync', '--out', 'x.json']].map((args) =>
        runCli([...args, '--config', 'c.yaml'], { cwd: folder.path, env: { ...env, DESCOPE_MANAGEMENT_KEY: '' } }),
      ),
    );

    expect(runs.map(({ code }) => code)).toEqual([2, 2, 2]);
    expect(runs.map(({ stdout, stderr }) => stdout + stderr).join()).not.toContain(secret);
  });
});
