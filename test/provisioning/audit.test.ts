import { mkdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { ConnectorError } from '../../src/errors.ts';
import { silentLogger } from '../../src/log.ts';
import { openAuditLog } from '../../src/output/audit-log.ts';
import { parseTarget } from '../../src/provisioning/request.ts';
import { temporaryFolder } from '../support/cli.ts';
import { failureOf } from '../support/grpc-call.ts';
import { userPrincipal } from '../support/principal.ts';
import {
  addRole,
  addTenant,
  company,
  type Provisioning,
  type ProvisioningOptions,
  removeRole,
  startProvisioning,
} from '../support/provisioning-server.ts';

const canary = 'K2canaryKeyThatMustNeverBeSeen0123456789';
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
let running: Provisioning | undefined;

async function start(options?: ProvisioningOptions): Promise<Provisioning> {
  running = await startProvisioning(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

describe('the audit line', () => {
  it('of a grant and of a revoke tells all, and nothing else', async () => {
    const { grant, revoke, audit } = await start();

    const granted = await grant('role_binding', 'acme/Editor', 'U2Ada');
    const revoked = await revoke('role_binding', 'acme/Editor', 'U2Ada');

    expect(audit).toEqual([
      {
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        requestId: granted.requestId,
        operation: 'grant',
        entitlement: 'role_binding:acme/Editor:assigned',
        principal: 'U2Ada',
        outcome: 'granted',
        before: { member: true, roles: [] },
        after: { member: true, roles: ['Editor'] },
        writes: 1,
      },
      {
        time: expect.any(String),
        requestId: revoked.requestId,
        operation: 'revoke',
        entitlement: 'role_binding:acme/Editor:assigned',
        principal: 'U2Ada',
        outcome: 'revoked',
        before: { member: true, roles: ['Editor'] },
        after: { member: true, roles: [] },
        writes: 1,
      },
    ]);
    expect(granted.requestId).toMatch(uuid);
  });

  it('is written for every attempt, once, however it ends', async () => {
    const { grant, revoke, fault, audit } = await start();
    fault(addRole, { kind: 'status', status: 403 });

    await failureOf(grant('role', 'Editor', 'U2Ada'));
    await grant('role', 'Editor', 'U2Ada');
    await grant('role', 'Editor', 'U2Ada');
    await revoke('role', 'Editor', 'U2Ada');
    await revoke('role', 'Editor', 'U2Ada');
    await failureOf(grant('role_binding', 'acme/Editor', 'U2Cleo'));
    await failureOf(grant('permission', 'read', 'U2Ada'));
    await failureOf(grant('role', 'Nowhere', 'U2Ada'));
    await failureOf(grant('role', 'Editor', 'U2Nobody'));
    await revoke('role', 'Editor', 'U2Nobody');
    await failureOf(revoke('role', 'Editor', 'nobody@acme.example'));

    expect(
      audit.map(({ outcome, writes, before, after }) => ({
        outcome,
        writes,
        before: before?.roles,
        after: after?.roles,
      })),
    ).toEqual([
      { outcome: 'failed', writes: 1, before: [], after: undefined },
      { outcome: 'granted', writes: 1, before: [], after: ['Editor'] },
      { outcome: 'already-granted', writes: 0, before: ['Editor'], after: ['Editor'] },
      { outcome: 'revoked', writes: 1, before: ['Editor'], after: [] },
      { outcome: 'already-revoked', writes: 0, before: [], after: [] },
      { outcome: 'refused', writes: 0, before: [], after: undefined },
      { outcome: 'refused', writes: 0, before: undefined, after: undefined },
      { outcome: 'refused', writes: 0, before: [], after: undefined },
      { outcome: 'refused', writes: 0, before: undefined, after: undefined },
      { outcome: 'already-revoked', writes: 0, before: undefined, after: undefined },
      { outcome: 'refused', writes: 0, before: undefined, after: undefined },
    ]);
    expect(audit.filter(({ error }) => error !== undefined).map(({ outcome }) => outcome)).toEqual([
      'failed',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
    ]);
    expect(new Set(audit.map(({ requestId }) => requestId)).size).toBe(11);
  });

  it('carries the request id of every request that the attempt sent, and of no other', async () => {
    const { grant, revoke, fault, audit, emulator } = await start({ joinTenant: true });
    fault(removeRole, { kind: 'reset', at: 'before-headers' });

    const sent: (readonly string[])[] = [];
    for (const attempt of [
      () => grant('role', 'acme/Approver', 'U2Cleo'),
      () => revoke('role_binding', 'acme/Editor', 'U2Bob'),
      () => failureOf(grant('role', 'Nowhere', 'U2Ada')),
    ]) {
      emulator.stats.reset();
      await attempt();
      sent.push([...new Set(emulator.stats.recent.map(({ headers }) => headers['x-external-rid'] ?? 'none'))]);
    }

    expect(sent).toEqual(audit.map(({ requestId }) => [requestId]));
  });

  it('holds nothing about the person but ids and role names, and never the key', async () => {
    const { grant, revoke, fault, audit } = await start({ emulator: { managementKey: canary } });
    fault(addRole, {
      kind: 'status',
      status: 401,
      body: { errorCode: 'E011001', errorDescription: canary, message: 'ada@acme.example' },
    });

    const error = await failureOf(grant('role', 'Editor', 'U2Ada'));
    await revoke('tenant', 'acme', 'U2Ada');
    await revoke('tenant', 'acme', 'U2Bob');

    const lines = JSON.stringify(audit) + error.details;
    for (const secret of [
      canary,
      canary.slice(0, 20),
      Buffer.from(canary).toString('base64').slice(0, 30),
      'Bearer',
      'ada@acme.example',
      'badge',
    ]) {
      expect(lines).not.toContain(secret);
    }
  });

  it('that announces a change cannot be kept: nothing is sent, and the error says so', async () => {
    const { grant, audit, intents, writes, emulator } = await start({
      audit: () => Promise.reject(new Error('disk full')),
    });

    const error = await failureOf(grant('role', 'Editor', 'U2Ada'));

    expect(error).toMatchObject({
      code: status.INTERNAL,
      details: expect.stringContaining('nothing was sent to Descope'),
    });
    expect(writes()).toEqual([]);
    expect(emulator.state.user('U2Ada')?.roleNames).toEqual([]);
    expect([intents, audit].map((lines) => lines.map(({ outcome }) => outcome))).toEqual([['intended'], ['refused']]);
  });

  it(
    'about the end cannot be kept: the call fails and says that access was changed nevertheless, in the error and ' +
      'in the log',
    async () => {
      const logged: unknown[] = [];
      const logger = { ...silentLogger, error: (event: string, fields?: object) => void logged.push([event, fields]) };
      const { grant, audit, emulator } = await start({
        logger,
        audit: async ({ outcome }) =>
          outcome === 'intended' ? undefined : Promise.reject(new ConnectorError('local-io', 'the disk is full')),
      });

      const error = await failureOf(grant('role', 'Editor', 'U2Ada'));

      expect(error.code).toBe(status.INTERNAL);
      expect(error.details).toMatch(
        /the disk is full: access was changed nevertheless \(granted\) \(request [0-9a-f-]{36}\)$/,
      );
      expect(emulator.state.user('U2Ada')?.roleNames).toEqual(['Editor']);
      expect(audit.map(({ outcome }) => outcome)).toEqual(['granted']);
      expect(logged).toEqual([
        ['audit line not written', { requestId: audit[0]?.requestId, outcome: 'granted', reason: 'the disk is full' }],
      ]);
    },
  );

  it.each([
    [
      'was sent',
      (server: Provisioning) => server.fault(addRole, { kind: 'status', status: 403 }),
      'may not do this',
      'a change was sent to Descope and may have happened',
    ],
    [
      'was not sent',
      (server: Provisioning) => server.emulator.state.deleteRole('Editor'),
      'there is no role "Editor"',
      'nothing was sent to Descope',
    ],
  ])(
    'about a failure cannot be kept: the error tells both, and what is known of a change that %s',
    async (_what, spoil, cause, consequence) => {
      const server = await start({
        audit: async ({ outcome }) =>
          outcome === 'intended' ? undefined : Promise.reject(new ConnectorError('local-io', 'the disk is full')),
      });
      spoil(server);

      const { details } = await failureOf(server.grant('role', 'Editor', 'U2Ada'));

      expect(details).toContain(cause);
      expect(details).toContain(`besides, the disk is full: ${consequence}`);
    },
  );

  it('that announces a change is kept before anything is sent, and names every write', async () => {
    const seen: unknown[] = [];
    const server = await start({
      joinTenant: true,
      audit: async ({ outcome }) => void seen.push([outcome, server.writes().length]),
    });

    const { requestId } = await server.grant('role', 'acme/Approver', 'U2Cleo');

    expect(seen).toEqual([
      ['intended', 0],
      ['granted', 2],
    ]);
    expect(server.intents).toEqual([
      {
        time: expect.any(String),
        requestId,
        operation: 'grant',
        entitlement: 'role:acme/Approver:assigned',
        principal: 'U2Cleo',
        outcome: 'intended',
        before: { member: false, roles: [] },
        writes: 0,
        plan: [
          { request: addTenant, body: { loginId: 'U2Cleo', tenantId: 'acme' } },
          { request: addRole, body: { loginId: 'U2Cleo', roleNames: ['Approver'], tenantId: 'acme' } },
        ],
      },
    ]);
  });

  it('is written also for what is refused because provisioning is off', async () => {
    const { grant, sendRevoke, audit, emulator } = await start({ isOff: true });

    await failureOf(grant('role', 'Editor', 'U2Ada'));
    await failureOf(sendRevoke({}));

    expect(audit).toMatchObject([
      {
        operation: 'grant',
        entitlement: 'role:Editor:assigned',
        principal: 'U2Ada',
        outcome: 'refused',
        writes: 0,
        error: expect.stringContaining('--provisioning'),
      },
      {
        operation: 'revoke',
        entitlement: '',
        principal: '',
        outcome: 'refused',
        writes: 0,
        error: expect.stringContaining('--provisioning'),
      },
    ]);
    expect(emulator.stats.total).toBe(0);
  });

  it('says refused where the caller cancelled before anything was sent', async () => {
    const { provisioner, audit, writes, emulator } = await start();
    const abort = new AbortController();
    emulator.state.onRequest(
      ({ path }) => path === '/v1/mgmt/user',
      () => abort.abort(),
    );

    await expect(
      provisioner.grant(parseTarget('role', 'Editor'), userPrincipal('U2Ada'), abort.signal),
    ).rejects.toMatchObject({
      kind: 'cancelled',
      message: expect.not.stringContaining('may have happened'),
    });

    expect(audit).toMatchObject([{ outcome: 'refused', writes: 0 }]);
    expect(writes()).toEqual([]);
  });

  it('names the scope only: roles of the project for the project, roles in the tenant for the tenant', async () => {
    const { revoke, audit } = await start();

    await revoke('role', 'Editor', 'U2Bob');
    await revoke('role_binding', 'globex/Editor', 'U2Bob');

    expect(audit.map(({ before, after }) => [before, after])).toEqual([
      [{ roles: ['Editor', 'Viewer'] }, { roles: ['Viewer'] }],
      [
        { member: true, roles: ['Editor', 'Auditor'] },
        { member: true, roles: ['Auditor'] },
      ],
    ]);
  });
});

describe('the audit file', () => {
  it('is made for its owner only, and only ever grows', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');

    for (const round of [1, 2]) {
      const log = await openAuditLog(path);
      await log.append({ round });
      await log.close();
    }

    expect(await readFile(path, 'utf8')).toBe('{"round":1}\n{"round":2}\n');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it('keeps a line whole, whatever is in it and however many come at once', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    const log = await openAuditLog(path);
    const lines = Array.from({ length: 60 }, (_, place) => ({
      place,
      entitlement: `role:a\r\nb\u2028${'x'.repeat(2_000)}:assigned`,
    }));

    await Promise.all(lines.map((line) => log.append(line)));
    await log.close();

    const kept = (await readFile(path, 'utf8')).split('\n');
    expect(kept.pop()).toBe('');
    expect(
      kept.map((line) => JSON.parse(line) as { place: number }).toSorted((left, right) => left.place - right.place),
    ).toEqual(lines);
  });

  it('holds the line before the caller has its answer', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'audit.jsonl');
    const log = await openAuditLog(path);
    const { grant } = await start({ audit: (entry) => log.append(entry), emulator: { project: company() } });

    const { requestId } = await grant('role', 'Editor', 'U2Ada');

    const lines = (await readFile(path, 'utf8')).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { requestId, outcome: 'intended' },
      { requestId, outcome: 'granted' },
    ]);
    await log.close();
  });

  it.each([
    ['a folder that is not there', async (folder: string) => join(folder, 'no', 'audit.jsonl')],
    [
      'a folder in its place',
      async (folder: string) => {
        await mkdir(join(folder, 'audit.jsonl'));
        return join(folder, 'audit.jsonl');
      },
    ],
  ])('that cannot be opened ends the command before anything is sent: %s', async (_what, pathIn) => {
    await using folder = await temporaryFolder();

    await expect(openAuditLog(await pathIn(folder.path))).rejects.toMatchObject({
      kind: 'local-io',
      message: expect.stringContaining('no change was sent'),
    });
  });
});
