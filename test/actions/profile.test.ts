import type { JsonObject } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { invoke, people, peopleAfter } from '../support/actions.ts';
import { type Provisioning, type ProvisioningOptions, startProvisioning } from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  running = await startProvisioning({ emulator: { project: people() }, ...options });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const unchanged = (): undefined => undefined;
const bobWith = (change: object) => (state: Emulator['state']) => state.updateUser('U2Bob', change);

describe('update_user', () => {
  it.each<[JsonObject | string, object, readonly string[]]>([
    [
      { display_name: 'Robert', given_name: 'Rob' },
      { name: 'Robert', givenName: 'Rob' },
      ['display_name', 'given_name'],
    ],
    [
      '{"family_name": null, "middle_name": "B."}',
      { familyName: '', middleName: 'B.' },
      ['family_name', 'middle_name'],
    ],
    [
      { email: 'robert@acme.example', verified_email: 'true' },
      { email: 'robert@acme.example', verifiedEmail: true },
      ['email'],
    ],
    [{ phone: '+1 (202) 555-0199' }, { phone: '+12025550199' }, ['phone']],
    [{ verified_phone: true }, { verifiedPhone: true }, ['verified_phone']],
    [{ phone: null }, { phone: '' }, ['phone']],
  ])('with %j changes that of the user and nothing else', async (profile, change, fields) => {
    const at = await start();

    const { status, response } = await invoke(at, 'update_user', { user_id: 'U2Bob', user_profile: profile });

    expect([status, response['updated_fields']]).toEqual(['COMPLETE', fields]);
    expect(at.state()).toEqual(await peopleAfter(bobWith(change)));
    expect(at.audit).toMatchObject([{ operation: 'update', outcome: 'updated', resource: 'user:U2Bob' }]);
    expect(JSON.stringify([at.audit, at.intents])).not.toMatch(/obert|"B\.|5550199/);
  });

  it('skips and tells what it does not change, and sends nothing where all is so already', async () => {
    const at = await start();
    const profile = { display_name: 'Bob', login_id: 'rob', roleNames: ['Editor'], custom_attributes: { shoe: 44 } };

    const { status, response } = await invoke(at, 'update_user', { user_id: 'U2Bob', user_profile: profile });

    expect([status, at.writes()]).toEqual(['COMPLETE', []]);
    expect(response).toMatchObject({
      updated_fields: [],
      skipped_fields: ['login_id', 'roleNames', 'custom_attributes.shoe'],
    });
    expect(at.audit).toMatchObject([{ outcome: 'already-updated', writes: 0 }]);
  });

  it.each<[JsonObject, string]>([
    [{ email: 'ada@acme.example' }, 'another user has this address, U2Ada'],
    [{ email: 'ADA@acme.example' }, 'another user has this address, U2Ada'],
    [{ email: 'nobody' }, 'email must be an email address'],
    [{ phone: '555' }, 'phone must be a phone number'],
    [{ verified_email: 'maybe' }, 'verified_email must be "true" or "false"'],
    [{ display_name: 7 }, 'display_name must be a text'],
    [{ email: null }, 'would have no verified address or phone number any more'],
    [{ verified_email: false }, 'would have no verified address or phone number any more'],
  ])('with %j is refused, and nothing is sent', async (profile, why) => {
    const at = await start();

    const { status, response } = await invoke(at, 'update_user', { user_id: 'U2Bob', user_profile: profile });

    expect([status, at.writes()]).toEqual(['FAILED', []]);
    expect(response['error']).toContain(why);
    expect(at.state()).toEqual(await peopleAfter(unchanged));
    expect(at.audit).toMatchObject([{ operation: 'update', outcome: 'refused' }]);
  });

  it('is no success where Descope keeps what it was to clear', async () => {
    const at = await start();
    at.fault('PATCH /v1/mgmt/user/patch', { kind: 'status', status: 200, body: {} }, Number.POSITIVE_INFINITY);

    const profile = { display_name: 'Robert' };
    const { status } = await invoke(at, 'update_user', { user_id: 'U2Bob', user_profile: profile });

    expect(status).toBe('FAILED');
    expect(at.state()).toEqual(await peopleAfter(unchanged));
  });

  it('leaves alone what somebody else changes of the user meanwhile', async () => {
    const at = await start();
    at.emulator.state.onRequest(
      ({ endpoint }) => endpoint === 'PATCH /v1/mgmt/user/patch',
      () => at.emulator.state.updateUser('U2Bob', { familyName: 'Bobson', customAttributes: { badge: 8 } }),
    );

    const { status } = await invoke(at, 'update_user', { user_id: 'U2Bob', user_profile: { display_name: 'Robert' } });

    expect(status).toBe('COMPLETE');
    const asLeft = { name: 'Robert', familyName: 'Bobson', customAttributes: { badge: 8 } };
    expect(at.state()).toEqual(await peopleAfter(bobWith(asLeft)));
  });

  it.each([
    ['email', { email: 'new@acme.example' }],
    ['phone', { phone: '+12025550142' }],
  ] as const)(
    'fails where somebody else takes the %s meanwhile, and makes no one user of the two',
    async (kind, taken) => {
      const at = await start();
      const takenByAda = (state: Emulator['state']): unknown => state.updateUser('U2Ada', taken);
      at.emulator.state.onRequest(
        ({ endpoint }) => endpoint === `POST /v1/mgmt/user/update/${kind}`,
        () => takenByAda(at.emulator.state),
      );

      const { status } = await invoke(at, 'update_user', { user_id: 'U2Bob', user_profile: taken });

      expect([status, at.writes().length]).toEqual(['FAILED', 1]);
      expect(at.state()).toEqual(await peopleAfter(takenByAda));
    },
  );
});

describe('resend_invite', () => {
  const invite = 'POST /v1/mgmt/user/create';

  it('invites by the user id, once, and makes nobody', async () => {
    const at = await start();

    const { status } = await invoke(at, 'resend_invite', { user_id: 'U2Eve' });

    expect(status).toBe('COMPLETE');
    expect(at.writes()).toEqual([{ endpoint: invite, body: { loginId: 'U2Eve', invite: true } }]);
    expect(at.state()).toEqual(await peopleAfter(unchanged));
    expect(at.audit).toMatchObject([{ operation: 'invite', outcome: 'invited', resource: 'user:U2Eve' }]);
  });

  it.each([
    ['a lost answer', { kind: 'reset', at: 'before-headers', applied: true }],
    ['a lost request', { kind: 'reset', at: 'before-headers' }],
    ['a 503', { kind: 'status', status: 503 }],
    ['a 429', { kind: 'status', status: 429, headers: { 'retry-after': '1' } }],
  ] as const)('sends nothing again after %s, and says that the message may have been sent', async (_what, fault) => {
    const at = await start();
    at.fault(invite, fault, Number.POSITIVE_INFINITY);

    const { status, response } = await invoke(at, 'resend_invite', { user_id: 'U2Eve' });

    expect([status, at.writes().length]).toEqual(['FAILED', 1]);
    expect(response['error']).toContain('the invitation of user U2Eve may have been sent, and is not sent again');
    expect(at.state()).toEqual(await peopleAfter(unchanged));
  });

  it.each(['U2Bob', 'U2Dee'])('refuses %s, who is not waiting for one', async (user) => {
    const at = await start();

    const { status, response } = await invoke(at, 'resend_invite', { user_id: user });

    expect([status, at.writes()]).toEqual(['FAILED', []]);
    expect(response['error']).toContain('not waiting for an invitation');
  });
});
