import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { armor } from 'age-encryption';
import { create, createRegistry, fromJson, type JsonObject } from '@bufbuild/protobuf';
import { anyUnpack } from '@bufbuild/protobuf/wkt';
import { describe, expect, it } from 'vitest';
import {
  BatonActionStatus,
  type GetActionStatusResponse,
  GetActionStatusResponseSchema,
  type InvokeActionResponse,
  InvokeActionResponseSchema,
} from '../../src/gen/c1/connector/v2/action_pb.ts';
import { AccountInfoSchema, ResourceSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { historyOutput } from '../../src/cli/history-output.ts';
import { openHistory } from '../../src/history/open-history.ts';
import { annotationRegistry } from '../../src/model/annotations.ts';
import { readLastC1z } from '../../src/output/last-c1z.ts';
import { temporaryFolder } from '../support/cli.ts';
import { taskId } from '../support/platform.ts';
import { ageReader, jwkReader } from '../support/private-keys.ts';
import { company, entitlement, snapshot, userPrincipal } from '../support/provisioning-server.ts';
import { endOf, fullSync, type ServiceBench, startService } from '../support/service.ts';
import { eventually } from '../support/eventually.ts';

async function countsOf({ platform }: ServiceBench, place = 0): Promise<unknown> {
  await using folder = await temporaryFolder();
  const path = join(folder.path, 'uploaded.c1z');
  await writeFile(path, platform.uploads[place]?.bytes ?? '');
  const last = await readLastC1z(path);
  return last === 'untold' ? last : last?.counts;
}

const project = { project: company() };

describe('a sync', () => {
  it('of everything is uploaded with its checksum, and finished without an answer', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give(fullSync('full'));

    expect(await endOf(bench, id)).toEqual({ code: 'OK', response: undefined });
    expect(bench.platform.uploads).toMatchObject([{ taskId: id, hostId: 'host-1', isWhole: true }]);
    expect(await countsOf(bench)).toMatchObject({ resources: { user: 3, tenant: 2, role: 5, permission: 2 } });
  });

  it('of the types that a task names has no others, and may have types that the settings leave out', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give(fullSync('types', { syncResourceTypeIds: ['tenant', 'user'] }));

    expect(await endOf(bench, id)).toMatchObject({ code: 'OK' });
    expect(await countsOf(bench)).toEqual({
      resources: { tenant: 2, user: 3 },
      grants: { tenant: expect.any(Number) },
    });
  });

  it('of everything goes into the store as well, and one of a part does not', async () => {
    await using folder = await temporaryFolder();
    const store = await historyOutput({ history: join(folder.path, 'access.db'), historyKeep: undefined });
    await using bench = await startService({ emulator: project, beside: store?.beside });
    await endOf(bench, bench.platform.give(fullSync('types', { syncResourceTypeIds: ['tenant', 'user'] })));
    await endOf(bench, bench.platform.give(fullSync('full')));

    expect(bench.platform.uploads).toHaveLength(2);
    await using history = await openHistory(join(folder.path, 'access.db'));
    expect((await history.syncs()).map(({ sizes }) => sizes['thing_row'])).toEqual([expect.any(Number)]);
    expect((await history.source(await history.choose({}))).summary.counts).toMatchObject(
      (await countsOf(bench, 1)) as Readonly<Record<string, unknown>>,
    );
  });

  it('of a type that there is not fails for good, and names those that there are', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give(fullSync('wrong', { syncResourceTypeIds: ['spaceship'] }));

    expect(await endOf(bench, id)).toMatchObject({
      nonRetryable: true,
      message: expect.stringMatching(/no resource type "spaceship"; the types are user, tenant/) as string,
    });
    expect(bench.platform.uploads).toEqual([]);
  });

  it('without grants, or without entitlements too, has none', async () => {
    await using bench = await startService({ emulator: project });
    await endOf(bench, bench.platform.give(fullSync('a', { skipGrants: true })));
    await endOf(bench, bench.platform.give(fullSync('b', { skipEntitlementsAndGrants: true })));

    expect(await countsOf(bench, 0)).toMatchObject({ resources: { user: 3 }, grants: {} });
    expect(bench.platform.uploads).toHaveLength(2);
  });

  it('of single resources brings them and who holds them', async () => {
    await using bench = await startService({ emulator: project });
    const targets = [
      { id: { resourceType: 'tenant', resource: 'acme' } },
      { id: { resourceType: 'tenant', resource: 'x' } },
    ];
    const targetedSyncResources = targets.map((target) => fromJson(ResourceSchema, target as JsonObject));
    const id = bench.platform.give(fullSync('target', { targetedSyncResources }));

    expect(await endOf(bench, id)).toMatchObject({ code: 'OK' });
    expect(bench.platform.uploads).toMatchObject([{ isWhole: true }]);
    expect(bench.log()).toContain('resources that a task names are not in the project');
  });

  it('in an engine that we do not have is refused with the one that we have', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give(fullSync('pebble', { storageEngine: 'pebble' }));

    expect(await endOf(bench, id)).toMatchObject({
      code: 'UNIMPLEMENTED',
      nonRetryable: true,
      message: expect.stringContaining('SQLite ("sqlite") only') as string,
    });
  });

  it('that lost too much since the last upload is held back, and nothing is uploaded', async () => {
    await using bench = await startService({ emulator: { users: 100 } });
    await endOf(bench, bench.platform.give(fullSync('first')));
    [...bench.emulator.state.users()].slice(0, 80).forEach(({ userId }) => bench.emulator.state.deleteUser(userId));
    const id = bench.platform.give(fullSync('second'));

    expect(await endOf(bench, id)).toMatchObject({
      code: 'FAILED_PRECONDITION',
      nonRetryable: true,
      message: expect.stringMatching(
        /^held back, nothing was uploaded: users went from 100 to 20.*--accept-shrink$/,
      ) as string,
    });
    expect(bench.platform.uploads).toHaveLength(1);
  });

  it('is remembered beyond the process, where a folder is named', async () => {
    await using folder = await temporaryFolder();
    const last = { folder: folder.path };
    await using first = await startService({ emulator: { users: 100 }, last });
    await endOf(first, first.platform.give(fullSync('first')));
    await first.stop();
    await using second = await startService({ at: first.platform, emulator: { users: 20 }, last });

    expect(await endOf(second, second.platform.give(fullSync('second')))).toMatchObject({
      message: expect.stringContaining('users went from 100 to 20') as string,
    });
    await second.stop();
    await using third = await startService({
      at: first.platform,
      emulator: { users: 20 },
      last: { ...last, isAccepted: true },
    });

    expect(await endOf(third, third.platform.give(fullSync('third')))).toMatchObject({ code: 'OK' });
  });

  it('is followed by its log where the task asks for it', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give({ ...fullSync('debug'), debug: true });

    expect(await endOf(bench, id)).toMatchObject({ code: 'OK' });
    const [sync, log] = bench.platform.uploads;
    expect(sync?.bytes.subarray(0, 4).toString()).toBe('C1ZF');
    const lines = (log?.bytes.toString() ?? '')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines.length).toBeGreaterThan(3);
    expect(log?.bytes.toString()).toContain('"level":"debug"');
    expect(log?.bytes.toString()).not.toContain(bench.emulator.managementKey);
  });
});

describe('a change', () => {
  it('grants to the named user and to nobody else, and answers as the connector does', async () => {
    await using bench = await startService({ emulator: project });
    const others = (): unknown => Object.assign({}, snapshot(bench.emulator.state), { users: usersBut('U2Ada') });
    const usersBut = (userId: string): readonly unknown[] =>
      [...bench.emulator.state.users()].filter((user) => user.userId !== userId);
    const before = structuredClone(others());
    const id = bench.platform.give({
      id: taskId('grant'),
      taskType: {
        case: 'grant',
        value: { entitlement: entitlement('role_binding', 'acme/Editor'), principal: userPrincipal('U2Ada') },
      },
    });

    expect(await endOf(bench, id)).toEqual({
      code: 'OK',
      response: 'c1.connector.v2.GrantManagerServiceGrantResponse',
    });
    expect(others()).toEqual(before);
    expect([...bench.emulator.state.users()].find(({ userId }) => userId === 'U2Ada')).toMatchObject({
      tenants: [{ tenantId: 'acme', roleNames: ['Editor'] }],
    });
  });

  it('revokes, and says beside its answer what the answer says', async () => {
    await using bench = await startService({ emulator: project });
    const held = {
      id: 'role_binding:acme/Editor:assigned:user:U2Bob',
      entitlement: entitlement('role_binding', 'acme/Editor'),
      principal: userPrincipal('U2Bob'),
    };
    const give = (name: string): string =>
      bench.platform.give({ id: taskId(name), taskType: { case: 'revoke', value: { grant: held } } });

    expect(await endOf(bench, give('revoke'))).toMatchObject({ code: 'OK' });
    const again = await bench.platform.finished(give('again'));
    const annotations = again.finalState.value?.annotations ?? [];
    expect(annotations.map((one) => anyUnpack(one, annotationRegistry)?.$typeName)).toContain(
      'c1.connector.v2.GrantAlreadyRevoked',
    );
  });

  it('that is refused fails for good, in the words of the command line', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give({
      id: taskId('refused'),
      taskType: {
        case: 'grant',
        value: { entitlement: entitlement('permission', 'read'), principal: userPrincipal('U2Ada') },
      },
    });

    const end = await endOf(bench, id);
    expect(end).toMatchObject({ nonRetryable: true });
    expect(end).not.toMatchObject({ message: expect.stringContaining('baton-descope:') as string });
  });

  it('without what it needs is invalid', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give({ id: taskId('empty'), taskType: { case: 'grant', value: {} } });

    expect(await endOf(bench, id)).toMatchObject({ code: 'INVALID_ARGUMENT', nonRetryable: true });
  });
});

describe('other kinds', () => {
  it('createAccount creates the user, and tells of one who is there', async () => {
    await using bench = await startService({ emulator: project });
    const accountInfo = create(AccountInfoSchema, { login: 'new@acme.example', profile: { display_name: 'New' } });
    const give = (name: string): string =>
      bench.platform.give({ id: taskId(name), taskType: { case: 'createAccount', value: { accountInfo } } });

    const ends = [await endOf(bench, give('create')), await endOf(bench, give('again'))];

    const response = 'c1.connector.v2.CreateAccountResponse';
    expect(ends).toMatchObject([
      { code: 'OK', response },
      { code: 'OK', response },
    ]);
    expect(bench.emulator.state.user('new@acme.example')).toMatchObject({ name: 'New', status: 'enabled' });
    expect(bench.emulator.stats.count('POST /v1/mgmt/user/create')).toBe(1);
  });

  it('deleteResource deletes the user', async () => {
    await using bench = await startService({ emulator: project });
    const value = { resourceId: { resourceType: 'user', resource: 'U2Ada' } };
    const id = bench.platform.give({ id: taskId('delete'), taskType: { case: 'deleteResource', value } });

    expect(await endOf(bench, id)).toMatchObject({ code: 'OK', response: 'c1.connector.v2.DeleteResourceResponse' });
    expect(bench.emulator.state.user('U2Ada')).toBeUndefined();
  });

  it.each(['rotateCredentials', 'issueCredential'] as const)(
    '%s gives a new secret to the recipients of the task alone',
    async (name) => {
      const accessKeys = [{ id: 'K2Build', name: 'Build' }];
      await using bench = await startService({ emulator: { project: { ...company(), accessKeys } } });
      const reader = jwkReader('Ed25519');
      const value =
        name === 'rotateCredentials'
          ? { resourceId: { resourceType: 'access_key', resource: 'K2Build' }, encryptionConfigs: [reader.config] }
          : {
              identityId: { resourceType: 'user', resource: 'U2Ada' },
              credentialOptions: { options: { case: 'apiKey', value: {} } },
              encryptionConfigs: [reader.config],
            };
      const id = bench.platform.give({ id: taskId(name), taskType: { case: name, value: value as object } });

      const response = name === 'rotateCredentials' ? 'RotateCredentialResponse' : 'IssueCredentialResponse';
      expect(await endOf(bench, id)).toEqual({ code: 'OK', response: `c1.connector.v2.${response}` });
      const made = bench.emulator.state.accessKeys().filter(({ cleartext }) => cleartext !== '');
      expect(made).toHaveLength(1);
    },
  );

  it('rotateCredentials sets a password of the user that the task names, and of nobody else', async () => {
    await using bench = await startService({ emulator: project });
    const resourceId = { resourceType: 'user', resource: 'U2Ada' };
    const value = { resourceId, encryptionConfigs: [jwkReader('Ed25519').config] };
    const id = bench.platform.give({
      id: taskId('password'),
      taskType: { case: 'rotateCredentials', value: value as object },
    });

    expect(await endOf(bench, id)).toEqual({ code: 'OK', response: 'c1.connector.v2.RotateCredentialResponse' });
    const { state } = bench.emulator;
    const changed = [...state.users()].filter(({ userId }) => state.password(userId) !== undefined);
    expect(changed.map(({ userId }) => userId)).toEqual(['U2Ada']);
    expect(state.password('U2Ada')).toMatchObject({ mustChange: true });
  });

  it.each(['createResource'] as const)(
    '%s is asked of the connector, which says that it does not do it',
    async (name) => {
      await using bench = await startService({ emulator: project });
      const resourceId = { resourceType: 'user', resource: 'U2Ada' };
      const id = bench.platform.give({ id: taskId(name), taskType: { case: name, value: { resourceId } as object } });

      expect(await endOf(bench, id)).toMatchObject({ nonRetryable: true });
      await eventually(() => expect(bench.results).toMatchObject([[name, expect.any(String)]]));
    },
  );

  it('actionInvoke does the action to that user alone, and answers as the connector does', async () => {
    await using bench = await startService({ emulator: project });
    const before = [...bench.emulator.state.users()].filter(({ userId }) => userId !== 'U2Bob');
    const value = { name: 'disable_user', args: { user_id: 'U2Bob' } };
    const id = bench.platform.give({ id: taskId('disable'), taskType: { case: 'actionInvoke', value } });

    expect(await endOf(bench, id)).toEqual({ code: 'OK', response: 'c1.connector.v2.InvokeActionResponse' });
    expect(bench.emulator.state.user('U2Bob')).toMatchObject({ status: 'disabled' });
    expect([...bench.emulator.state.users()].filter(({ userId }) => userId !== 'U2Bob')).toEqual(before);
    expect(bench.emulator.stats.count('POST /v1/mgmt/user/update/status')).toBe(1);
  });

  it('actionInvoke of a type gives a new secret to the recipients among its arguments alone', async () => {
    const accessKeys = [{ id: 'K2Build', name: 'Build' }];
    await using bench = await startService({ emulator: { project: { ...company(), accessKeys } } });
    const { recipient, openFile } = await ageReader();
    const args = { access_key_id: 'K2Build', recipients: [recipient] };
    const value = { name: 'rotate', resourceTypeId: 'access_key', args };
    const id = bench.platform.give({ id: taskId('rotate'), taskType: { case: 'actionInvoke', value } });

    const answerTo = async (task: string): Promise<InvokeActionResponse | GetActionStatusResponse> => {
      const { response } = (await bench.platform.finished(task)).finalState.value ?? {};
      const schemas = createRegistry(InvokeActionResponseSchema, GetActionStatusResponseSchema);
      return (response && anyUnpack(response, schemas)) as InvokeActionResponse | GetActionStatusResponse;
    };
    let answer = await answerTo(id);
    for (let asked = 1; answer.status === BatonActionStatus.RUNNING; asked += 1) {
      // it took more than the second in which it is answered at once
      const taskType = { case: 'actionStatus' as const, value: { id: answer.id } };
      answer = await answerTo(bench.platform.give({ id: taskId(`status-${asked}`), taskType }));
    }
    expect(answer).toMatchObject({ name: 'rotate', status: BatonActionStatus.COMPLETE });
    const { response: told = {} } = answer;
    const [file = ''] = told['encrypted'] as readonly string[];
    const [key] = bench.emulator.state.accessKeys();
    expect(await openFile(armor.decode(file))).toBe(key?.cleartext);
    expect(bench.log()).not.toContain(key?.cleartext);
  });

  it('actionInvoke that fails is a failed task, in the words of the action, and changes nothing', async () => {
    await using bench = await startService({ emulator: project });
    const value = { name: 'enable_user', args: { user_id: 'U2Nobody' } };
    const id = bench.platform.give({ id: taskId('fails'), taskType: { case: 'actionInvoke', value } });

    expect(await endOf(bench, id)).toMatchObject({
      code: 'FAILED_PRECONDITION',
      nonRetryable: true,
      message: expect.stringContaining('U2Nobody') as string,
    });
    expect(bench.emulator.stats.count('POST /v1/mgmt/user/update/status')).toBe(0);
  });

  it('actionGetSchema tells what an action takes', async () => {
    await using bench = await startService({ emulator: project });
    const value = { name: 'access_key.rotate' };
    const id = bench.platform.give({ id: taskId('schema'), taskType: { case: 'actionGetSchema', value } });

    expect(await endOf(bench, id)).toEqual({ code: 'OK', response: 'c1.connector.v2.GetActionSchemaResponse' });
  });

  it.each([
    ['actionListSchemas', {}, 'c1.connector.v2.ListActionSchemasResponse'],
    ['listEventFeeds', {}, 'c1.connector.v2.ListEventFeedsResponse'],
    ['listEvents', { eventFeedId: 'descope_usage_event_feed' }, 'c1.connector.v2.ListEventsResponse'],
  ] as const)('%s is answered', async (name, value, response) => {
    await using bench = await startService({ emulator: project });
    const taskType = { case: name, value } as { case: 'listEvents'; value: object };
    const id = bench.platform.give({ id: taskId(name), taskType });

    expect(await endOf(bench, id)).toEqual({ code: 'OK', response });
  });

  it.each([
    ['actionGetSchema', { name: 'nothing' }],
    ['actionInvoke', { name: 'nothing' }],
    ['actionStatus', { id: 'nothing' }],
    ['listEvents', { eventFeedId: 'nothing' }],
    ['listEvents', {}],
  ] as const)('%s of what there is not is not found', async (name, value) => {
    await using bench = await startService({ emulator: project });
    const taskType = { case: name, value } as { case: 'actionStatus'; value: object };
    const id = bench.platform.give({ id: taskId(name), taskType });

    expect(await endOf(bench, id)).toMatchObject({ code: 'NOT_FOUND', nonRetryable: true });
  });

  it('a hello is said again, under the id of its task, and not finished', async () => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give({ id: taskId('hello'), taskType: { case: 'hello', value: {} } });

    expect((await bench.platform.askedFor('Hello', 2)).request).toMatchObject({
      taskId: id,
      hostId: 'host-1',
      connectorMetadata: { displayName: 'Descope' },
      buildInfo: { package: 'baton-descope' },
    });
    await bench.platform.askedFor('GetTask', 5);
    expect(bench.platform.asked.map(({ call }) => call)).not.toContain('FinishTask');
  });

  it.each([
    'createSyncDiff',
    'compactSyncs',
    'eventFeed',
    'listTicketSchemas',
    'getTicket',
    'createTicketTask',
    'bulkCreateTickets',
    'bulkGetTickets',
  ] as const)('%s is finished as unsupported, for good', async (name) => {
    await using bench = await startService({ emulator: project });
    const id = bench.platform.give({ id: taskId(name), taskType: { case: name, value: {} } });

    expect(await endOf(bench, id)).toEqual({
      code: 'UNIMPLEMENTED',
      message: 'unsupported task type',
      nonRetryable: true,
    });
    expect(bench.results).toEqual([[name, 'unsupported']]);
  });

  it('come in batches where that is asked for, and no more than can begin', async () => {
    await using bench = await startService({ emulator: project, options: { isBatched: true, concurrency: 2 } });
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) =>
      bench.platform.give({ id: taskId(name), taskType: { case: 'listEventFeeds', value: {} } }),
    );

    expect(await Promise.all(ids.map((id) => endOf(bench, id)))).toHaveLength(6);
    expect(bench.platform.asked.find(({ call }) => call === 'GetTasks')?.request).toMatchObject({ pageSize: 4 });
    expect(bench.platform.asked.map(({ call }) => call)).not.toContain('GetTask');
  });

  it('come in batches of no more than the platform lets anybody ask for', async () => {
    await using bench = await startService({ emulator: project, options: { isBatched: true, concurrency: 100 } });

    expect((await bench.platform.askedFor('GetTasks')).request).toMatchObject({ pageSize: 100 });
  });
});
