import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { companyWithApps, companyWithConsents } from '../support/app-project.ts';
import { type CliRun, envOf, quickWaits, quickEnv, runCli, temporaryFolder } from '../support/cli.ts';
import { deleteConsents, deleteTenantConsents, snapshot } from '../support/provisioning-server.ts';
import { canLend, onTerminal } from '../support/terminal.ts';

let emulator: Emulator;

afterEach(() => emulator.close());

async function start(project: Parameters<typeof startEmulator>[0]): Promise<void> {
  emulator = await startEmulator({ ...project });
}

const withApps = (): Promise<void> => start({ project: companyWithApps() });
const withConsents = (): Promise<void> => start({ project: companyWithConsents() });

/** Runs one change; what it waits passes fifty times faster. */
function run(...args: readonly string[]): Promise<CliRun> {
  return runCli(args, { env: envOf(emulator), nodeFlags: quickWaits });
}

/** Paths of the writes that were sent. */
const writes = (): readonly string[] =>
  emulator.stats.recent.map(({ endpoint }) => endpoint).filter((endpoint) => /\/(add|remove|delete)/.test(endpoint));

const appsOf = (id: string): readonly string[] | undefined =>
  [...emulator.state.users()].find(({ userId }) => userId === id)?.ssoAppIds;

/** Stderr without the lines of the audit log. */
const told = ({ stderr }: CliRun): string => stderr.replaceAll(/^\{"audit".*\n/gm, '');

describe('a change of an application on the command line', () => {
  it('gives one by its exact name to a user who has others by name', async () => {
    await withApps();

    const ended = await run('grant', '--application', 'Off', '--to', 'bob@acme.example');

    expect(ended).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/now has access to Off \(SA2Off\)\.\n/) as string,
    });
    expect(ended.stdout).toContain('Note: the application is disabled: nobody reaches it until it is enabled.\n');
    expect(appsOf('U2Bob')).toEqual(['SA2Stock', 'SA2Wiki', 'SA2Off']);
  });

  it('takes one by its id, and tells in JSON what is left', async () => {
    await withApps();

    const ended = await run('revoke', '--application', 'SA2Stock', '--from', 'U2Bob', '--json');

    expect(ended.code).toBe(0);
    expect(JSON.parse(ended.stdout)).toMatchObject({
      outcome: 'revoked',
      entitlement: 'application:SA2Stock:access',
      before: { applications: ['SA2Stock', 'SA2Wiki'] },
      after: { applications: ['SA2Wiki'] },
    });
    expect(appsOf('U2Bob')).toEqual(['SA2Wiki']);
  });

  it('shows the request with --dry-run, and sends nothing', async () => {
    await withApps();
    const before = snapshot(emulator.state);

    const ended = await run('revoke', '--application', 'Wiki', '--from', 'U2Bob', '--dry-run');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toContain('ssoapp/remove {"loginId":"U2Bob","ssoAppIds":["SA2Wiki"]}');
    expect(snapshot(emulator.state)).toEqual(before);
  });

  it.each([
    ['a first one', ['grant', '--application', 'Wiki', '--to', 'U2Ada'], 'was given no application by name'],
    ['a last one', ['revoke', '--application', 'Wiki', '--from', 'U2Wim'], 'is the last application'],
  ] as const)('refuses %s, and says how to go on', async (_what, args, words) => {
    await withApps();

    const ended = await run(...args);

    expect(ended).toMatchObject({ code: 1, stdout: '' });
    expect(told(ended)).toContain(words);
    expect(told(ended)).toContain('--application-default none');
    expect(writes()).toEqual([]);
  });

  it.each(['grant', 'revoke'] as const)('is made where the default is said to be none: %s', async (operation) => {
    await withApps();
    const [flag, user] = operation === 'grant' ? ['--to', 'U2Ada'] : ['--from', 'U2Wim'];

    const ended = await run(operation, '--application', 'Wiki', flag, user, '--application-default', 'none');

    expect(ended.code).toBe(0);
    expect(appsOf(user)).toEqual(operation === 'grant' ? ['SA2Wiki'] : []);
  });
});

describe('a revoke of consents on the command line', () => {
  it('takes all of one user to one app, each by its id, and no other', async () => {
    await withConsents();

    const ended = await run('revoke', '--consent', 'Ledger Sync', '--from', 'bob@acme.example');

    expect(ended.code).toBe(0);
    expect(ended.stdout).toMatch(/has no consent to Ledger Sync \(TPA2Ledger\) any more\.\n/);
    expect(writes()).toEqual([deleteConsents, deleteConsents]);
    expect(emulator.state.consents().map(({ id }) => id)).toEqual([
      'TPC2Bob3',
      'TPC2Ada',
      'TPC2Acme',
      'TPC2Globex',
      'TPC2Gone',
      'TPC2Over',
    ]);
  });

  it('names a tenant that consented, in words and in JSON, by its name', async () => {
    await withConsents();

    const shown = await run('revoke', '--consent', 'TPA2Ledger', '--from', 'tenant:Acme', '--dry-run');
    const ended = await run('revoke', '--consent', 'TPA2Ledger', '--from', 'tenant:Acme', '--json');

    expect(shown.stdout).toContain('from Tenant Acme (acme), this would be:\n');
    expect(JSON.parse(ended.stdout)).toMatchObject({ outcome: 'revoked', principal: 'tenant:acme', user: 'Acme' });
    expect(writes()).toEqual([deleteTenantConsents]);
  });

  it('marks in a dry run a consent that is over', async () => {
    await withConsents();

    const ended = await run('revoke', '--consent', 'Ledger Sync', '--from', 'U2Cleo', '--dry-run');

    expect(ended.stdout).toContain('Before, consents: TPC2Over, over already (email).\n');
  });

  it('never says that there is no such app where the deployment does not tell of third-party apps', async () => {
    await withConsents();
    for (const endpoint of ['GET /v1/mgmt/thirdparty/apps/load', 'POST /v2/mgmt/thirdparty/apps/load']) {
      emulator.faults.add({
        match: { endpoint },
        times: Number.POSITIVE_INFINITY,
        fault: { kind: 'status', status: 404 },
      });
    }

    const ended = await run('revoke', '--consent', 'Ledger Sync', '--from', 'U2Bob');

    expect(ended).toMatchObject({ code: 5, stdout: '' });
    expect(told(ended)).toContain('does not tell its third-party apps');
    expect(told(ended)).toContain('is not known, and nothing was sent');
    expect(told(ended)).not.toContain('there is no');
  });

  it('is found done already by a second run', async () => {
    await withConsents();
    await run('revoke', '--consent', 'Planner', '--from', 'U2Bob');

    const ended = await run('revoke', '--consent', 'Planner', '--from', 'U2Bob');

    expect(ended).toMatchObject({ code: 0 });
    expect(ended.stdout).toContain('has no consent to Planner (TPA2Planner): nothing sent.');
  });
});

describe('what is wrong with a change of applications or consents', () => {
  it.each<[readonly string[], number, string]>([
    [['revoke', '--application', '', '--from', 'U2Bob'], 2, '--application is empty'],
    [['revoke', '--consent', ' ', '--from', 'U2Bob'], 2, '--consent is empty'],
    [
      ['revoke', '--consent', 'Planner', '--application', 'Wiki', '--from', 'U2Bob'],
      2,
      'say what to revoke with one of',
    ],
    [['revoke', '--consent', 'Planner', '--in', 'Acme', '--from', 'U2Bob'], 2, 'leave --in out'],
    [['grant', '--application', 'Wiki', '--in', 'Acme', '--to', 'U2Bob'], 2, '--in says where a --role is held'],
    [['revoke', '--consent', 'Planner'], 2, 'say who with --from or --principal'],
    [['grant', '--consent', 'Planner', '--to', 'U2Bob'], 2, 'a consent cannot be granted'],
    [['revoke', '--consent', 'Planer', '--from', 'U2Bob'], 1, 'did you mean TPA2Planner ("Planner")?'],
    [['revoke', '--consent', 'Twin', '--from', 'U2Bob'], 1, '2 third-party apps are called "Twin"'],
    [
      ['revoke', '--consent', 'Planner', '--from', 'access_key:K2abc'],
      2,
      'a third-party app can be revoked from a user or a tenant, not from an access key',
    ],
    [
      ['revoke', '--entitlement', 'application:SA2Wiki:access', '--from', 'tenant:acme'],
      2,
      'an application can be revoked from a user, not from a tenant',
    ],
    [
      ['revoke', '--entitlement', 'third_party_app:TPA2Planner:access', '--from', 'U2Bob'],
      2,
      'is not an entitlement id',
    ],
    [
      ['revoke', '--consent', 'Planner', '--from', 'tenant:Nowhere'],
      1,
      'there is no tenant with the id or name "Nowhere"',
    ],
  ])('ends %j with %d and one line, before anything is sent', async (args, code, words) => {
    await withConsents();

    const ended = await run(...args);

    expect(ended).toMatchObject({ code, stdout: '' });
    expect(told(ended)).toContain(words);
    expect(told(ended).trimEnd().split('\n')).toHaveLength(1);
    expect(writes()).toEqual([]);
  });

  it('costs no more than the line where the key may not read apps', async () => {
    await withConsents();
    emulator.faults.add({
      match: { endpoint: 'GET /v1/mgmt/thirdparty/apps/load' },
      times: Number.POSITIVE_INFINITY,
      fault: { kind: 'status', status: 403 },
    });

    const ended = await run('revoke', '--consent', 'Planner', '--from', 'U2Bob');

    expect(ended).toMatchObject({ code: 3, stdout: '' });
    expect(told(ended)).toContain('GET /v1/mgmt/thirdparty/apps/load');
  });
});

describe('the answer about applications and consents', () => {
  it.runIf(canLend)('fits a screen of 80 columns', async () => {
    await withConsents();

    const { screen } = await onTerminal(['revoke', '--consent', 'Ledger Sync', '--from', 'U2Bob', '--dry-run'], {
      env: envOf(emulator),
    });

    expect(screen).toContain('would be: none.');
    for (const line of screen.split(/\r?\n/)) {
      expect(line.length).toBeLessThanOrEqual(80);
    }
  });

  it('may go unread: the change is made, and the run ends without a trace of a bug', async () => {
    await withConsents();
    const bin = fileURLToPath(new URL('../../bin/baton-descope.js', import.meta.url));
    const child = spawn(
      'bash',
      ['-c', '"$0" "$1" revoke --consent Planner --from U2Bob | exec true', process.execPath, bin],
      {
        env: { ...quickEnv, ...envOf(emulator) },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );

    let stderr = '';
    for await (const text of child.stderr.setEncoding('utf8')) {
      stderr += String(text);
    }

    expect(stderr).not.toMatch(/a bug|EPIPE/);
    expect(emulator.state.consents().some(({ id }) => id === 'TPC2Bob3')).toBe(false);
  });
});

describe('--revoke-grant without a file', () => {
  it.each([
    ['third_party_app:TPA2Ledger:consent:tenant:acme', 'TPC2Acme'],
    ['third_party_app:TPA2Ledger:consent:user:U2Ada', 'TPC2Ada'],
  ])('takes %s back', async (grantId, consentId) => {
    await withConsents();
    await using folder = await temporaryFolder();

    const ended = await runCli(['-p', '--revoke-grant', grantId], { env: envOf(emulator), cwd: folder.path });

    expect(ended.code, ended.stderr).toBe(0);
    expect(emulator.state.consents().some(({ id }) => id === consentId)).toBe(false);
    expect(writes()).toHaveLength(1);
  });

  it('takes an application', async () => {
    await withApps();
    await using folder = await temporaryFolder();

    const ended = await runCli(['-p', '--revoke-grant', 'application:SA2Stock:access:user:U2Bob'], {
      env: envOf(emulator),
      cwd: folder.path,
    });

    expect(ended.code, ended.stderr).toBe(0);
    expect(appsOf('U2Bob')).toEqual(['SA2Wiki']);
  });
});

describe('service mode', () => {
  it('refuses a flag of the ecosystem that would mean nothing, before anybody is dialled', async () => {
    await withApps();

    const ended = await runCli(['--external-resource-c1z', 'x.c1z'], {
      env: { ...envOf(emulator), BATON_CLIENT_ID: 'a@b.example/c', BATON_CLIENT_SECRET_FILE: 'none' },
    });

    expect(ended.code).toBe(2);
    expect(ended.stderr).toContain('--external-resource-c1z is not supported by this connector');
  });
});
