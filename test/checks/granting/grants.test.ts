import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { createGuard, type GuardOptions } from '../../../src/checks/granting/guard.ts';
import type { Picture } from '../../../src/checks/granting/picture.ts';
import { policySchema } from '../../../src/checks/policy/schema.ts';
import { type Any, anyUnpack } from '@bufbuild/protobuf/wkt';
import { GrantMetadataSchema } from '../../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { AccountManagerService } from '../../../src/gen/c1/connector/v2/resource_pb.ts';
import { ActionService, BatonActionStatus } from '../../../src/gen/c1/connector/v2/action_pb.ts';
import type { Emulator } from '../../../src/emulator/emulator.ts';
import { Inheritance } from '../../../src/access/inheritance.ts';
import { ConnectorError } from '../../../src/errors.ts';
import type { Gain, PolicyEnd } from '../../../src/provisioning/access-guard.ts';
import type { FileSummary } from '../../../src/sync-format/summary.ts';
import { catalogOf } from '../../support/catalog.ts';
import { indexed, person } from '../../support/check-world.ts';
import { held, resource, role, tenant } from '../../support/edge-files.ts';
import { failureOf, grpcCall } from '../../support/grpc-call.ts';
import { role as roleRow } from '../../support/project-fixture.ts';
import { companyWithKeys } from '../../support/key-project.ts';
import {
  addRole,
  addTenant,
  entitlement,
  errorInfoOf,
  keyPrincipal,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
  userPrincipal,
} from '../../support/provisioning-server.ts';

const nowMs = Date.parse('2026-11-30T12:00:00Z');
const hourMs = 3_600_000;
const twoEyes = { id: 'two-eyes', first: { permissions: ['write'] }, second: { roles: ['Auditor'] } };
const fewAuditors = { id: 'few-auditors', held: { roles: ['Auditor'] }, 'at-most': 2 };

let running: Provisioning | undefined;
const pictures: Picture[] = [];
const ends: PolicyEnd[] = [];

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
  ends.length = 0;
  for (const { index } of pictures.splice(0)) {
    await index[Symbol.asyncDispose]();
  }
});

/** A sync of some hours ago, in which these users hold the project's Auditor. */
async function picture(
  hoursAgo: number | { readonly hoursAgo: number; readonly types?: readonly string[]; readonly summary?: FileSummary },
  ...auditors: readonly string[]
): Promise<Picture> {
  if (typeof hoursAgo === 'number') {
    return await picture({ hoursAgo }, ...auditors);
  }
  const { types = ['access_key'], summary } = hoursAgo;
  const index = await indexed({
    types,
    ...(summary !== undefined && { summary }),
    resources: [
      tenant('acme', 'Acme'),
      tenant('eu', 'EU', 'acme'),
      role('Auditor'),
      ...auditors.map((id) => person(id)),
    ],
    grants: auditors.map((id) => held('role:Auditor', `user:${id}`)),
  });
  const finishedMs = nowMs - hoursAgo.hoursAgo * hourMs;
  const taken = { index, startedMs: finishedMs, finishedMs };
  pictures.push(taken);
  return taken;
}

async function start(
  policy: object,
  guard: Partial<GuardOptions> = {},
  options: ProvisioningOptions = {},
): Promise<Provisioning> {
  running = await startProvisioning({
    include: ['access_key'],
    joinTenant: true,
    emulator: { project: companyWithKeys() },
    guard: ({ projectId }: Emulator) =>
      createGuard({
        policy: policySchema.parse({ version: 1, ...policy }),
        projectId,
        onViolation: 'refuse',
        whenStale: 'warn',
        maxAgeMs: 24 * hourMs,
        picture: undefined,
        clock: () => nowMs,
        onEnd: (end) => void ends.push(end),
        ...guard,
      }),
    ...options,
  });
  return running;
}

describe('a grant that breaks a conflict', () => {
  it('is refused as a deliberate refusal that names rule and other holding, and nothing is sent', async () => {
    const { grant, writes, audit, intents } = await start({ conflicts: [twoEyes] });

    const error = await failureOf(grant('role', 'Auditor', 'U2Bob'));

    const text = expect.stringMatching(
      /^conflict\/two-eyes of the policy forbids it: user U2Bob would have both write \(.*\) and the role Auditor \(.*Auditor.*\) \(refused because of --policy-on-violation refuse\)$/,
    );
    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)).toMatchObject({ reason: 'grant_cancelled', text });
    expect(writes()).toEqual([]);
    expect(intents).toEqual([]);
    expect(audit).toMatchObject([
      {
        outcome: 'refused',
        writes: 0,
        error: text,
        policyBroken: [{ rule: 'conflict/two-eyes' }, { tenantId: 'acme' }],
      },
    ]);
    expect(ends).toEqual(['refused']);
  });

  it('is made and told where the policy warns', async () => {
    const { grant, audit, intents, writes } = await start({ conflicts: [twoEyes] }, { onViolation: 'warn' });

    const { metadata } = await grant('role', 'Auditor', 'U2Bob');

    const broken = { rule: 'conflict/two-eyes', detail: expect.stringMatching(/^user U2Bob has both write/) };
    expect(metadata).toMatchObject({ policy_broken: [broken, broken] });
    expect(writes()).toHaveLength(1);
    expect(audit).toMatchObject([{ outcome: 'granted', policyBroken: [broken, broken] }]);
    expect(intents).toMatchObject([{ outcome: 'intended', policyBroken: [broken, broken] }]);
    expect(ends).toEqual(['warned']);
  });

  it('breaks it in the tenant in which both are held, and in no other', async () => {
    const { grant } = await start({ conflicts: [twoEyes] });

    expect((await grant('role_binding', 'globex/Viewer', 'U2Bob')).metadata).toBeUndefined(); // breaks nothing anew
    const error = await failureOf(grant('role_binding', 'acme/Auditor', 'U2Bob'));
    expect(error.details).toContain('(Auditor in Acme)');
  });

  it('is refused for a key as for a user', async () => {
    const { sendGrant } = await start({
      conflicts: [{ id: 'keys', first: { roles: ['Viewer'] }, second: { roles: ['Auditor'] } }],
    });

    const error = await failureOf(
      sendGrant({ entitlement: entitlement('role', 'Auditor'), principal: keyPrincipal('K2Full') }),
    );

    expect(error.details).toContain('access key K2Full would have both');
  });

  it('is refused with the membership that it needs, before that is added', async () => {
    const { grant, writes } = await start({
      conflicts: [{ id: 'x', first: { roles: ['Viewer'] }, second: { roles: ['Editor'] } }],
    });
    await grant('role', 'Viewer', 'U2Cleo');

    const error = await failureOf(grant('role_binding', 'acme/Editor', 'U2Cleo'));

    expect(error.details).toContain('the role Editor (Editor in Acme)');
    expect(writes()).toMatchObject([{ endpoint: addRole }]);
  });

  it('is what one of our own grants made of it a moment ago, which no sync knows', async () => {
    const { grant } = await start({ conflicts: [twoEyes] });

    await grant('role_binding', 'acme/Auditor', 'U2Ada');
    const error = await failureOf(grant('role_binding', 'acme/Editor', 'U2Ada'));

    expect(error.details).toContain('user U2Ada would have both write (Editor in Acme)');
  });

  it('is made where a waiver accepts it, until that is over', async () => {
    const waiver = {
      rule: 'conflict/two-eyes',
      subject: { type: 'user', id: 'U2Bob' },
      reason: 'x',
      owner: 'y',
      until: '2026-11-30',
    };
    const { grant } = await start({ conflicts: [twoEyes], waivers: [waiver] });
    expect((await grant('role', 'Auditor', 'U2Bob')).metadata).toBeUndefined();
    await running?.[Symbol.asyncDispose]();

    const later = await start({ conflicts: [twoEyes], waivers: [waiver] }, { clock: () => nowMs + 24 * hourMs });
    expect((await failureOf(later.grant('role', 'Auditor', 'U2Bob'))).details).toContain('conflict/two-eyes');
  });

  it('is planned with what it would break, and refused in a dry run as well', async () => {
    const warned = await start({ conflicts: [twoEyes] }, { onViolation: 'warn' }, { dryRun: true });
    await warned.grant('role', 'Auditor', 'U2Bob');
    expect(warned.audit).toMatchObject([{ outcome: 'planned', policyBroken: [{}, {}] }]);
    await running?.[Symbol.asyncDispose]();

    const refused = await start({ conflicts: [twoEyes] }, {}, { dryRun: true });
    expect((await failureOf(refused.grant('role', 'Auditor', 'U2Bob'))).code).toBe(status.FAILED_PRECONDITION);
  });

  it('is told of a role that came with a membership: that was not to be known before', async () => {
    const { grant, audit } = await start(
      { conflicts: [{ id: 'came', first: { roles: ['Viewer'] }, second: { roles: ['Auditor'] } }] },
      {},
      { emulator: { project: companyWithKeys(), switches: { defaultRoles: 'on' } } },
    );
    await grant('role', 'Auditor', 'U2Cleo');

    const { metadata } = await grant('tenant', 'acme', 'U2Cleo');

    expect(metadata).toMatchObject({ policy_broken: [{ rule: 'conflict/came', tenant_id: 'acme' }] });
    expect(audit.at(-1)).toMatchObject({ outcome: 'granted', policyBroken: [{ rule: 'conflict/came' }] });
  });
});

describe('a grant that passes a limit', () => {
  it('is refused where the sync shows as many others as may have it', async () => {
    const shown = await picture(1, 'U2One', 'U2Two');
    const { grant, writes } = await start({ limits: [fewAuditors] }, { picture: async () => shown });

    const error = await failureOf(grant('role', 'Auditor', 'U2Ada'));

    expect(error.details).toContain(
      'limit/few-auditors of the policy forbids it: then 3 users and keys have the role Auditor',
    );
    expect(writes()).toEqual([]);
  });

  it('is refused where too many have it already', async () => {
    const shown = await picture(1, 'U2One', 'U2Two', 'U2Three', 'U2Four');
    const { grant, writes } = await start({ limits: [fewAuditors] }, { picture: async () => shown });

    const error = await failureOf(grant('role', 'Auditor', 'U2Ada'));

    expect(error.details).toContain('then more than 2 users and keys have the role Auditor, and 2 may');
    expect(writes()).toEqual([]);
  });

  it('counts what was given since the sync, and what was taken again', async () => {
    const shown = await picture(1, 'U2One');
    const { grant, revoke } = await start({ limits: [fewAuditors] }, { picture: async () => shown });

    await grant('role', 'Auditor', 'U2Ada');
    expect((await failureOf(grant('role', 'Auditor', 'U2Cleo'))).details).toContain('limit/few-auditors');
    await revoke('role', 'Auditor', 'U2Ada');

    expect((await grant('role', 'Auditor', 'U2Cleo')).metadata).toBeUndefined();
  });

  it('counts a grant that is under way: of two at the same time one is refused', async () => {
    const shown = await picture(1, 'U2One');
    const { grant } = await start({ limits: [fewAuditors] }, { picture: async () => shown });

    const both = await Promise.allSettled([grant('role', 'Auditor', 'U2Ada'), grant('role', 'Auditor', 'U2Cleo')]);

    expect(both.map((ended) => ended.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('counts no grant that came to nothing', async () => {
    const shown = await picture(1, 'U2One');
    const { grant, fault } = await start({ limits: [fewAuditors] }, { picture: async () => shown });
    fault(addRole, { kind: 'status', status: 400, body: {} });
    await failureOf(grant('role', 'Auditor', 'U2Ada'));

    expect((await grant('role', 'Auditor', 'U2Cleo')).metadata).toBeUndefined();
  });

  it('is asked of a newer sync, which knows what was given before it', async () => {
    let shown = await picture(1, 'U2One');
    let clock = nowMs;
    const { grant } = await start({ limits: [fewAuditors] }, { picture: async () => shown, clock: () => clock });
    await grant('role', 'Auditor', 'U2Ada');
    shown = await picture(-1, 'U2One'); // Ada's was taken elsewhere, before that sync began
    clock += 2 * hourMs;

    expect((await grant('role', 'Auditor', 'U2Cleo')).metadata).toBeUndefined();
  });
});

describe('a sync that cannot tell', () => {
  const stale =
    'the sync that the policy is looked up in is of 2026-11-29T11:00:00.000Z, and older than --policy-max-age allows';

  it('is told where it is older than it may be, and the grant is made', async () => {
    const shown = await picture(25, 'U2One');
    const { grant, audit } = await start({ limits: [fewAuditors] }, { picture: async () => shown });

    expect((await grant('role', 'Auditor', 'U2Ada')).metadata).toEqual({ policy_unknown: stale });
    expect(audit).toMatchObject([{ outcome: 'granted', policyUnknown: stale }]);
    expect(ends).toEqual(['unknown']);
  });

  it('has the grant refused where that is wanted', async () => {
    const shown = await picture(25, 'U2One');
    const options = { picture: async () => shown, whenStale: 'refuse' } as const;
    const { grant, writes, audit } = await start({ limits: [fewAuditors] }, options);

    const error = await failureOf(grant('role', 'Auditor', 'U2Ada'));

    expect(errorInfoOf(error)).toMatchObject({ reason: 'grant_cancelled', text: expect.stringContaining(stale) });
    expect(error.details).toContain('--policy-when-stale refuse');
    expect(writes()).toEqual([]);
    expect(audit).toMatchObject([{ outcome: 'refused', policyUnknown: stale }]);
    expect(ends).toEqual(['refused-unknown']);
  });

  it.each([
    ['no sync can be read', fewAuditors, undefined, 'cannot read access.db'],
    ['groups were not read', { ...fewAuditors, 'at-most': 9, only: { groups: ['Staff'] } }, [], '--include idp_group'],
  ])('is no "no": %s', async (_case, limit, auditors, why) => {
    const shown = auditors === undefined ? undefined : await picture(1, ...auditors);
    const { grant } = await start(
      { limits: [limit] },
      {
        whenStale: 'refuse',
        picture: async () => {
          if (shown === undefined) {
            throw new ConnectorError('local-io', 'cannot read access.db: it is gone');
          }
          return shown;
        },
      },
    );

    expect((await failureOf(grant('role', 'Auditor', 'U2Ada'))).details).toContain(why);
  });

  const none = { mode: 'none', edges: 0, uncertain: 0, loops: 0, unknown_parents: 0 } as const;
  it.each([
    ['keys were not read', { types: [] }, 'the sync did not read access keys (--include access_key)'],
    [
      'what tenants inherit was not read',
      { summary: { inheritance: none } },
      'what tenants inherit is not in the file',
    ],
  ])('is no "no" of a count either: %s', async (_case, lacks, why) => {
    const shown = await picture({ hoursAgo: 1, ...lacks }, 'U2One');
    const options = { picture: async () => shown, whenStale: 'refuse' } as const;
    const { grant, writes } = await start({ limits: [fewAuditors] }, options);

    const error = await failureOf(grant('role', 'Auditor', 'U2Ada'));

    expect(error.details).toContain('limit/few-auditors of the policy could not be looked up: ');
    expect(error.details).toContain(why);
    expect(writes()).toEqual([]);
    expect(ends).toEqual(['refused-unknown']);
  });

  it('tells of too many all the same', async () => {
    const shown = await picture({ hoursAgo: 1, types: [] }, 'U2One', 'U2Two');
    const { grant } = await start({ limits: [fewAuditors] }, { picture: async () => shown, onViolation: 'warn' });

    const { metadata } = await grant('role', 'Auditor', 'U2Ada');

    expect(metadata).toEqual({ policy_broken: [expect.objectContaining({ rule: 'limit/few-auditors' })] });
  });

  it('does not matter to a count that the grant does not change', async () => {
    const shown = await picture({ hoursAgo: 1, types: [] });
    const viewers = { id: 'viewers', held: { roles: ['Viewer'] }, 'at-most': 9 };
    const { grant } = await start({ limits: [viewers] }, { picture: async () => shown });

    expect((await grant('role_binding', 'globex/Viewer', 'U2Bob')).metadata).toBeUndefined(); // has it in the project
    expect((await grant('role_binding', 'globex/Viewer', 'U2Cleo')).metadata).toMatchObject({
      policy_unknown: expect.stringContaining('--include access_key'),
    });
  });

  it('does not matter to a grant of which no rule speaks', async () => {
    const { grant } = await start(
      { limits: [fewAuditors] },
      { whenStale: 'refuse', picture: async () => await Promise.reject(new ConnectorError('local-io', 'gone')) },
    );

    expect((await grant('role_binding', 'acme/Viewer', 'U2Ada')).metadata).toBeUndefined();
    expect((await grant('tenant', 'globex', 'U2Ada')).metadata).toBeUndefined();
    expect(ends).toEqual([]);
  });
});

describe('a limit of who may have it', () => {
  const only = { id: 'acme-only', held: { roles: ['Viewer'] }, only: { domains: ['acme.example'] } };

  it('goes by the address that Descope shows', async () => {
    const { grant } = await start({ limits: [only] });

    expect((await grant('role', 'Viewer', 'U2Ada')).metadata).toBeUndefined();
    expect((await failureOf(grant('role', 'Viewer', 'U2Cleo'))).details).toContain(
      'user U2Cleo would have the role Viewer',
    );
  });

  it('goes by the groups that a sync shows, and says where it does not know the user', async () => {
    const group = { id: 'g', held: { roles: ['Viewer'] }, only: { groups: ['staff'] } };
    const index = await indexed({
      types: ['access_key', 'sso_configuration', 'idp_group'],
      resources: [
        tenant('acme', 'Acme'),
        person('U2Ada'),
        person('U2Bob'),
        resource('idp_group', 'staff', 'Staff', {
          profile: { tenant_id: 'acme', sso_id: 'd', group_name: 'Staff' },
        }),
      ],
      grants: [held('idp_group:staff', 'user:U2Ada')],
    });
    const taken = { index, startedMs: nowMs, finishedMs: nowMs };
    pictures.push(taken);
    const { grant, sendGrant } = await start({ limits: [group] }, { picture: async () => taken, whenStale: 'refuse' });

    expect((await grant('role', 'Viewer', 'U2Ada')).metadata).toBeUndefined();
    expect((await failureOf(grant('role_binding', 'acme/Viewer', 'U2Bob'))).details).toContain('none of those who may');
    const unknown = sendGrant({ entitlement: entitlement('role', 'Viewer'), principal: userPrincipal('U2Cleo') });
    expect((await failureOf(unknown)).details).toContain('does not know the user yet');
  });
});

describe('a name in the policy that the project does not have', () => {
  const misspelled = {
    conflicts: [{ id: 'typo', first: { roles: ['Auditer'] }, second: { permissions: ['wright'] } }],
    limits: [{ id: 'gone', held: { roles: ['Viewer'] }, in: 'acne', only: { domains: ['acme.example'] } }],
  };
  const told =
    'conflict/typo of the policy names the role Auditer, which the project does not have; conflict/typo of the policy names ' +
    'the permission wright, which the project does not have; limit/gone of the policy names the tenant acne, which the ' +
    'project does not have';

  it('is told with each grant of a role, since no grant asks a rule of it', async () => {
    const { grant } = await start(misspelled);

    expect((await grant('role', 'Auditor', 'U2Ada')).metadata).toEqual({ policy_unknown: told });
    expect(ends).toEqual(['unknown']);
  });

  it('has each of them refused where that is wanted, and no membership', async () => {
    const { grant, writes } = await start(misspelled, { whenStale: 'refuse' });

    const error = await failureOf(grant('role', 'Auditor', 'U2Ada'));

    expect(error.details).toContain(told);
    expect(writes()).toEqual([]);
    expect((await grant('tenant', 'globex', 'U2Ada')).metadata).toBeUndefined();
  });
});

it('a revoke and a membership are never refused', async () => {
  const { revoke, grant, writes } = await start({ conflicts: [twoEyes] });

  await revoke('role', 'Viewer', 'U2Bob');
  await grant('tenant', 'acme', 'U2Cleo');

  expect(writes().at(-1)).toMatchObject({ endpoint: addTenant });
});

it('an action that gives a role is asked about as a grant is, and takes nothing where that is refused', async () => {
  const policy = { conflicts: [{ id: 'x', first: { roles: ['Editor'] }, second: { roles: ['Viewer'] } }] };
  const { address, grant, writes } = await start(policy);
  await grant('role', 'Viewer', 'U2Ada');
  const args = { from_user_id: 'U2Bob', to_user_id: 'U2Ada', entitlement_id: 'role_binding:acme/Editor:assigned' };
  const before = writes().length;

  const ended = await grpcCall(address, ActionService.method.invokeAction, {
    name: 'transfer_tenant_role',
    args,
  });

  expect(ended.status).toBe(BatonActionStatus.FAILED);
  expect(JSON.stringify(ended.response)).toContain('conflict/x of the policy forbids it: user U2Ada would have both');
  expect(writes()).toHaveLength(before);
});

describe('a new address of somebody who holds what only some domains may', () => {
  const inAll = Array.from({ length: 3 }, () => ({ rule: 'limit/own-people' })); // by each of three roles
  const ownPeople = { id: 'own-people', held: { permissions: ['write'] }, only: { domains: ['acme.example'] } };
  const move = async ({ address }: Provisioning, email: string | null) =>
    await grpcCall(address, ActionService.method.invokeAction, {
      name: 'update_user',
      args: { user_id: 'U2Bob', user_profile: { email, verified_phone: true } },
    });

  it('is refused where the policy refuses, naming rule and holding, and nothing is sent', async () => {
    const at = await start({ limits: [ownPeople] });

    const ended = await move(at, 'bob@elsewhere.example');

    expect(ended.status).toBe(BatonActionStatus.FAILED);
    expect(JSON.stringify(ended.response)).toMatch(
      /limit\/own-people of the policy forbids it: then user U2Bob has write \(.*\), and is none of those who may/,
    );
    expect(at.writes()).toEqual([]);
    expect(at.audit).toMatchObject([{ operation: 'update', outcome: 'refused', policyBroken: inAll }]);
    expect(ends).toEqual(['refused']);
  });

  it('is set and told where the policy warns', async () => {
    const at = await start({ limits: [ownPeople] }, { onViolation: 'warn' });

    const ended = await move(at, 'bob@elsewhere.example');

    expect(ended.status).toBe(BatonActionStatus.COMPLETE);
    expect(JSON.stringify(ended.response)).toContain(
      '; this breaks limit/own-people of the policy: user U2Bob has write',
    );
    expect(at.audit).toMatchObject([{ outcome: 'updated', policyBroken: inAll }]);
    expect(at.intents).toMatchObject([{ outcome: 'intended', policyBroken: inAll }]);
    expect(at.state()).toMatchObject({
      users: expect.arrayContaining([expect.objectContaining({ userId: 'U2Bob', email: 'bob@elsewhere.example' })]),
    });
  });

  it('is told before it is set in a dry run', async () => {
    const at = await start({ limits: [ownPeople] }, { onViolation: 'warn' }, { dryRun: true });

    expect(JSON.stringify((await move(at, 'bob@elsewhere.example')).response)).toContain(
      '; this would break limit/own-people',
    );
    expect(at.writes()).toEqual([]);
  });

  it.each([
    ['inside the domain', [ownPeople], 'robert@ACME.example'],
    [
      'of somebody who broke the limit before',
      [{ ...ownPeople, only: { domains: ['other.example'] } }],
      'b@elsewhere.example',
    ],
    ['where the limit is of something else', [{ ...ownPeople, held: { roles: ['Support'] } }], 'b@elsewhere.example'],
    ['where the limit is of numbers', [{ ...ownPeople, only: undefined, 'at-most': 9 }], 'b@elsewhere.example'],
  ])('breaks nothing anew %s', async (_where, limits, email) => {
    const shown = await picture(1);
    const at = await start({ limits }, { picture: async () => shown });

    const ended = await move(at, email);

    expect(ended.status).toBe(BatonActionStatus.COMPLETE);
    expect(JSON.stringify([ended.response, at.audit])).not.toMatch(/polic/);
  });
});

describe('a new account that joins a tenant with default roles', () => {
  const ownViewers = { id: 'own-viewers', held: { roles: ['Viewer'] }, only: { domains: ['acme.example'] } };
  const givesDefaults = { emulator: { project: companyWithKeys(), switches: { defaultRoles: 'on' as const } } };
  const make = async ({ address }: Provisioning, name: string, domain: string) =>
    await grpcCall(address, AccountManagerService.method.createAccount, {
      accountInfo: {
        profile: { login_id: `${name}@${domain}`, email: `${name}@${domain}`, tenant_ids: ['acme'] },
      },
    });
  const metadataOf = ({ annotations }: { readonly annotations: readonly Any[] }) =>
    annotations.map((one) => anyUnpack(one, GrantMetadataSchema)?.metadata).find((one) => one !== undefined);

  it('is refused before anything is sent where these would break a limit', async () => {
    const at = await start({ limits: [ownViewers] }, {}, givesDefaults);

    const error = await failureOf(make(at, 'gus', 'elsewhere.example'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(errorInfoOf(error)?.['text']).toMatch(
      /^limit\/own-viewers of the policy forbids it: user gus@elsewhere.example would have the role Viewer/,
    );
    expect(at.writes()).toEqual([]);
    expect(at.audit).toMatchObject([{ operation: 'create', outcome: 'refused', policyBroken: [{ tenantId: 'acme' }] }]);
  });

  it('is made and told where the policy warns, by what Descope then shows', async () => {
    const at = await start({ limits: [ownViewers] }, { onViolation: 'warn' }, givesDefaults);

    const answer = await make(at, 'gus', 'elsewhere.example');

    expect(answer.result.case).toBe('success');
    expect(metadataOf(answer)).toMatchObject({ policy_broken: [{ rule: 'limit/own-viewers', tenant_id: 'acme' }] });
    expect(at.intents).toMatchObject([{ outcome: 'intended', policyBroken: [{ rule: 'limit/own-viewers' }] }]);
    expect(at.audit).toMatchObject([{ outcome: 'created', policyBroken: [{ rule: 'limit/own-viewers' }] }]);
  });

  it('is told of no role that Descope did not give', async () => {
    const at = await start({ limits: [ownViewers] }, { onViolation: 'warn' });

    expect(metadataOf(await make(at, 'gus', 'elsewhere.example'))).toBeUndefined();
    expect(at.audit).toMatchObject([{ outcome: 'created' }]);
    expect(JSON.stringify(at.audit)).not.toContain('policyBroken');
  });

  it('is made where the limit is kept, and counted once', async () => {
    const shown = await picture(1);
    const few = { id: 'few', held: { roles: ['Viewer'] }, in: 'acme', 'at-most': 2 };
    const at = await start({ limits: [ownViewers, few] }, { picture: async () => shown }, givesDefaults);

    await make(at, 'gus', 'acme.example');
    await make(at, 'hal', 'acme.example');

    expect((await failureOf(make(at, 'ina', 'acme.example'))).details).toContain('limit/few of the policy forbids it');
    expect(at.audit.map(({ outcome }) => outcome)).toEqual(['created', 'created', 'refused']);
    expect(JSON.stringify(at.audit.slice(0, 2))).not.toContain('policy');
  });

  it('that was only planned is not counted', async () => {
    const shown = await picture(1);
    const few = { id: 'few', held: { roles: ['Viewer'] }, in: 'acme', 'at-most': 1 };
    const at = await start({ limits: [few] }, { picture: async () => shown }, { ...givesDefaults, dryRun: true });

    await make(at, 'gus', 'acme.example');
    await make(at, 'hal', 'acme.example');

    expect(at.audit.map(({ outcome }) => outcome)).toEqual(['planned', 'planned']);
    expect(JSON.stringify(at.audit)).not.toContain('policy');
  });
});

it('what was said yes to is counted at once, before anything of it is seen', async () => {
  const shown = await picture(1, 'U2One');
  const guard = createGuard({
    policy: policySchema.parse({ version: 1, limits: [fewAuditors] }),
    projectId: 'P2hand',
    onViolation: 'refuse',
    whenStale: 'refuse',
    maxAgeMs: 24 * hourMs,
    picture: async () => shown,
    clock: () => nowMs,
  });
  const catalog = catalogOf({ roles: [roleRow('Auditor')] });
  const lists = { catalog, inheritance: new Inheritance([], 'auto') };
  const gainOf = (id: string): Gain => ({
    principal: { typeId: 'user', id },
    name: id,
    email: '',
    before: { roleNames: [], userTenants: [] },
    after: { roleNames: ['Auditor'], userTenants: [] },
    lists,
  });

  await guard.before(gainOf('U2Ada'));

  await expect(guard.before(gainOf('U2Cleo'))).rejects.toThrow('limit/few-auditors');
  guard.saw({ typeId: 'user', id: 'U2Ada' }, { roleNames: [], userTenants: [] }, lists);
  await expect(guard.before(gainOf('U2Cleo'))).resolves.toEqual({ broken: [] });
});
