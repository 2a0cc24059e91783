import { armor } from 'age-encryption';
import { status } from '@grpc/grpc-js';
import type { JsonObject } from '@bufbuild/protobuf';
import { afterEach, describe, expect, it } from 'vitest';
import { type ActionAnswer, invoke, people } from '../support/actions.ts';
import { failureOf } from '../support/grpc-call.ts';
import { ageReader, jwkReader, type KeyKind } from '../support/private-keys.ts';
import { type Provisioning, snapshot, startProvisioning } from '../support/provisioning-server.ts';
import { lostAfterEffect, noop, refusedWrites } from '../support/write-faults.ts';

let running: Provisioning | undefined;

async function start(): Promise<Provisioning> {
  running = await startProvisioning({ include: ['access_key'], emulator: { project: people() } });
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

const endpoint = 'POST /v1/mgmt/accesskey/rotate';
const keyOf = ({ emulator }: Provisioning, id: string) => emulator.state.accessKeys().find((key) => key.id === id);
const rotate = async (at: Provisioning, args: JsonObject): Promise<ActionAnswer> =>
  await invoke(at, 'rotate', args, 'access_key');

describe('access_key.rotate', () => {
  it('gives that key alone a new secret, which the answer has for the recipients and for nobody else', async () => {
    const at = await start();
    const others = (): unknown => [
      at.emulator.state.accessKeys().filter(({ id }) => id !== 'K2Free'),
      [...at.emulator.state.users()],
    ];
    const before = structuredClone(others());
    const [one, other] = [await ageReader(), await ageReader(true)];

    const { status: ended, response } = await rotate(at, {
      access_key_id: 'K2Free',
      recipients: [one.recipient, other.recipient],
    });

    const secret = keyOf(at, 'K2Free')?.cleartext ?? '';
    expect([ended, secret === '']).toEqual(['COMPLETE', false]);
    const [file = '', otherFile = ''] = response['encrypted'] as readonly string[];
    expect(await one.openFile(armor.decode(file))).toBe(secret);
    expect(await other.openFile(armor.decode(otherFile))).toBe(secret);
    expect(response['encrypted']).toHaveLength(2);
    expect(JSON.stringify([response, at.audit])).not.toContain(secret);
    expect(others()).toEqual(before);
    expect(at.writes()).toEqual([{ endpoint, body: { id: 'K2Free' } }]);
    expect(at.audit.at(-1)).toMatchObject({ operation: 'rotate', resource: 'access_key:K2Free', outcome: 'rotated' });
  });

  it.each<KeyKind>(['Ed25519', 'P-256', 'P-384', 'P-521', 'RSA'])(
    'encrypts for a JSON Web Key, beside an age recipient: %s',
    async (kind) => {
      const at = await start();
      const [jwk, age] = [jwkReader(kind), await ageReader()];

      const { response } = await rotate(at, { access_key_id: 'K2Free', recipients: [jwk.recipient, age.recipient] });

      const secret = keyOf(at, 'K2Free')?.cleartext ?? '';
      const [text = '', file = ''] = response['encrypted'] as readonly string[];
      expect(await jwk.open({ encryptedBytes: Buffer.from(text, 'ascii') })).toBe(secret);
      expect(await age.openFile(armor.decode(file))).toBe(secret);
      expect(secret).not.toBe('');
    },
  );

  it.each([
    ['no recipients', undefined],
    ['an empty list of them', []],
    ['a recipient that is mistyped', ['age1x']],
    ['a JSON Web Key that is none', ['{"kty":"OKP","crv":"Ed25519"}']],
    ['a text that only begins as one', ['{']],
  ])('with %s is refused before anything is sent', async (_what, recipients) => {
    const at = await start();
    const args = { access_key_id: 'K2Free', ...(recipients && { recipients }) };

    const failure = await failureOf(rotate(at, args));

    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(failure.details).toMatch(/recipients/);
    expect(at.emulator.stats.total).toBe(0);
    expect(at.audit).toMatchObject([{ operation: 'rotate', resource: 'access_key:K2Free', outcome: 'refused' }]);
  });

  it.each(['K2Off', 'K2Past', 'K2Nobody'])('of a key that is not active or not there has failed: %s', async (id) => {
    const at = await start();
    const before = structuredClone(snapshot(at.emulator.state));
    const { recipient } = await ageReader();

    const { status: ended } = await rotate(at, { access_key_id: id, recipients: [recipient] });

    expect([ended, at.writes()]).toEqual(['FAILED', []]);
    expect(snapshot(at.emulator.state)).toEqual(before);
  });

  it.each([
    ...lostAfterEffect,
    ['a yes without a secret', noop] as const,
    ...refusedWrites.map((code) => [`a ${code}`, { kind: 'status', status: code }] as const),
  ])('whose write is answered by %s is sent once, and is never told as done', async (_what, fault) => {
    const at = await start();
    at.fault(endpoint, fault);
    const { recipient } = await ageReader();

    const { status: ended, response } = await rotate(at, { access_key_id: 'K2Free', recipients: [recipient] });

    expect([ended, at.writes().length]).toEqual(['FAILED', 1]);
    expect(response).not.toHaveProperty('encrypted');
    expect(at.audit.at(-1)).toMatchObject({ outcome: 'failed' });
  });
});

describe('set_temporary_password', () => {
  const set = 'POST /v1/mgmt/user/password/set/temporary';

  it('sets a password of that user alone, which the answer has for the recipients and for nobody else', async () => {
    const at = await start();
    const { recipient, openFile } = await ageReader();
    const others = (): unknown => [...at.emulator.state.users()].filter(({ userId }) => userId !== 'U2Bob');
    const before = structuredClone(others());

    const { status: ended, response } = await invoke(at, 'set_temporary_password', {
      user_id: 'U2Bob',
      recipients: [recipient],
    });

    const [file = ''] = response['encrypted'] as readonly string[];
    const password = await openFile(armor.decode(file));
    expect(ended).toBe('COMPLETE');
    expect(at.emulator.state.password('U2Bob')).toEqual({ value: password, mustChange: true });
    expect(JSON.stringify([response, at.audit])).not.toContain(password);
    expect(others()).toEqual(before);
    expect(at.audit.at(-1)).toMatchObject({ operation: 'rotate', resource: 'user:U2Bob', outcome: 'rotated' });
  });

  it('without recipients is refused before anything is sent', async () => {
    const at = await start();

    const failure = await failureOf(invoke(at, 'set_temporary_password', { user_id: 'U2Bob' }));

    expect(failure.code).toBe(status.INVALID_ARGUMENT);
    expect(at.emulator.stats.total).toBe(0);
  });

  it('of nobody has failed, and sends nothing', async () => {
    const at = await start();
    const { recipient } = await ageReader();

    const { status: ended } = await invoke(at, 'set_temporary_password', { user_id: 'U2No', recipients: [recipient] });

    expect([ended, at.writes()]).toEqual(['FAILED', []]);
  });

  it('that is answered by 400 is told as failed, without a password', async () => {
    const at = await start();
    at.fault(set, { kind: 'status', status: 400 });
    const { recipient } = await ageReader();

    const { status: ended, response } = await invoke(at, 'set_temporary_password', {
      user_id: 'U2Bob',
      recipients: [recipient],
    });

    expect([ended, at.writes().length]).toEqual(['FAILED', 1]);
    expect(response).not.toHaveProperty('encrypted');
  });
});
