import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { GrantManagerService } from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { type CliRun, envOf, runCli, startCli, temporaryFolder } from '../support/cli.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { company, entitlement, errorInfoOf, userPrincipal } from '../support/provisioning-server.ts';

vi.setConfig({ testTimeout: 60_000 });

const policy = `version: 1
conflicts:
  - id: two-eyes
    first: { permissions: [write] }
    second: { roles: [Auditor] }
limits:
  - id: one-viewer
    held: { roles: [Viewer] }
    at-most: 1
`;

let emulator: Emulator;
let folder: Awaited<ReturnType<typeof temporaryFolder>>;
let policyFile: string;
let store: string;

beforeEach(async () => {
  emulator = await startEmulator({ project: company() });
  folder = await temporaryFolder();
  policyFile = join(folder.path, 'policy.yaml');
  store = join(folder.path, 'access.db');
  await writeFile(policyFile, policy);
  const synced = await runCli(['sync', '--out', store, '--include', 'access_key'], { env: envOf(emulator) });
  expect(synced.code).toBe(0);
});

afterEach(async () => {
  await folder[Symbol.asyncDispose]();
  await emulator.close();
});

const run = (...args: readonly string[]): Promise<CliRun> =>
  runCli([...args, '--audit-log', join(folder.path, 'audit.jsonl')], { env: envOf(emulator) });
const writes = (): number => emulator.stats.recent.filter(({ path }) => path.includes('/user/update/')).length;
const asked = (): readonly string[] => ['--policy', policyFile, '--policy-sync', store];

it('grant tells what it breaks, or refuses it with exit code 1 and sends nothing', async () => {
  const auditor = ['grant', '--role', 'Auditor', '--to', 'bob@acme.example'];

  const refused = await run(...auditor, ...asked(), '--policy-on-violation', 'refuse');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toMatch(
    /^baton-descope: conflict\/two-eyes of the policy forbids it: user U2Bob would have both write .*\n$/m,
  );
  expect(writes()).toBe(0);

  const told = await run(...auditor, ...asked());
  expect(told.code).toBe(0);
  expect(told.stdout).toContain('Warning: this breaks conflict/two-eyes of the policy: user U2Bob has both write');
  const json = await run('grant', '--role', 'Viewer', '--to', 'cleo@nowhere.example', ...asked(), '--json');
  expect(JSON.parse(json.stdout)).toMatchObject({
    outcome: 'granted',
    policyBroken: [{ rule: 'limit/one-viewer', detail: '2 users and keys have the role Viewer, and 1 may' }],
  });
});

it('grant says that the sync is stale, gone or not named, as the settings have it', async () => {
  const viewer = ['grant', '--role', 'Viewer', '--in', 'globex', '--to', 'U2Bob'];
  const stale = ['--policy-max-age', '1s'];
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // the age of a sync on the disk, for another process

  const refused = await run(...viewer, ...asked(), ...stale, '--policy-when-stale', 'refuse');
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('older than --policy-max-age allows');
  expect(writes()).toBe(0);
  await rm(store);
  const gone = await run(...viewer, ...asked());
  expect(gone.code).toBe(0);
  expect(gone.stdout).toMatch(/Warning: the policy could not be looked up for certain: .*access\.db/);
  const unnamed = await run(...viewer, '--policy', policyFile);
  expect(unnamed.code).toBe(2);
  expect(unnamed.stderr).toContain('limit one-viewer');
  expect(unnamed.stderr).toContain('--policy-sync');
  const idle = await run(...viewer, '--policy-on-violation', 'refuse');
  expect(idle).toMatchObject({ code: 2 });
  await writeFile(policyFile, 'version: 1\nlimits:\n  - id: x\n');
  expect((await run(...viewer, ...asked())).stderr).toMatch(/policy\.yaml:\d+:\d+ /);
});

it('account create and update_user ask as grant does: what comes with a tenant, and what goes by an address', async () => {
  const own = 'only: { domains: [acme.example, nowhere.example] }';
  const limits = ['{ roles: [Viewer] }', '{ permissions: [write] }'].map(
    (held, n) => `  - { id: own-${n}, held: ${held}, ${own} }`,
  );
  await writeFile(policyFile, ['version: 1', 'limits:', ...limits, ''].join('\n'));
  const asks = ['--policy', policyFile, '--policy-on-violation'];
  const gus = 'gus@elsewhere.example';
  const create = ['account', 'create', '--login-id', gus, '--email', gus, '--tenant-ids', 'acme'];
  const users = [...emulator.state.users()].length;

  const refused = await run(...create, ...asks, 'refuse');
  expect(refused).toMatchObject({ code: 1, stdout: '' });
  expect(refused.stderr).toContain(`limit/own-0 of the policy forbids it: user ${gus} would have the role Viewer`);
  const planned = await run(...create, ...asks, 'warn', '--dry-run');
  expect(planned.stdout).toContain(
    `Warning: this would break limit/own-0 of the policy: user ${gus} has the role Viewer`,
  );
  const profile = JSON.stringify({ email: 'bob@elsewhere.example', verified_email: true });
  const move = ['action', 'run', 'update_user', '--arg', 'user_id=U2Bob', '--arg', `user_profile=${profile}`];
  const moved = await run(...move, ...asks, 'refuse');
  expect(moved.code).toBe(1);
  expect(moved.stderr).toContain('limit/own-0 of the policy forbids it: then user U2Bob has the role Viewer');
  expect([...emulator.state.users()]).toHaveLength(users);
  expect(writes()).toBe(0);
});

it('--grant-entitlement asks as grant does, and serve refuses over gRPC, counts and writes it down', async () => {
  const oneShot = ['--grant-entitlement', 'role:Auditor:assigned', '--grant-principal', 'U2Bob', '-p'];
  const once = await run(...oneShot, ...asked(), '--policy-on-violation', 'refuse');
  expect(once.code).toBe(1);
  expect(once.stderr).toContain('conflict/two-eyes of the policy forbids it');

  await using process = startCli(
    ['serve', '--listen', '127.0.0.1:0', '--health-check-port', '0', '-p', '--policy', policyFile, '--history', store],
    { ...envOf(emulator), BATON_DESCOPE_POLICY_ON_VIOLATION: 'refuse' },
  );
  const [, address = ''] = await process.until(/listening on (.*)\n/);
  const [, pages = ''] = await process.until(/health and metrics on (.*)\n/);
  const request = { entitlement: entitlement('role', 'Viewer'), principal: userPrincipal('U2Cleo') };

  const error = await failureOf(grpcCall(address, GrantManagerService.method.grant, request));

  expect(error.code).toBe(status.FAILED_PRECONDITION);
  expect(errorInfoOf(error)).toMatchObject({
    reason: 'grant_cancelled',
    text: expect.stringContaining('limit/one-viewer'),
  });
  expect(writes()).toBe(0);
  const metrics = await (await fetch(`${pages}/metrics`)).text();
  expect(metrics).toContain('baton_descope_policy_asked_total{result="refused"} 1\n');
  expect(metrics).toContain('baton_descope_policy_asked_total{result="passed"} 0\n');
  await process.until(/"policyBroken":\[\{"rule":"limit\/one-viewer"/);
  expect(process.stderr()).toContain('the policy refuses a change');
});
