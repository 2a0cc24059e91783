import { anyIs } from '@bufbuild/protobuf/wkt';
import { status } from '@grpc/grpc-js';
import { afterEach, describe, expect, it } from 'vitest';
import { ResourceDoesNotExistSchema } from '../../src/gen/c1/connector/v2/annotation_resource_pb.ts';
import { ResourceDeleterService, ResourceManagerService } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { failureOf, grpcCall } from '../support/grpc-call.ts';
import { lostAfterEffect, lostBeforeEffect, noop, refusedWrites } from '../support/write-faults.ts';
import { expected } from '../support/provisioning-cases.ts';
import {
  deleteUser,
  type Provisioning,
  type ProvisioningOptions,
  startProvisioning,
} from '../support/provisioning-server.ts';

let running: Provisioning | undefined;

async function start(options?: ProvisioningOptions): Promise<Provisioning> {
  running = await startProvisioning(options);
  return running;
}

afterEach(async () => {
  await running?.[Symbol.asyncDispose]();
  running = undefined;
});

/** Deletes over gRPC; tells whether the answer says that there was nothing. */
async function remove({ address }: Provisioning, resource: string, resourceType = 'user'): Promise<boolean> {
  const { annotations } = await grpcCall(address, ResourceManagerService.method.deleteResource, {
    resourceId: { resourceType, resource },
  });
  return annotations.some((one) => anyIs(one, ResourceDoesNotExistSchema));
}

const bobGone = (state: Provisioning['emulator']['state']): unknown => state.deleteUser('U2Bob');
const unchanged = (): undefined => undefined;

describe('deleting a user', () => {
  it('deletes that user and nothing else, by the user id, and writes down what there was', async () => {
    const at = await start();

    expect(await remove(at, 'U2Bob')).toBe(false);

    expect(at.state()).toEqual(await expected(bobGone));
    expect(at.writes()).toEqual([{ endpoint: deleteUser, body: { userId: 'U2Bob' } }]);
    expect(at.intents[0]).not.toHaveProperty('after'); // the user is still there
    expect(at.intents).toMatchObject([
      {
        operation: 'delete',
        resource: 'user:U2Bob',
        before: { exists: true, status: 'enabled' },
        writes: 0,
        plan: [{ request: deleteUser, body: { userId: 'U2Bob' } }],
      },
    ]);
    expect(at.audit).toMatchObject([
      {
        operation: 'delete',
        resource: 'user:U2Bob',
        outcome: 'deleted',
        before: { exists: true, status: 'enabled' },
        after: { exists: false },
        writes: 1,
      },
    ]);
  });

  it('is answered by the newer call as well', async () => {
    const at = await start();

    const resourceId = { resourceType: 'user', resource: 'U2Bob' };
    await grpcCall(at.address, ResourceDeleterService.method.deleteResourceV2, { resourceId });

    expect(at.state()).toEqual(await expected(bobGone));
  });

  it('says of a user who is not there that there is none, and sends nothing', async () => {
    const at = await start();

    expect(await remove(at, 'U2Gone')).toBe(true);

    expect(at.writes()).toEqual([]);
    expect(at.audit).toMatchObject([{ outcome: 'already-deleted', before: { exists: false }, writes: 0 }]);
  });

  it('refuses a login id in the place of a user id', async () => {
    const at = await start();

    const error = await failureOf(remove(at, 'bob@acme.example'));

    expect(error.code).toBe(status.FAILED_PRECONDITION);
    expect(error.details).toContain('is a login id of user U2Bob, not a user id');
    expect(at.writes()).toEqual([]);
  });

  it.each([
    ['tenant', 'acme', status.FAILED_PRECONDITION, 'a tenant is never deleted'],
    ['role', 'Editor', status.FAILED_PRECONDITION, 'a role is never deleted'],
    ['permission', 'read', status.UNIMPLEMENTED, 'cannot be deleted'],
    ['user', '', status.INVALID_ARGUMENT, 'resource_id.resource'],
  ])('never deletes the %s "%s", and writes the refusal down', async (type, id, code, words) => {
    const at = await start();

    const error = await failureOf(remove(at, id, type));

    expect(error.code).toBe(code);
    expect(error.details).toContain(words);
    expect(at.emulator.stats.total).toBe(0);
    expect(at.audit).toMatchObject([{ operation: 'delete', resource: `${type}:${id}`, outcome: 'refused', writes: 0 }]);
  });

  it('refuses without --provisioning, before anything is asked', async () => {
    const at = await start({ isOff: true });

    expect((await failureOf(remove(at, 'U2Bob'))).details).toContain('provisioning is not enabled');

    expect(at.emulator.stats.total).toBe(0);
    expect(at.audit).toMatchObject([{ outcome: 'refused' }]);
  });

  it('plans and sends nothing in a dry run', async () => {
    const at = await start({ dryRun: true });

    await remove(at, 'U2Bob');

    expect(at.writes()).toEqual([]);
    expect(at.state()).toEqual(await expected(unchanged));
    expect(at.audit).toMatchObject([{ outcome: 'planned', plan: [{ request: deleteUser }], writes: 0 }]);
  });
});

describe('a deletion', () => {
  it.each(lostAfterEffect)(
    'that happened and is answered by %s is found done, and not sent again',
    async (_what, fault) => {
      const at = await start();
      const rule = at.fault(deleteUser, fault);

      expect(await remove(at, 'U2Bob')).toBe(false);

      expect(rule.fired).toBe(1);
      expect(at.writes()).toHaveLength(1);
      expect(at.state()).toEqual(await expected(bobGone));
      expect(at.audit).toMatchObject([{ outcome: 'deleted', after: { exists: false }, writes: 1 }]);
    },
  );

  it.each(lostBeforeEffect)('that did not happen and is answered by %s is sent again', async (_what, fault) => {
    const at = await start();
    at.fault(deleteUser, fault);

    expect(await remove(at, 'U2Bob')).toBe(false);

    expect(at.writes()).toHaveLength(2);
    expect(at.state()).toEqual(await expected(bobGone));
  });

  it.each([...lostBeforeEffect, ['a yes without an effect', noop] as const])(
    'that is answered by %s each time fails after three tries, and nothing has changed',
    async (_what, fault) => {
      const at = await start();
      at.fault(deleteUser, fault, Number.POSITIVE_INFINITY);

      await failureOf(remove(at, 'U2Bob'));

      expect(at.writes()).toHaveLength(3);
      expect(at.state()).toEqual(await expected(unchanged));
      expect(at.audit).toMatchObject([{ outcome: 'failed', after: { exists: true }, writes: 3 }]);
    },
  );

  it.each(refusedWrites)('that is answered by %i is an error, sent once', async (answered) => {
    const at = await start();
    at.fault(deleteUser, { kind: 'status', status: answered }, Number.POSITIVE_INFINITY);

    await failureOf(remove(at, 'U2Bob'));

    expect(at.writes()).toHaveLength(1);
    expect(at.state()).toEqual(await expected(unchanged));
    expect(at.audit).toMatchObject([{ outcome: 'failed', writes: 1 }]);
  });
});
