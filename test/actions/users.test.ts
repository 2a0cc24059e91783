import type { JsonObject } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { invoke, people, peopleAfter } from '../support/actions.ts';
import { type Provisioning, type ProvisioningOptions, startProvisioning } from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options: ProvisioningOptions = {}): Promise<Provisioning> {
  const { emulator, ...rest } = options;
  running = await startProvisioning({ emulator: { project: people(), ...emulator }, ...rest });
  for (const { userId } of running.emulator.state.users()) running.emulator.state.openSession(userId);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

type State = Emulator['state'];
const unchanged = (): undefined => undefined;

const done: readonly {
  readonly name: string;
  readonly user: string;
  readonly change: (state: State) => unknown;
  readonly writes: readonly JsonObject[];
  readonly outcome: string;
}[] = [
  {
    name: 'disable_user',
    user: 'U2Bob',
    change: (state) => state.updateUser('U2Bob', { status: 'disabled' }),
    writes: [
      { endpoint: 'POST /v1/mgmt/user/update/status', body: { loginId: 'U2Bob', status: 'disabled' } },
      { endpoint: 'POST /v1/mgmt/user/logout', body: { userId: 'U2Bob' } },
    ],
    outcome: 'disabled',
  },
  {
    name: 'disable_user',
    user: 'U2Eve',
    change: (state) => state.updateUser('U2Eve', { status: 'disabled' }),
    writes: [
      { endpoint: 'POST /v1/mgmt/user/update/status', body: { loginId: 'U2Eve', status: 'disabled' } },
      { endpoint: 'POST /v1/mgmt/user/logout', body: { userId: 'U2Eve' } },
    ],
    outcome: 'disabled',
  },
  {
    name: 'enable_user',
    user: 'U2Dee',
    change: (state) => state.updateUser('U2Dee', { status: 'enabled' }),
    writes: [{ endpoint: 'POST /v1/mgmt/user/update/status', body: { loginId: 'U2Dee', status: 'enabled' } }],
    outcome: 'enabled',
  },
  {
    name: 'logout_user',
    user: 'U2Bob',
    change: unchanged,
    writes: [{ endpoint: 'POST /v1/mgmt/user/logout', body: { userId: 'U2Bob' } }],
    outcome: 'logged-out',
  },
  {
    name: 'remove_passkeys',
    user: 'U2Bob',
    change: (state) => state.updateUser('U2Bob', { webauthn: false }),
    writes: [{ endpoint: 'POST /v1/mgmt/user/passkeys/delete', body: { loginId: 'bob@acme.example' } }],
    outcome: 'removed',
  },
  {
    name: 'remove_totp',
    user: 'U2Bob',
    change: (state) => state.updateUser('U2Bob', { TOTP: false }),
    writes: [{ endpoint: 'POST /v1/mgmt/user/totp/delete', body: { loginId: 'bob@acme.example' } }],
    outcome: 'removed',
  },
  {
    name: 'expire_password',
    user: 'U2Bob',
    change: unchanged,
    writes: [{ endpoint: 'POST /v1/mgmt/user/password/expire', body: { loginId: 'bob@acme.example' } }],
    outcome: 'expired',
  },
];

describe('an action on a user', () => {
  it.each(done)('$name of $user changes that user alone, and writes down what was done', async (row) => {
    const { name, user, change, writes, outcome } = row;
    const at = await start();

    const { status, response } = await invoke(at, name, { user_id: user });

    expect(status).toBe('COMPLETE');
    expect(at.state()).toEqual(await peopleAfter(change));
    expect(at.writes()).toEqual(writes);
    expect(at.audit).toMatchObject([{ resource: `user:${user}`, outcome, writes: writes.length }]);
    expect(response).toEqual({ success: true, message: expect.any(String), request_ids: [at.audit[0]?.requestId] });
  });

  it.each(done)('$name of $user is planned and not sent in a dry run', async ({ name, user }) => {
    const at = await start({ dryRun: true });

    const { status, response } = await invoke(at, name, { user_id: user });

    expect([status, at.writes()]).toEqual(['COMPLETE', []]);
    expect(response['message']).toContain(' would ');
    expect(at.audit).toMatchObject([{ outcome: 'planned', writes: 0 }]);
    expect(at.state()).toEqual(await peopleAfter(unchanged));
  });

  it.each([
    ['enable_user', 'U2Bob', 'already-enabled'],
    ['disable_user', 'U2Dee', 'already-disabled'],
    ['remove_passkeys', 'U2Ada', 'already-removed'],
    ['remove_totp', 'U2Ada', 'already-removed'],
  ])('%s of %s, where it is so already, sends nothing', async (name, user, outcome) => {
    const at = await start();

    const { status, response } = await invoke(at, name, { user_id: user });

    expect([status, at.writes()]).toEqual(['COMPLETE', []]);
    expect(response['message']).toContain('nothing was sent');
    expect(at.audit).toMatchObject([{ outcome, writes: 0 }]);
  });

  it('disable_user and logout_user end the sessions of that user, and of nobody else', async () => {
    const at = await start({ emulator: { switches: { disabledRefresh: 'allowed' } } });

    await invoke(at, 'disable_user', { user_id: 'U2Bob' });
    await invoke(at, 'logout_user', { user_id: 'U2Ada' });

    const left = [...at.emulator.state.users()].map(({ userId }) => [
      userId,
      at.emulator.state.sessions(userId).refreshable,
    ]);
    expect(left.filter(([, sessions]) => sessions === 0)).toEqual([
      ['U2Ada', 0],
      ['U2Bob', 0],
    ]);
  });

  it.each([
    ['enable_user', 'U2Eve', 'is invited, not disabled'],
    ['expire_password', 'U2Ada', 'has no password that could expire'],
    ['remove_passkeys', 'U2Fay', 'would be locked out'],
    ['remove_totp', 'U2Gus', 'would be locked out'],
    ['disable_user', 'U2Never', 'is a login id of user U2Dee, not a user id'],
    ['remove_totp', 'U2Never', 'is a login id of user U2Dee, not a user id'],
    ['logout_user', 'U2Gone', 'there is no user U2Gone'],
  ])('%s of %s is refused, nothing is sent, and the refusal is written down', async (name, user, why) => {
    const at = await start();

    const { status, response } = await invoke(at, name, { user_id: user });

    expect([status, at.writes()]).toEqual(['FAILED', []]);
    expect(response).toMatchObject({ success: false, error: expect.stringContaining(why) });
    expect(at.audit).toMatchObject([{ resource: `user:${user}`, outcome: 'refused', writes: 0 }]);
    expect(at.state()).toEqual(await peopleAfter(unchanged));
  });

  it('takes the resource id of a user as well, and not that of anything else', async () => {
    const at = await start();

    const taken = await invoke(at, 'enable_user', { user_id: { resource_type_id: 'user', resource_id: 'U2Dee' } });

    expect(taken.status).toBe('COMPLETE');
    await expect(
      invoke(at, 'enable_user', { user_id: { resource_type_id: 'tenant', resource_id: 'acme' } }),
    ).rejects.toThrow(/user_id of enable_user must be the id of a user/);
    expect(at.audit.at(-1)).toMatchObject({ operation: 'enable', outcome: 'refused', writes: 0 });
  });

  it('is refused without --provisioning before anything is asked, and written down', async () => {
    const at = await start({ isOff: true });

    await expect(invoke(at, 'disable_user', { user_id: 'U2Bob' })).rejects.toThrow(/provisioning is not enabled/);

    expect(at.emulator.stats.total).toBe(0);
    expect(at.audit).toMatchObject([{ operation: 'disable', resource: 'user:U2Bob', outcome: 'refused' }]);
  });

  it.each(['passkeys', 'totp'])('never removes the %s of somebody else who has the same login id', async (kind) => {
    const twins = [
      { userId: 'U2One', loginIds: ['twin'], verifiedEmail: true, email: 'one@acme.example' },
      { userId: 'U2Two', loginIds: ['twin'], verifiedEmail: true, email: 'two@acme.example' },
    ].map((user) => Object.assign(user, { webauthn: true, TOTP: true }));
    const at = await start({
      emulator: { project: { users: twins }, switches: { loginIdIsolation: 'on', factorCallsTakeUserIds: 'no' } },
    });

    const { status, response } = await invoke(at, `remove_${kind}`, { user_id: 'U2Two' });

    expect([status, at.writes()]).toEqual(['FAILED', []]);
    expect(response['error']).toContain('no login id of user U2Two means this user alone');
  });
});
