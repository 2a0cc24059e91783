import type { JsonObject } from '@bufbuild/protobuf';
import { armor } from 'age-encryption';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import {
  AccountManagerService,
  CredentialManagerService,
  ResourceManagerService,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { createFrom } from '../support/accounts.ts';
import { invoke, people, peopleAfter } from '../support/actions.ts';
import { startGate } from '../support/gate.ts';
import { grpcCall } from '../support/grpc-call.ts';
import { ageReader } from '../support/private-keys.ts';
import {
  clock,
  createUser,
  deleteUser,
  type Provisioning,
  snapshot,
  startProvisioning,
} from '../support/provisioning-server.ts';

// Two servers of one project, neither of which sends its first write before both have looked.

let emulator: Emulator;
beforeEach(async () => {
  emulator = await startEmulator({ project: people(), now: clock, switches: { existingLoginId: 'returned' } });
});
afterEach(() => emulator.close());

const state = (): unknown => snapshot(emulator.state);
const sendsOf = (endpoint: string): number => emulator.stats.recent.filter((one) => one.endpoint === endpoint).length;

/** Asks two servers for the same at once. */
async function both<T>(endpoint: string, ask: (at: Provisioning) => Promise<T>): Promise<readonly [T, T]> {
  await using gate = await startGate(emulator.baseUrl, endpoint.replace(/^\w+ /, ''), 2);
  const options = { at: emulator, include: ['access_key'], client: { baseUrl: gate.baseUrl } };
  await using one = await startProvisioning(options);
  await using other = await startProvisioning(options);
  return await Promise.all([ask(one), ask(other)]);
}

/** The project after a change, with Dora in it. */
const others = async (): Promise<void> => {
  emulator.state.deleteUser(emulator.state.user('dora@acme.example')?.userId ?? '');
  expect(state()).toEqual(await peopleAfter(() => undefined));
};

describe('two servers that are asked for the same at once', () => {
  it.each([
    ['create', {}, 'success', 0],
    ['invite', { send_invite: 'true' }, 'actionRequired', 1],
  ] as const)('%s one user, and one of them finds the user there', async (_what, more, result, messages) => {
    const profile: JsonObject = { login_id: 'dora@acme.example', email: 'dora@acme.example', ...more };

    const answers = await both(createUser, (at) => createFrom(at, profile));

    const id = emulator.state.user('dora@acme.example')?.userId;
    expect(new Set(answers.map((answer) => answer.result))).toEqual(new Set([result, 'alreadyExists']));
    expect(answers.map((answer) => answer.id)).toEqual([id, id]);
    expect(emulator.state.invitations()).toHaveLength(messages);
    await others();
  });

  it('create one user with the password of the one that made the user, and tell nobody another', async () => {
    const reader = await ageReader();

    const answers = await both(createUser, (at) =>
      grpcCall(at.address, AccountManagerService.method.createAccount, {
        accountInfo: { profile: { login_id: 'dora@acme.example' } },
        credentialOptions: { options: { case: 'randomPassword', value: { length: 20n } } },
        encryptionConfigs: [reader.config],
      }),
    );

    const sealed = answers.flatMap(({ encryptedData }) => encryptedData);
    const { userId = '' } = emulator.state.user('dora@acme.example') ?? {};
    expect(await Promise.all(sealed.map((one) => reader.open(one)))).toEqual([emulator.state.password(userId)?.value]);
    await others();
  });

  it('rotate a key once each, and the secret of one of them works', async () => {
    const reader = await ageReader();
    const rotate = 'POST /v1/mgmt/accesskey/rotate';

    const answers = await both(rotate, (at) =>
      grpcCall(at.address, CredentialManagerService.method.rotateCredential, {
        resourceId: { resourceType: 'access_key', resource: 'K2Free' },
        encryptionConfigs: [reader.config],
      }),
    );

    const secrets = await Promise.all(
      answers.flatMap(({ encryptedData }) => encryptedData).map((one) => reader.open(one)),
    );
    const kept = emulator.state.accessKeys().find(({ id }) => id === 'K2Free')?.cleartext;
    expect([secrets.length, new Set(secrets).size, sendsOf(rotate)]).toEqual([2, 2, 2]);
    expect(secrets).toContain(kept);
  });

  it('rotate a key by an action once each, and the secret of one of them works', async () => {
    const { recipient, openFile } = await ageReader();
    const rotate = 'POST /v1/mgmt/accesskey/rotate';
    const args = { access_key_id: 'K2Free', recipients: [recipient] };

    const answers = await both(rotate, (at) => invoke(at, 'rotate', args, 'access_key'));

    expect(answers.map(({ status }) => status)).toEqual(['COMPLETE', 'COMPLETE']);
    const files = answers.flatMap(({ response }) => response['encrypted'] as readonly string[]);
    const secrets = await Promise.all(files.map((file) => openFile(armor.decode(file))));
    expect(secrets).toContain(emulator.state.accessKeys().find(({ id }) => id === 'K2Free')?.cleartext);
    expect(sendsOf(rotate)).toBe(2);
  });

  it('delete a user, and both say that the user is gone', async () => {
    const ask = (at: Provisioning): Promise<unknown> =>
      grpcCall(at.address, ResourceManagerService.method.deleteResource, {
        resourceId: { resourceType: 'user', resource: 'U2Cleo' },
      });

    await both(deleteUser, ask);

    expect(state()).toEqual(await peopleAfter((project) => project.deleteUser('U2Cleo')));
  });

  it.each([
    [
      'disable_user',
      { user_id: 'U2Bob' },
      'POST /v1/mgmt/user/update/status',
      (project: Emulator['state']) => project.updateUser('U2Bob', { status: 'disabled' }),
    ],
    [
      'update_user',
      { user_id: 'U2Bob', user_profile: { display_name: 'Robert' } },
      'PATCH /v1/mgmt/user/patch',
      (project: Emulator['state']) => project.updateUser('U2Bob', { name: 'Robert' }),
    ],
    [
      'transfer_tenant_role',
      { from_user_id: 'U2Bob', to_user_id: 'U2Ada', entitlement_id: 'role_binding:acme/Editor:assigned' },
      'POST /v1/mgmt/user/update/role/add',
      (project: Emulator['state']) => {
        project.grantRole('U2Ada', 'Editor', 'acme');
        project.revokeRole('U2Bob', 'Editor', 'acme');
      },
    ],
  ] as const)('run %s, and leave what one of them alone would have left', async (name, args, endpoint, change) => {
    const answers = await both(endpoint, (at) => invoke(at, name, args));

    expect(answers.map(({ status }) => status)).toEqual(['COMPLETE', 'COMPLETE']);
    expect(state()).toEqual(await peopleAfter(change));
  });

  it('send one message each where both are asked to invite again, as two who ask one after the other', async () => {
    const answers = await both(createUser, (at) => invoke(at, 'resend_invite', { user_id: 'U2Eve' }));

    expect(answers.map(({ status }) => status)).toEqual(['COMPLETE', 'COMPLETE']);
    expect(emulator.state.invitations()).toHaveLength(2);
    expect(state()).toEqual(await peopleAfter(() => undefined));
  });
});
