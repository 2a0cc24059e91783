import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adaLovelace, type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { envOf, runCli, temporaryFolder } from '../support/cli.ts';

let emulator: Emulator;
let env: Readonly<Record<string, string>>;

beforeEach(async () => {
  emulator = await startEmulator();
  env = envOf(emulator);
});

afterEach(async () => {
  await emulator.close();
});

const auditor = [
  '--grant-entitlement',
  'role:Auditor:assigned',
  '--grant-principal',
  adaLovelace.userId,
  '--grant-principal-type',
  'user',
];

describe('flags without a command, as every Baton connector takes them', () => {
  it.each([
    ['-f', (path: string) => [['-f', path], {}] as const],
    ['--file', (path: string) => [['--file', path], {}] as const],
    ['BATON_FILE', (path: string) => [['--log-level', 'warn'], { BATON_FILE: path }] as const],
  ])('a full sync into the file that %s names', async (_name, call) => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'out.json');
    const [args, more] = call(path);

    const { code } = await runCli(args, { env: { ...env, ...more } });

    expect(code).toBe(0);
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ summary: { complete: true } });
  });

  it("take the BATON_ names of the environment before the vendor's", async () => {
    await using folder = await temporaryFolder();
    const { DESCOPE_PROJECT_ID, DESCOPE_MANAGEMENT_KEY, DESCOPE_BASE_URL } = env;
    const baton = {
      BATON_DESCOPE_PROJECT_ID: DESCOPE_PROJECT_ID ?? '',
      BATON_DESCOPE_MANAGEMENT_KEY: DESCOPE_MANAGEMENT_KEY ?? '',
      BATON_DESCOPE_BASE_URL: DESCOPE_BASE_URL ?? '',
    };

    const { code } = await runCli(['-f', join(folder.path, 'out.json')], {
      env: {
        ...baton,
        DESCOPE_PROJECT_ID: 'Pother',
        DESCOPE_MANAGEMENT_KEY: 'other',
        DESCOPE_BASE_URL: 'http://127.0.0.1:9',
      },
    });

    expect(code).toBe(0);
  });

  it('grant and revoke with --provisioning, by the ids of the file', async () => {
    const granted = await runCli(['-p', ...auditor], { env });
    const after = emulator.state.user(adaLovelace.userId)?.roleNames;
    const revoked = await runCli(['--revoke-grant', `role:Auditor:assigned:user:${adaLovelace.userId}`], {
      env: { ...env, BATON_PROVISIONING: 'true' },
    });

    expect([granted.code, revoked.code]).toEqual([0, 0]);
    expect(after).toContain('Auditor');
    expect(emulator.state.user(adaLovelace.userId)?.roleNames).not.toContain('Auditor');
  });

  it('grant and revoke what the file has under these ids, and nothing that it does not have', async () => {
    await using folder = await temporaryFolder();
    const inFolder = { env, cwd: folder.path };
    const grantId = `role:Auditor:assigned:user:${adaLovelace.userId}`;

    const synced = await runCli(['-f=sync.c1z'], inFolder);
    const granted = await runCli(['-pf', 'sync.c1z', ...auditor], inFolder);
    const unknownYet = await runCli(['-p', '--revoke-grant', grantId], inFolder);
    const syncedAgain = await runCli([], inFolder);
    const revoked = await runCli(['--provisioning=true', '--revoke-grant', grantId], inFolder);
    const noFile = await runCli(['-p', '-f', 'other.c1z', ...auditor], inFolder);
    const ofOther = await runCli(['-p', ...auditor], { ...inFolder, env: { ...env, DESCOPE_PROJECT_ID: 'P2other' } });

    expect([synced, granted, unknownYet, syncedAgain, revoked, noFile, ofOther].map(({ code }) => code)).toEqual([
      0, 0, 1, 0, 0, 1, 2,
    ]);
    expect(unknownYet.stderr).toContain('has no grant');
    expect(noFile.stderr).toContain('sync into it first');
    expect(ofOther.stderr).toContain('is of project');
    expect(emulator.state.user(adaLovelace.userId)?.roleNames).not.toContain('Auditor');
  });

  it('sync a part of the project, never over a file that has all of it', async () => {
    await using folder = await temporaryFolder();
    const inFolder = { env, cwd: folder.path };
    const part = ['--sync-resources', 'bid:r:tenant/acme,bid:r:user/nobody'];

    const full = await runCli([], inFolder);
    const overFull = await runCli(part, inFolder);
    const own = await runCli([...part, '-f', 'part.c1z'], inFolder);
    const again = await runCli(['--sync-resource-types', 'user', '-f', 'part.c1z'], inFolder);
    const asked = await runCli(['list', 'users', 'part.c1z'], inFolder);
    const json = await runCli([...part, '-f', 'part.json'], inFolder);
    const fullOverPart = await runCli(['-f', 'part.c1z'], inFolder);

    expect([full, overFull, own, again, asked, json, fullOverPart].map(({ code }) => code)).toEqual([
      0, 7, 0, 0, 5, 2, 0,
    ]);
    expect(own.stdout).toContain('1 resource, 1 entitlement');
    expect(own.stderr).toContain('bid:r:user/nobody is not in the project');
    expect(asked.stderr).toContain('a part of the project only');
  });

  it('check the key alone with --skip-full-sync', async () => {
    await using folder = await temporaryFolder();

    const run = await runCli(['--skip-full-sync'], { env, cwd: folder.path });
    const { total } = emulator.stats;

    expect(run).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing was synced') });
    expect(total).toBeLessThan(5);
    expect(await readdir(folder.path)).toEqual([]);
  });

  it.each([
    ['a grant without --provisioning', auditor, 1, 'provisioning is not enabled'],
    [
      'a grant to something that is no user',
      ['-p', ...auditor.slice(0, 4), '--grant-principal-type', 'group'],
      2,
      '"user"',
    ],
    ['a grant to nobody', ['-p', '--grant-entitlement', 'role:Auditor:assigned'], 2, '--grant-principal'],
    ['a grant id that is none', ['-p', '--revoke-grant', 'role:Auditor:assigned'], 2, '--revoke-grant'],
    ['--skip-grants alone', ['--skip-grants'], 2, 'goes with --sync-resources only'],
    ['a Baton id that is none', ['--sync-resources', 'tenant/acme'], 2, 'bid:r:tenant/acme'],
    ['a resource type that there is not', ['--sync-resource-types', 'team'], 2, 'the types are user'],
    ['resources of other connectors', ['--external-resource-c1z', 'x.c1z'], 2, 'not supported by this connector'],
    [
      'traits of other connectors',
      ['--external-resource-traits', 'user'],
      2,
      '--external-resource-traits is not supported',
    ],
    ['another storage engine', ['--storage-engine', 'pebble'], 2, 'sqlite'],
    ['a resource without its type', ['-p', '--delete-resource', 'x'], 2, '--delete-resource-type'],
    ['a ticket', ['-p', '--create-ticket'], 1, 'not supported by this connector'],
    ['two operations at once', ['-p', ...auditor, '--revoke-grant', 'x'], 2, 'give one of them'],
    ['a flag that nobody knows', ['--frobnicate'], 2, "unknown option '--frobnicate'"],
    ['a flag of a command', ['-p', '--grant-entitlement', 'e', '--dry-run'], 2, "unknown option '--dry-run'"],
  ])('refuse %s, before anything is sent', async (_name, args, code, message) => {
    const run = await runCli(args, { env });

    expect(run.code).toBe(code);
    expect(run.stderr).toContain(message);
    expect(emulator.stats.total).toBe(0);
  });
});
