import { describe, expect, it } from 'vitest';
import { accessKeyList, decodeAccessKey } from '../../src/descope/access-keys.ts';
import { decodeWholeList } from '../../src/descope/whole-list.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { clientOf } from '../support/embedded.ts';

describe('an access key', () => {
  it('is read with what it holds, and without its claims or anything that could be a secret', () => {
    const key = decodeAccessKey({
      id: 'K1',
      name: 'CI',
      roleNames: ['Viewer'],
      keyTenants: [{ tenantId: 'acme', tenantName: 'Acme', roleNames: ['Editor'] }],
      status: 'active',
      createdTime: '1700000000',
      expireTime: '1800000000',
      customClaims: { token: 'canary-claim' },
      cleartext: 'canary-secret',
      permittedIps: ['192.0.2.1'],
    });

    expect(key).toMatchObject({
      roleNames: ['Viewer'],
      keyTenants: [{ tenantId: 'acme', roleNames: ['Editor'] }],
      createdTime: 1_700_000_000,
      expireTime: 1_800_000_000,
      hasCustomClaims: true,
      boundUserId: '',
    });
    expect(JSON.stringify(key)).not.toContain('canary');
  });

  it.each([0, '0', null, undefined])('with the expiry %j never expires', (expireTime) => {
    expect(decodeAccessKey({ id: 'K1', expireTime }).expireTime).toBeUndefined();
  });

  it.each([
    [true, true],
    [false, false],
    [null, undefined],
    [undefined, undefined],
  ])('that says %j of being editable is taken to be so, and by nothing for not editable', (editable, expected) => {
    expect(decodeAccessKey({ id: 'K1', editable }).isEditable).toBe(expected);
  });

  it('without an id, or listed twice, is a fault of the answer and never left out', () => {
    expect(() => decodeWholeList(accessKeyList, { keys: [{ name: 'CI' }] })).toThrow(
      expect.objectContaining({ kind: 'upstream-contract' }),
    );
    expect(() => decodeWholeList(accessKeyList, { keys: [{ id: 'K1' }, { id: 'K1' }] })).toThrow(/listed twice/);
    expect(() => decodeWholeList(accessKeyList, {})).toThrow(expect.objectContaining({ kind: 'upstream-contract' }));
  });

  it('is asked for with everybody else of its kind in one request', async () => {
    const emulator = await startEmulator();
    const requests: string[] = [];

    const keys = await clientOf(emulator).readList(accessKeyList, { onRequest: (endpoint) => requests.push(endpoint) });

    expect(keys.map(({ id }) => id)).toEqual(emulator.state.accessKeys().map(({ id }) => id));
    expect(requests).toEqual(['POST /v1/mgmt/accesskey/search']);
    await emulator.close();
  });
});
