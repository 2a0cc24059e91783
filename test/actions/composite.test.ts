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

type State = Emulator['state'];
const unchanged = (): undefined => undefined;
const bob = { user_id: 'U2Bob' };

function offboarded(state: State): void {
  state.updateUser('U2Bob', { status: 'disabled' });
  state.putAccessKey({ id: 'K2Bob', status: 'inactive' });
  for (const id of ['TPC2Bob', 'TPC2BobAcme', 'TPC2BobMail']) state.deleteConsent(id);
}

describe('offboard_user', () => {
  it('disables, logs out, deactivates keys and takes consents back, of that user alone, a row a step', async () => {
    const at = await start();
    for (const id of ['U2Bob', 'U2Ada']) at.emulator.state.openSession(id);

    const { status, response } = await invoke(at, 'offboard_user', bob);

    expect(status).toBe('COMPLETE');
    expect(response).toMatchObject({
      success: true,
      steps: [
        'disable: disabled',
        'find_keys: 2 act as the user',
        'disable_key K2Bob: disabled',
        'disable_key K2BobOff: already-disabled',
        'find_consents: 3 of the user',
        'remove_consents TPA2Ledger: revoked',
        'remove_consents TPA2Mail: revoked',
      ],
      failed_steps: [],
    });
    expect(at.state()).toEqual(await peopleAfter(offboarded));
    const left = ['U2Bob', 'U2Ada'].map((id) => at.emulator.state.sessions(id).refreshable);
    expect(left).toEqual([0, 1]);
    expect(at.audit.map(({ operation, outcome }) => `${operation} ${outcome}`)).toEqual([
      'disable disabled',
      'disable disabled',
      'disable already-disabled',
      'revoke revoked',
      'revoke revoked',
    ]);
  });

  it('also leaves every tenant where that was asked', async () => {
    const at = await start();

    const { response } = await invoke(at, 'offboard_user', { ...bob, remove_memberships: true });

    expect(response['steps']).toEqual(
      expect.arrayContaining([
        'find_memberships: 2 tenants',
        'leave_tenant acme: revoked',
        'leave_tenant globex: revoked',
      ]),
    );
    expect(at.state()).toEqual(
      await peopleAfter((state) => {
        offboarded(state);
        state.leaveTenant('U2Bob', 'acme');
        state.leaveTenant('U2Bob', 'globex');
      }),
    );
  });

  it('ends the sessions of a user who was disabled already', async () => {
    const at = await start({ emulator: { project: people(), switches: { disabledRefresh: 'allowed' } } });
    at.emulator.state.openSession('U2Dee');

    const { response } = await invoke(at, 'offboard_user', { user_id: 'U2Dee' });

    expect(response['steps']).toEqual([
      'disable: already-disabled',
      'log_out: logged-out',
      'find_keys: 0 act as the user',
      'find_consents: 0 of the user',
    ]);
    expect(at.emulator.state.sessions('U2Dee').refreshable).toBe(0);
  });

  it('goes on after a step that fails, says which, and has failed', async () => {
    const at = await start();
    at.fault('POST /v1/mgmt/accesskey/deactivate', { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);

    const { status, response } = await invoke(at, 'offboard_user', bob);

    expect(status).toBe('FAILED');
    expect(response).toMatchObject({ success: false, failed_steps: ['disable_key K2Bob'] });
    expect(response['error']).toMatch(
      /^1 of the steps to offboard user U2Bob failed \(disable_key K2Bob\), the others/,
    );
    expect(response['steps']).toContain('remove_consents TPA2Mail: revoked');
    expect(at.state()).toEqual(
      await peopleAfter((state) => {
        offboarded(state);
        state.putAccessKey({ id: 'K2Bob', status: 'active' });
      }),
    );
  });

  it('says so where a deployment does not tell of third-party apps, and does the rest', async () => {
    const at = await start();
    at.fault('POST /v1/mgmt/thirdparty/consents/search', { kind: 'status', status: 404 }, Number.POSITIVE_INFINITY);

    const { status, response } = await invoke(at, 'offboard_user', bob);

    expect(status).toBe('COMPLETE');
    expect(response['steps']).toContain('find_consents: this deployment of Descope does not tell of third-party apps');
  });

  it.each(['U2Gone', 'U2Never'])('sends nothing for %s, who is no user by this id', async (user) => {
    const at = await start();

    const { status } = await invoke(at, 'offboard_user', { user_id: user });

    expect([status, at.writes()]).toEqual(['FAILED', []]);
    expect(at.audit).toMatchObject([{ operation: 'disable', resource: `user:${user}`, outcome: 'refused', writes: 0 }]);
    expect(at.state()).toEqual(await peopleAfter(unchanged));
  });

  it('is planned in a dry run, and sends nothing', async () => {
    const at = await start({ dryRun: true });

    const { status, response } = await invoke(at, 'offboard_user', bob);

    expect([status, at.writes()]).toEqual(['COMPLETE', []]);
    expect(response['steps']).toContain('disable_key K2Bob: planned');
    expect(response['message']).toBe('user U2Bob would be offboarded by these steps');
    expect(at.state()).toEqual(await peopleAfter(unchanged));
  });
});

describe('transfer_tenant_role', () => {
  const entitlement = 'role_binding:acme/Editor:assigned';
  const args = { from_user_id: 'U2Bob', to_user_id: 'U2Ada', entitlement_id: entitlement };
  const transferred = (state: State): void => {
    state.grantRole('U2Ada', 'Editor', 'acme');
    state.revokeRole('U2Bob', 'Editor', 'acme');
  };

  it('gives the role first, and then takes it', async () => {
    const at = await start();

    const { status } = await invoke(at, 'transfer_tenant_role', args);
    const again = await invoke(at, 'transfer_tenant_role', args);

    expect([status, again.status]).toEqual(['COMPLETE', 'COMPLETE']);
    expect(again.response['message']).toContain('was transferred already: nothing was sent');
    expect(at.audit.map(({ outcome }) => outcome)).toEqual([
      'granted',
      'revoked',
      'already-granted',
      'already-revoked',
    ]);
    expect(at.state()).toEqual(await peopleAfter(transferred));
  });

  it('says that both hold it where taking it fails', async () => {
    const at = await start();
    at.fault('POST /v1/mgmt/user/update/role/remove', { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);

    const { status, response } = await invoke(at, 'transfer_tenant_role', args);

    expect(status).toBe('FAILED');
    expect(response['error']).toMatch(/^Ada holds it now, and taking it from user U2Bob failed: /);
    expect(at.state()).toEqual(await peopleAfter((state) => state.grantRole('U2Ada', 'Editor', 'acme')));
  });

  it.each([
    ['somebody who does not hold it', { from_user_id: 'U2Cleo' }, 'there is nothing to transfer'],
    ['one user to the same', { to_user_id: 'U2Bob' }, 'are the same user'],
    ['a role of the whole project', { entitlement_id: 'role:Editor:assigned' }, 'must be a role inside a tenant'],
    ['nobody', { from_user_id: 'U2Gone' }, 'there is no user U2Gone'],
    ['a user by a login id', { to_user_id: 'U2Never' }, 'is a login id of user U2Dee'],
    ['a member to one who is none', { to_user_id: 'U2Cleo' }, 'is not a member of'],
  ])('refuses from %s, and changes nothing', async (_what, other, why) => {
    const at = await start();

    const { status, response } = await invoke(at, 'transfer_tenant_role', { ...args, ...other });

    expect([status, at.writes()]).toEqual(['FAILED', []]);
    expect(at.audit).toMatchObject([{ operation: 'grant', outcome: 'refused', writes: 0 }]);
    expect(response['error']).toContain(why);
    expect(at.state()).toEqual(await peopleAfter(unchanged));
  });
});

describe('an action on an access key', () => {
  it.each([
    ['disable_access_key', 'K2Free', 'inactive', 'is deactivated'],
    ['enable_access_key', 'K2Off', 'active', 'is active'],
  ])('%s of %s changes that key alone', async (name, id, status, words) => {
    const at = await start();

    const answer = await invoke(at, name, { access_key_id: id });

    expect(answer).toMatchObject({ status: 'COMPLETE', response: { message: expect.stringContaining(words) } });
    expect(at.state()).toEqual(await peopleAfter((state) => state.putAccessKey({ id, status })));
  });

  it.each([
    ['disable_access_key', 'K2Off', 'was inactive already; nothing was sent'],
    ['enable_access_key', 'K2Free', 'was active already; nothing was sent'],
  ])('%s of %s, where it is so already, sends nothing', async (name, id, words) => {
    const at = await start();

    const { status, response } = await invoke(at, name, { access_key_id: id });

    expect([status, at.writes()]).toEqual(['COMPLETE', []]);
    expect(response['message']).toContain(words);
  });

  it.each([
    ['enable_access_key', 'K2Past', 'has expired'],
    ['disable_access_key', 'K2Gone', 'there is no access key K2Gone'],
  ])('%s of %s is refused, and nothing is sent', async (name, id, why) => {
    const at = await start();

    const { status, response } = await invoke(at, name, { access_key_id: id });

    expect([status, at.writes()]).toEqual(['FAILED', []]);
    expect(response['error']).toContain(why);
  });
});
