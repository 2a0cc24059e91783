import { create } from '@bufbuild/protobuf';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import {
  AccountManagerService,
  type CreateAccountResponse,
  CredentialOptionsSchema,
  EncryptionConfigSchema,
} from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import {
  company,
  createUser,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
} from '../support/provisioning-server.ts';
import { lostAfterEffect, lostBeforeEffect } from '../support/write-faults.ts';
import { generateIdentity, identityToRecipient, Decrypter } from 'age-encryption';

let running: Provisioning | undefined;

async function start(options?: ProvisioningOptions): Promise<Provisioning> {
  running = await startProvisioning(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const setTemporary = 'POST /v1/mgmt/user/password/set/temporary';
const setActive = 'POST /v1/mgmt/user/password/set/active';
const identity = await generateIdentity();
const recipient = await identityToRecipient(identity);
const sealedFor = [create(EncryptionConfigSchema, { config: { case: 'ageRecipientConfig', value: { recipient } } })];
const random = (forceChangeAtNextLogin: boolean, length = 24n) =>
  create(CredentialOptionsSchema, { forceChangeAtNextLogin, options: { case: 'randomPassword', value: { length } } });

async function withPassword(
  { address }: Provisioning,
  { options = random(true), profile = {}, configs = sealedFor } = {},
): Promise<CreateAccountResponse> {
  return await grpcCall(address, AccountManagerService.method.createAccount, {
    accountInfo: { profile: { login_id: 'dora@acme.example', email: 'dora@acme.example', ...profile } },
    credentialOptions: options,
    encryptionConfigs: configs,
  });
}

async function opened({ encryptedData: [data] }: CreateAccountResponse): Promise<string> {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return await decrypter.decrypt(data?.encryptedBytes ?? new Uint8Array(), 'text');
}

/** What the project was sent as a password, last. */
const sentPassword = ({ emulator }: Provisioning): unknown =>
  emulator.stats.recent
    .filter(({ path }) => path.includes('/password/set/'))
    .map(({ body }) => (body as { password?: unknown }).password)
    .at(-1);

describe('a first password', () => {
  it.each([
    [true, setTemporary],
    [false, setActive],
  ])('is made, set and returned sealed (to be changed: %s)', async (isForced, endpoint) => {
    const at = await start();

    const answer = await withPassword(at, { options: random(isForced) });

    expect(answer.result.case).toBe('success');
    expect(answer.encryptedData).toMatchObject([{ provider: 'baton/age/v1', name: 'password' }]);
    expect(await opened(answer)).toBe(sentPassword(at));
    expect(await opened(answer)).toHaveLength(24);
    expect(at.writes().map((write) => write.endpoint)).toEqual([createUser, endpoint]);
  });

  it('is in no line of the audit log', async () => {
    const at = await start();

    await withPassword(at);

    const password = sentPassword(at);
    expect(typeof password).toBe('string');
    expect(JSON.stringify([...at.audit, ...at.intents])).not.toContain(password);
    expect(at.audit).toMatchObject([{ outcome: 'created', writes: 2 }]);
  });

  it.each(['nobody', 'an unknown provider'])('for %s is refused before anything is sent', async (who) => {
    const at = await start();
    const configs = who === 'nobody' ? [] : [create(EncryptionConfigSchema, { provider: 'baton/other/v9' })];

    expect((await failureOf(withPassword(at, { configs }))).code).toBe(status.INVALID_ARGUMENT);

    expect(at.emulator.stats.total).toBe(0);
  });

  it.each([
    ['too short', { options: random(true, 4n) }],
    ['with an invitation', { profile: { send_invite: 'true' } }],
  ])('%s is refused', async (_what, asked) => {
    const at = await start();

    expect((await failureOf(withPassword(at, asked))).code).toBe(status.INVALID_ARGUMENT);

    expect(at.writes()).toEqual([]);
  });

  it('is not set for somebody who is there already, and nothing is returned', async () => {
    const at = await start();

    const answer = await withPassword(at, { profile: { login_id: 'bob@acme.example', email: '' } });

    expect(answer.result.case).toBe('alreadyExists');
    expect(answer.encryptedData).toEqual([]);
    expect(at.writes()).toEqual([]);
  });

  it.each([...lostAfterEffect, ...lostBeforeEffect])(
    'whose answer is %s is set again, the same',
    async (_what, fault) => {
      const at = await start({ emulator: { project: company() } });
      at.fault(setTemporary, fault);

      const answer = await withPassword(at);

      expect(answer.result.case).toBe('success');
      expect(await opened(answer)).toBe(sentPassword(at));
      expect(at.writes().filter(({ endpoint }) => endpoint === createUser)).toHaveLength(1);
    },
  );

  it('that cannot be set leaves the user, and the error says so', async () => {
    const at = await start();
    at.fault(setTemporary, { kind: 'status', status: 400 }, Number.POSITIVE_INFINITY);

    const error = await failureOf(withPassword(at));

    expect(error.details).toContain('was created and stays, but the password is not known to be set');
    expect(at.emulator.state.user('dora@acme.example')).toBeDefined();
    expect(at.audit).toMatchObject([{ outcome: 'failed', writes: 2 }]);
  });

  it('is not set for a user who was found after a lost answer, and that is told', async () => {
    const at = await start();
    at.fault(createUser, { kind: 'status', status: 503, applied: true });

    const answer = await withPassword(at);

    expect(answer.result).toMatchObject({
      case: 'actionRequired',
      value: { message: expect.stringContaining('no password was set') as string },
    });
    expect(answer.encryptedData).toEqual([]);
    expect(sentPassword(at)).toBeUndefined();
  });
});
