import { create, type JsonObject } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { CredentialOptionsSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import type { Fault, ProjectSeed } from '../../src/emulator/emulator.ts';
import { createFrom, sendAccount } from '../support/accounts.ts';
import { failureOf } from '../support/grpc-call.ts';
import { expected } from '../support/provisioning-cases.ts';
import {
  company,
  createUser,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
} from '../support/provisioning-server.ts';
import { lostAfterEffect, lostBeforeEffect, refusedWrites } from '../support/write-faults.ts';

let running: Provisioning | undefined;

async function start(options?: ProvisioningOptions): Promise<Provisioning> {
  running = await startProvisioning(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

/** The company, with the custom attributes that it defines. */
const withAttributes = (): ProjectSeed => ({
  ...company(),
  userAttributes: [
    { name: 'badge', type: 2 },
    { name: 'level', type: 4, options: ['junior', 'senior'] },
    { name: 'remote', type: 3 },
  ],
});
const dora = { login_id: 'dora@acme.example', email: 'dora@acme.example' };
const nobodyNew = (): undefined => undefined;
const created = ({ emulator }: Provisioning, loginId = 'dora@acme.example') => emulator.state.user(loginId);
/** Everything but the new user. */
const others = async (at: Provisioning): Promise<void> => {
  const id = created(at)?.userId;
  expect(id).toMatch(/^U/);
  at.emulator.state.deleteUser(id ?? '');
  expect(at.state()).toEqual(await expected(nobodyNew));
};

describe('creating an account', () => {
  it('creates one user as asked, reads it back, and changes nothing else', async () => {
    const at = await start({ emulator: { project: withAttributes() } });

    const answer = await createFrom(at, {
      ...dora,
      phone: '+44 (20) 7946-0000',
      display_name: 'Dora Doe',
      given_name: 'Dora',
      family_name: 'Doe',
      tenant_ids: ['acme'],
      custom_attributes: { badge: '12', level: 'senior', remote: 'true' },
      verified_email: 'true',
      verified_phone: false,
    });

    const user = created(at);
    expect(answer).toEqual({ result: 'success', id: user?.userId, isCreateAccountResult: true, message: '' });
    expect(user).toMatchObject({
      loginIds: ['dora@acme.example'],
      email: 'dora@acme.example',
      phone: '+442079460000',
      name: 'Dora Doe',
      givenName: 'Dora',
      familyName: 'Doe',
      verifiedEmail: true,
      verifiedPhone: false,
      status: 'enabled',
      test: false,
      roleNames: [],
      tenants: [{ tenantId: 'acme', roleNames: [] }],
      customAttributes: { badge: 12, level: 'senior', remote: true },
    });
    expect(at.writes()).toHaveLength(1);
    expect(at.emulator.state.invitations()).toEqual([]);
  });

  it('writes down who, where and how, and of the person no more', async () => {
    const at = await start({ emulator: { project: withAttributes() } });

    await createFrom(at, { ...dora, display_name: 'Dora Doe', phone: '+442079460000', tenant_ids: ['acme'] });

    expect(at.intents).toMatchObject([
      {
        operation: 'create',
        account: 'dora@acme.example',
        before: { exists: false },
        plan: [
          {
            request: createUser,
            body: {
              loginId: 'dora@acme.example',
              email: '(told)',
              phone: '(told)',
              displayName: '(told)',
              userTenants: [{ tenantId: 'acme' }],
              status: 'enabled',
            },
          },
        ],
      },
    ]);
    expect(at.audit).toMatchObject([
      {
        operation: 'create',
        account: 'dora@acme.example',
        resource: `user:${created(at)?.userId}`,
        outcome: 'created',
        before: { exists: false },
        after: { exists: true, status: 'enabled', roles: [], tenants: [{ tenantId: 'acme', roleNames: [] }] },
        writes: 1,
      },
    ]);
    expect(JSON.stringify([...at.intents, ...at.audit])).not.toMatch(/Dora Doe|2079460000/);
  });

  it('takes the login, and else the primary address, for the login id', async () => {
    const at = await start();

    await sendAccount(at, {
      accountInfo: { login: 'eve', emails: [{ address: 'eve@acme.example', isPrimary: true }] },
    });
    await sendAccount(at, {
      accountInfo: { emails: [{ address: 'dora@acme.example', isPrimary: true }, { address: 'd@x.example' }] },
    });

    expect(created(at, 'eve')).toMatchObject({ loginIds: ['eve'], email: 'eve@acme.example' });
    expect(created(at)).toMatchObject({ loginIds: ['dora@acme.example'], email: 'dora@acme.example' });
  });

  it('takes names of every script, and emoji that are made of several', async () => {
    const at = await start();
    const name = 'מרים 鈴木 می‌روم 👩‍💻';

    await createFrom(at, { ...dora, display_name: name });

    expect(created(at)?.name).toBe(name);
  });

  it('tells what the user was given besides, such as default roles', async () => {
    const at = await start({ emulator: { project: company(), switches: { defaultRoles: 'on' } } });

    await createFrom(at, { ...dora, tenant_ids: ['acme'] });

    expect(at.audit).toMatchObject([{ outcome: 'created', alsoGained: [{ tenantId: 'acme', roleName: 'Viewer' }] }]);
  });

  it.each([
    ['create_disabled', { create_disabled: 'true' }, { status: 'disabled', test: false }],
    ['test', { test: true }, { status: 'enabled', test: true }],
  ])('honours %s', async (_field, profile, shown) => {
    const at = await start();

    expect(await createFrom(at, { ...dora, ...profile })).toMatchObject({ result: 'success' });

    expect(created(at)).toMatchObject(shown);
  });

  const bad: readonly (readonly [string, JsonObject, string])[] = [
    ['no login id at all', { display_name: 'Dora' }, 'needs a login_id'],
    ['an address that is none', { ...dora, email: 'dora at acme' }, 'email is not an email address'],
    ['a phone that is none', { ...dora, phone: 'call me' }, 'phone is not a phone number'],
    ['a phone without a country', { ...dora, phone: '020 7946 0000' }, 'phone is not a phone number'],
    ['a switch that is neither', { ...dora, send_invite: 'maybe' }, 'send_invite must be "true" or "false"'],
    ['a login id over two lines', { login_id: 'dora\nacme' }, 'login_id has a character that nobody can see'],
    ['a name that turns text round', { ...dora, display_name: 'Dora\u202Eeod' }, 'display_name has a character'],
    ['an address that writes to a terminal', { ...dora, email: 'a\u001B[2J@b' }, 'email has a character'],
    ['a name that is too long', { ...dora, given_name: 'x'.repeat(1025) }, 'given_name is longer than 1024 bytes'],
    ['a field that there is not', { ...dora, create_disable: 'true' }, 'has no field "create_disable"'],
    ['a number for a text', { ...dora, given_name: 7 }, 'given_name must be a text'],
    ['a tenant that the project has not', { ...dora, tenant_ids: ['nowhere'] }, 'has no tenant with this id'],
    ['tenants that are no list', { ...dora, tenant_ids: { acme: true } }, 'tenant_ids must be a list'],
    ['an attribute that is not defined', { ...dora, custom_attributes: { shoe: 7 } }, 'defines no custom attribute'],
    ['an attribute of a wrong type', { ...dora, custom_attributes: { badge: 'seven' } }, 'must be a number'],
    [
      'an attribute that is no option',
      { ...dora, custom_attributes: { level: 'boss' } },
      "one of the project's options",
    ],
    ['attributes that are no object', { ...dora, custom_attributes: 'badge' }, 'custom_attributes must be an object'],
    ['an invitation of a disabled user', { ...dora, send_invite: true, create_disabled: true }, 'exclude each other'],
    ['an invitation without an address', { login_id: 'dora', send_invite: 'true' }, 'needs an address to send to'],
    ['a verified address that is not given', { login_id: 'dora', verified_email: 'true' }, 'needs email'],
  ];

  it.each(bad)('refuses %s, before anything is written', async (_what, profile, words) => {
    const at = await start({ emulator: { project: withAttributes() } });

    const error = await failureOf(createFrom(at, profile));

    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(error.details).toContain(words);
    expect(at.writes()).toEqual([]);
    expect(at.audit).toMatchObject([{ operation: 'create', outcome: 'refused', writes: 0 }]);
  });

  it.each([
    create(CredentialOptionsSchema, { options: { case: 'sso', value: { ssoProvider: 'x' } } }),
    create(CredentialOptionsSchema, { options: { case: 'encryptedPassword', value: {} } }),
  ])('refuses a credential that it cannot set: $options.case', async (credentialOptions) => {
    const at = await start();

    const error = await failureOf(sendAccount(at, { accountInfo: { profile: dora }, credentialOptions }));

    expect(error.code).toBe(status.INVALID_ARGUMENT);
    expect(at.emulator.stats.total).toBe(0);
  });

  it('refuses another type than user, and everything without --provisioning', async () => {
    const at = await start();
    expect((await failureOf(sendAccount(at, { resourceTypeId: 'tenant' }))).code).toBe(status.UNIMPLEMENTED);
    await at[Symbol.asyncDispose]();
    const off = await start({ isOff: true });

    expect((await failureOf(createFrom(off, dora))).details).toContain('provisioning is not enabled');

    expect(off.emulator.stats.total).toBe(0);
  });
});

describe('an account that is there already', () => {
  it.each([
    ['the login id', { login_id: 'bob@acme.example' }],
    ['the login id in other letters', { login_id: 'BOB@acme.example' }],
    ['the address', { login_id: 'bobby', email: 'bob@acme.example' }],
    ['the login id, and an invitation is asked for', { login_id: 'bob@acme.example', send_invite: 'true' }],
  ])('by %s is answered with that user, unchanged, and nothing is sent', async (_by, profile) => {
    const at = await start();

    const answer = await createFrom(at, profile);

    expect(answer).toMatchObject({ result: 'alreadyExists', id: 'U2Bob', isCreateAccountResult: true });
    expect(at.writes()).toEqual([]);
    expect(at.emulator.state.invitations()).toEqual([]);
    expect(at.state()).toEqual(await expected(nobodyNew));
    expect(at.audit).toMatchObject([{ outcome: 'already-exists', resource: 'user:U2Bob', writes: 0 }]);
  });

  it('in two users is refused, and both are named', async () => {
    const at = await start();

    const error = await failureOf(createFrom(at, { login_id: 'ada@acme.example', email: 'bob@acme.example' }));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain('U2Ada and U2Bob');
    expect(at.writes()).toEqual([]);
  });

  it.each([
    ['login', { login_id: 'U2Bob' }],
    ['invited login', { login_id: 'U2Bob', email: 'dora@acme.example', send_invite: 'true' }],
  ])(
    'is not taken for the user whose user id its %s is: that is refused, and nothing is sent',
    async (_by, profile) => {
      const at = await start();

      const error = await failureOf(createFrom(at, profile));

      expect(error.code).toBe(status.FAILED_PRECONDITION);
      expect(error.details).toContain('is the user id of another user, U2Bob');
      expect(at.writes()).toEqual([]);
      expect(at.state()).toEqual(await expected(nobodyNew));
    },
  );

  it.each(['bad-request', 'conflict', 'returned'] as const)(
    'since somebody else made it a moment ago is answered with it (%s)',
    async (existingLoginId) => {
      const at = await start({ emulator: { project: company(), switches: { existingLoginId } } });
      at.emulator.faults.add({
        match: {
          endpoint: createUser,
          predicate: () =>
            at.emulator.state.addUser({ loginIds: ['dora@acme.example'], name: 'Another' }) !== undefined,
        },
        fault: { kind: 'delay', ms: 1 },
      });

      const answer = await createFrom(at, { ...dora, display_name: 'Dora' });

      expect(answer).toMatchObject({ result: 'alreadyExists', id: created(at)?.userId });
      expect(created(at)).toMatchObject({ name: 'Another' });
      expect([...at.emulator.state.users()]).toHaveLength(4);
    },
  );
});

describe('a creation', () => {
  it.each(lostAfterEffect)('that happened and is answered by %s is found, and not sent again', async (_what, fault) => {
    const at = await start();
    const rule = at.fault(createUser, fault);

    expect(await createFrom(at, dora)).toMatchObject({ result: 'success', id: created(at)?.userId });

    expect(rule.fired).toBe(1);
    expect(at.writes()).toHaveLength(1);
    expect(at.audit).toMatchObject([{ outcome: 'created', writes: 1 }]);
    await others(at);
  });

  it.each(lostBeforeEffect)('that did not happen and is answered by %s is sent once more', async (_what, fault) => {
    const at = await start();
    at.fault(createUser, fault);

    expect(await createFrom(at, dora)).toMatchObject({ result: 'success' });

    expect(at.writes()).toHaveLength(2);
    await others(at);
  });

  it.each(lostBeforeEffect)('that is answered by %s each time fails after two tries', async (_what, fault) => {
    const at = await start();
    at.fault(createUser, fault, Number.POSITIVE_INFINITY);

    await failureOf(createFrom(at, dora));

    expect(at.writes()).toHaveLength(2);
    expect(at.state()).toEqual(await expected(nobodyNew));
    expect(at.audit).toMatchObject([{ outcome: 'failed', after: { exists: false }, writes: 2 }]);
  });

  it.each(refusedWrites)('that is answered by %i is an error, sent once', async (answered) => {
    const at = await start();
    at.fault(createUser, { kind: 'status', status: answered }, Number.POSITIVE_INFINITY);

    await failureOf(createFrom(at, dora));

    expect(at.writes()).toHaveLength(1);
    expect(at.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });

  it('that Descope claims and does not do is never a success', async () => {
    const at = await start();
    const user = { userId: 'U2Phantom', loginIds: ['dora@acme.example'], status: 'enabled' };
    at.fault(createUser, { kind: 'status', status: 200, body: { user, created: true } }, Number.POSITIVE_INFINITY);

    expect(await failureOf(createFrom(at, dora))).toMatchObject({ code: status.ABORTED });

    expect(at.state()).toEqual(await expected(nobodyNew));
  });

  it('whose answer was lost, and in whose place another user is found, is answered with that one, unchanged', async () => {
    const at = await start();
    at.emulator.faults.add({
      match: {
        endpoint: createUser,
        predicate: () => at.emulator.state.addUser({ loginIds: ['dora@acme.example'], name: 'Another' }) !== undefined,
      },
      fault: { kind: 'status', status: 503 },
    });

    const answer = await createFrom(at, { ...dora, display_name: 'Dora' });

    expect(answer).toMatchObject({ result: 'alreadyExists', id: created(at)?.userId });
    expect(created(at)).toMatchObject({ name: 'Another' });
    expect(at.writes()).toHaveLength(1);
  });

  it('of a user who shows another status than asked is an error that names it', async () => {
    const at = await start({ emulator: { project: company(), switches: { createdStatus: 'invited' } } });

    const error = await failureOf(createFrom(at, { ...dora, create_disabled: 'true' }));

    expect(error.code).toBe(status.ABORTED);
    expect(error.details).toContain(`user ${created(at)?.userId} was created`);
    expect(error.details).toContain('status: disabled was asked for');
    expect(at.writes()).toHaveLength(1);
  });
});

describe('an invitation', () => {
  const invited = { ...dora, send_invite: 'true' };

  it('creates the user and sends one message, which is no success yet', async () => {
    const at = await start();

    const answer = await createFrom(at, invited);

    expect(answer).toEqual({
      result: 'actionRequired',
      id: created(at)?.userId,
      isCreateAccountResult: true,
      message: 'An invitation was sent. The user must accept it to sign in.',
    });
    expect(created(at)).toMatchObject({ status: 'invited' });
    expect(at.emulator.state.invitations()).toMatchObject([{ loginId: 'dora@acme.example' }]);
    expect(at.audit).toMatchObject([{ outcome: 'invited', after: { status: 'invited' } }]);
  });

  it('is a message to the user whom the answer to the creation named, sent by the user id', async () => {
    const at = await start();

    await createFrom(at, invited);

    const userId = created(at)?.userId;
    expect(at.writes().map(({ body }) => body)).toMatchObject([
      { loginId: 'dora@acme.example', status: 'invited' },
      { loginId: userId, invite: true },
    ]);
    expect(at.writes()[0]?.body).not.toHaveProperty('invite');
    expect(at.intents.map(({ plan }) => plan?.length)).toEqual([2, 1]);
    expect(at.intents[1]?.plan).toMatchObject([{ request: createUser, body: { loginId: userId, invite: true } }]);
  });

  it('of a test user is one, too', async () => {
    const at = await start();

    expect(await createFrom(at, { ...invited, test: true })).toMatchObject({ result: 'actionRequired' });

    expect(at.emulator.state.invitations()).toMatchObject([{ userId: created(at)?.userId }]);
    expect(at.writes().map(({ endpoint }) => endpoint)).toEqual([`${createUser}/test`, `${createUser}/test`]);
  });

  /** What goes wrong with the message alone. */
  const faultOfMessage = (at: Provisioning, fault: Fault) =>
    at.emulator.faults.add({
      match: { predicate: ({ body }) => (body as { readonly invite?: boolean } | undefined)?.invite === true },
      fault,
    });

  it.each([
    ...lostAfterEffect.map(([what, fault]) => ['was sent', what, fault, 1] as const),
    ...lostBeforeEffect.map(([what, fault]) => ['was not sent', what, fault, 0] as const),
  ])('that %s and is answered by %s is never sent again, and told', async (_sent, _what, fault, messages) => {
    const at = await start();
    const rule = faultOfMessage(at, fault);

    const answer = await createFrom(at, invited);

    expect(rule.fired).toBe(1);
    expect(answer).toMatchObject({ result: 'actionRequired', id: created(at)?.userId });
    expect(answer.message).toContain('may have been sent');
    expect(at.writes()).toHaveLength(2);
    expect(at.emulator.state.invitations()).toHaveLength(messages);
    expect(at.audit).toMatchObject([{ outcome: 'maybe-invited', after: { status: 'invited' }, writes: 2 }]);
    await others(at);
  });

  it.each(lostAfterEffect)(
    'is not sent where the creation happened and is answered by %s: somebody else may have made the user',
    async (_what, fault) => {
      const at = await start();
      at.fault(createUser, fault);

      const answer = await createFrom(at, invited);

      expect(answer).toMatchObject({ result: 'actionRequired', id: created(at)?.userId });
      expect(answer.message).toContain('no invitation was sent. The action resend_invite sends one');
      expect(at.writes()).toHaveLength(1);
      expect(at.emulator.state.invitations()).toEqual([]);
      expect(at.audit).toMatchObject([{ outcome: 'not-invited', after: { status: 'invited' }, writes: 1 }]);
      await others(at);
    },
  );

  it.each(lostBeforeEffect)(
    'is sent once where the creation did not happen, is answered by %s, and is sent again',
    async (_what, fault) => {
      const at = await start();
      at.fault(createUser, fault);

      expect(await createFrom(at, invited)).toMatchObject({ result: 'actionRequired', id: created(at)?.userId });

      expect(at.writes()).toHaveLength(3);
      expect(at.emulator.state.invitations()).toHaveLength(1);
      expect(at.audit).toMatchObject([{ outcome: 'invited', writes: 3 }]);
      await others(at);
    },
  );

  it.each(lostBeforeEffect)('of nobody is sent where each creation is answered by %s, and told', async (_w, fault) => {
    const at = await start();
    at.fault(createUser, fault, Number.POSITIVE_INFINITY);

    expect((await failureOf(createFrom(at, invited))).details).toContain('no invitation was sent');

    expect(at.writes()).toHaveLength(2);
    expect(at.state()).toEqual(await expected(nobodyNew));
  });

  it.each(refusedWrites)('whose creation is refused with %i is an error, sent once', async (answered) => {
    const at = await start();
    at.fault(createUser, { kind: 'status', status: answered });

    await failureOf(createFrom(at, invited));

    expect(at.writes()).toHaveLength(1);
    expect(at.emulator.state.invitations()).toEqual([]);
  });

  it.each(refusedWrites)('that is refused with %i is an error, which says that the user stays', async (answered) => {
    const at = await start();
    faultOfMessage(at, { kind: 'status', status: answered });

    const { details } = await failureOf(createFrom(at, invited));

    const userId = created(at)?.userId;
    expect(details).toContain(`user ${userId} was created and stays, but no invitation was sent`);
    expect(details).toContain('resend_invite');
    expect(at.writes()).toHaveLength(2);
    expect(at.emulator.state.invitations()).toEqual([]);
    expect(at.audit).toMatchObject([{ outcome: 'failed', resource: `user:${userId}`, after: { status: 'invited' } }]);
    await others(at);
  });

  it('is not sent to a user whom somebody else has disabled since the creation', async () => {
    const at = await start();
    at.emulator.faults.add({
      match: {
        endpoint: 'GET /v1/mgmt/user',
        predicate: () => {
          const id = created(at)?.userId;
          if (id !== undefined) at.emulator.state.updateUser(id, { status: 'disabled' });
          return false;
        },
      },
      fault: { kind: 'delay', ms: 1 },
    });

    const error = await failureOf(createFrom(at, invited));

    expect(error).toMatchObject({ code: status.ABORTED });
    expect(error.details).toContain('but no invitation was sent');
    expect(at.emulator.state.invitations()).toEqual([]);
  });

  it('whose user somebody else deletes meanwhile is an error, and nobody is created in the place', async () => {
    const at = await start();
    at.emulator.faults.add({
      match: {
        predicate: ({ body }) => {
          const { invite, loginId = '' } = (body ?? {}) as { readonly invite?: boolean; readonly loginId?: string };
          if (invite === true) at.emulator.state.deleteUser(loginId);
          return false;
        },
      },
      fault: { kind: 'delay', ms: 1 },
    });

    const error = await failureOf(createFrom(at, invited));

    expect(error.details).toContain('was created, and was deleted again at once');
    expect(at.writes()).toHaveLength(2);
    expect(at.state()).toEqual(await expected(nobodyNew));
  });

  it('that Descope answers with another user is an error that names both', async () => {
    const at = await start();
    faultOfMessage(at, { kind: 'status', status: 200, body: { user: { userId: 'U2Bob', loginIds: ['bob'] } } });

    const { details } = await failureOf(createFrom(at, invited));

    expect(details).toContain(`Descope invited user U2Bob in the place of user ${created(at)?.userId}`);
  });

  it('is sent once where two callers ask at once', async () => {
    const at = await start();

    const answers = await Promise.all([createFrom(at, invited), createFrom(at, invited)]);

    expect(new Set(answers.map(({ result }) => result))).toEqual(new Set(['actionRequired', 'alreadyExists']));
    expect(at.emulator.state.invitations()).toHaveLength(1);
    expect([...at.emulator.state.users()]).toHaveLength(4);
  });
});
