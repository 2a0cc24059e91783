import { describe, expect, it } from 'vitest';
import { carryOut, checkNotEmpty, operationOf } from '../../src/cli/one-shot-operations.ts';
import type { OneShotValues } from '../../src/config/one-shot-flags.ts';

const context = {
  env: {},
  signal: new AbortController().signal,
  print: () => undefined,
  write: () => undefined,
  endWith: () => undefined,
};

describe('an operation without a command', () => {
  it.each<[string, OneShotValues]>([
    ['--create-ticket', { createTicket: true, ticketTemplatePath: 'x' }],
    ['--diff-syncs', { diffSyncs: true, baseSyncId: 'a', appliedSyncId: 'b' }],
    ['--compact-syncs', { compactSyncs: true }],
  ])('%s is refused as something that this connector does not have', async (flag, asked) => {
    const operation = operationOf(asked);

    expect(operation).toBeDefined();
    await expect(
      carryOut(operation ?? { by: ['file'], run: '' }, { options: {}, asked, context }),
    ).rejects.toMatchObject({
      kind: 'unsupported',
      message: expect.stringContaining(`${flag} is not supported by this connector: `),
    });
  });

  it.each<[OneShotValues, string]>([
    [
      { grantEntitlement: 'x', grantPrincipal: 'y', revokeGrant: 'z' },
      '--grant-entitlement and --revoke-grant are two operations: give one of them',
    ],
    [{ deleteResource: 'x', eventFeed: true }, '--event-feed and --delete-resource are two operations'],
    [{ grantPrincipal: 'x' }, '--grant-principal needs --grant-entitlement'],
    [{ recipient: ['age1x'] }, '--recipient needs --invoke-action or --rotate-credentials'],
    [{ deleteResourceType: 'user' }, '--delete-resource-type needs --delete-resource'],
    [{ revokeGrant: 'x', invokeActionArgs: '{}' }, '--invoke-action-args needs --invoke-action'],
  ])('%j is refused: %s', (asked, message) => {
    expect(() => operationOf(asked)).toThrow(message);
  });

  it.each(['revokeGrant', 'createAccountLogin', 'deleteResource', 'invokeAction', 'rotateCredentials'] as const)(
    'is refused where %s is given without a value, as by a script whose variable is not set',
    (name) => {
      expect(() => checkNotEmpty({ file: '', [name]: '' })).toThrow(/^--[a-z-]+ is empty: give its value/);
      expect(() => checkNotEmpty({ file: '', [name]: 'x' })).not.toThrow();
    },
  );

  it('is none where a sync is asked for', () => {
    expect(operationOf({ file: 'x.c1z', syncResources: ['bid:r:user/x'], skipGrants: true })).toBeUndefined();
  });
});
