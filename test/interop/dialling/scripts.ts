import { equal, ok } from 'node:assert/strict';
import type { Dialling, Run } from './dialling.ts';
import { kinds } from './kinds.ts';
import { backOff, ownScripts } from './own.ts';
import { ada, entitlementOf, grant, revoke, sync, task, userOf } from './tasks.ts';

const supportAgent = entitlementOf('role', 'Support Agent');
const initech = entitlementOf('tenant', 'initech');
/** Somebody who holds nothing. */
const noa = 'U0vK0kvyzTCCifmLKA5DqEWHcIqa';
const slow = { latencyMs: 400 };

/** Heartbeats come as often as the platform asks: every second. */
function heartbeats({ who, asked }: Run): string {
  const at = asked.filter(({ call }) => call === 'Heartbeat').map(({ atMs }) => atMs);
  const pauses = at.slice(1).map((ms, place) => ms - (at[place] ?? 0));
  ok(pauses.length >= 5, `${who}: ${pauses.length + 1} heartbeats`);
  ok(
    pauses.every((ms) => ms > 900 && ms < 3_000),
    `${who}: pauses of ${pauses.join(', ')} ms`,
  );
  return '';
}

/** They end by themselves, with these codes. */
const ended =
  (codes: Partial<Record<Run['who'], number>>) =>
  ({ who, code, log }: Run): string => {
    equal(code, codes[who] ?? code, log.slice(-500));
    ok(code !== 0, `${who} ended with 0`);
    return '';
  };

/** Runs of the daemon and of ours with one script. To add one is to add it here. */
export const scripts: readonly Dialling[] = [
  {
    name: 'a full sync',
    ends: { sync: 'success' },
    project: { users: 1_200 },
    script: { tasks: [sync('sync', { skipExpandGrants: true })] },
  },
  {
    name: 'a sync of parts',
    ends: { types: 'success', held: 'success', parents: 'success', bare: 'success', targeted: 'success' },
    script: {
      tasks: [
        sync('types', { syncResourceTypeIds: ['tenant', 'user'] }),
        sync('held', { syncResourceTypeIds: ['role', 'tenant'] }),
        sync('parents', { syncResourceTypeIds: ['role_binding', 'role', 'user'] }),
        sync('bare', { skipEntitlementsAndGrants: true }),
        sync('targeted', { targetedSyncResources: [{ id: { resourceType: 'tenant', resource: 'initech' } }] }),
      ],
    },
  },
  {
    name: 'changes',
    ends: {
      grant: 'success',
      again: 'success',
      membership: 'success',
      revoke: 'success',
      'revoke-again': 'success',
      'membership-ends': 'success',
    },
    script: {
      tasks: [
        grant('grant', supportAgent, userOf(ada)),
        grant('again', supportAgent, userOf(ada)),
        grant('membership', initech, userOf(ada)),
        revoke('revoke', supportAgent, ada),
        revoke('revoke-again', supportAgent, ada),
        revoke('membership-ends', initech, ada),
      ],
    },
  },
  {
    name: 'changes that are refused',
    ends: {
      nobody: 'NOT_FOUND, final',
      'no-role': 'NOT_FOUND, final',
      permission: 'FAILED_PRECONDITION, final',
      grant: 'INVALID_ARGUMENT, final',
      revoke: 'INVALID_ARGUMENT, final',
    },
    script: {
      tasks: [
        grant('nobody', supportAgent, userOf('U2NobodyWasEverCalledThis000')),
        grant('no-role', entitlementOf('role', 'No Such Role'), userOf(ada)),
        grant('permission', entitlementOf('permission', 'orders.refund'), userOf(noa)),
        task('grant', {}),
        task('revoke', {}),
      ],
    },
  },
  {
    name: 'kinds that no connector has',
    ends: {
      eventFeed: 'UNIMPLEMENTED, final',
      createSyncDiff: 'UNIMPLEMENTED, final',
      compactSyncs: 'UNIMPLEMENTED, final',
    },
    script: { tasks: ['eventFeed', 'createSyncDiff', 'compactSyncs'].map((kind) => task(kind)) },
  },
  {
    name: 'a hello on demand, actions and feeds',
    ends: {
      actionListSchemas: 'success',
      actionGetSchema: 'NOT_FOUND, final',
      actionInvoke: 'NOT_FOUND, final',
      actionStatus: 'NOT_FOUND, final',
      listEventFeeds: 'success',
      listEvents: 'NOT_FOUND, final',
    },
    script: {
      tasks: [
        task('hello'),
        task('actionListSchemas'),
        task('actionGetSchema', { name: 'nothing' }),
        task('actionInvoke', { name: 'nothing' }),
        task('actionStatus', { name: 'nothing', id: 'nothing' }),
        task('listEventFeeds'),
        task('listEvents', { eventFeedId: 'nothing' }, { quietAfterMs: 1_500 }),
      ],
    },
  },
  {
    name: 'a sync that is cancelled',
    ends: { sync: 'CANCELLED', next: 'success' },
    project: slow,
    script: {
      tasks: [sync('sync'), sync('next', { skipEntitlementsAndGrants: true, syncResourceTypeIds: ['tenant'] })],
      faults: [{ call: 'Heartbeat', task: 'sync', from: 2, cancelled: true }],
    },
  },
  {
    name: 'an upload that is refused twice',
    ends: { sync: 'success' },
    script: {
      tasks: [sync('sync')],
      faults: [
        { call: 'UploadAsset', from: 1, code: 'UNAVAILABLE' },
        { call: 'UploadAsset', from: 2, code: 'UNAVAILABLE', afterChunks: 1 },
      ],
    },
  },
  {
    name: 'an upload that is cut off in the middle',
    ends: { sync: 'success' },
    script: { tasks: [sync('sync')], faults: [{ call: 'UploadAsset', from: 1, afterChunks: 1, cut: true }] },
  },
  {
    name: 'an upload that is never taken',
    ends: { sync: 'UNAVAILABLE', next: 'success' },
    script: {
      tasks: [sync('sync'), sync('next', { skipEntitlementsAndGrants: true, syncResourceTypeIds: ['tenant'] })],
      faults: [{ call: 'UploadAsset', from: 1, to: 3, code: 'UNAVAILABLE' }],
    },
  },
  {
    name: 'a sync with its log',
    ends: { sync: 'success' },
    script: { tasks: [sync('sync', {}, { debug: true })] },
    check: ({ asked }) => {
      equal(asked.filter(({ call }) => call === 'UploadAsset').length, 2, 'a sync and a log');
      return '';
    },
  },
  {
    name: 'a long sync, with tokens that end soon',
    ends: { sync: 'success' },
    project: { latencyMs: 4_000 },
    script: { tokenSeconds: 14, tasks: [sync('sync')] },
    check: heartbeats,
  },
  {
    name: 'heartbeats that are not answered for a while',
    ends: { sync: 'success' },
    project: { latencyMs: 3_000 },
    script: { tasks: [sync('sync')], faults: [{ call: 'Heartbeat', from: 2, to: 5, code: 'UNAVAILABLE' }] },
  },
  {
    name: 'heartbeats that are never answered again',
    ends: { sync: 'CANCELLED' },
    project: { latencyMs: 20_000 },
    script: { tasks: [sync('sync')], faults: [{ call: 'Heartbeat', from: 2, to: 99, code: 'UNAVAILABLE' }] },
  },
  {
    name: 'a sync that is cancelled before it has begun',
    ends: { sync: 'CANCELLED' },
    script: {
      tasks: [sync('sync', {}, { quietAfterMs: 1_500 })],
      faults: [{ call: 'Heartbeat', from: 1, cancelled: true }],
    },
  },
  {
    name: 'a first heartbeat that is not answered',
    dropped: 1,
    ends: { sync: 'success' },
    script: {
      tasks: [sync('sync', {}, { quietAfterMs: 4_000 })],
      faults: [{ call: 'Heartbeat', from: 1, code: 'UNAVAILABLE' }],
    },
  },
  {
    name: 'an end that is not taken at once',
    ends: { listEventFeeds: 'success' },
    script: {
      tasks: [task('listEventFeeds', {}, { quietAfterMs: 2_000 })],
      faults: [{ call: 'FinishTask', from: 1, code: 'UNAVAILABLE' }],
    },
  },
  {
    name: 'questions for tasks that fail',
    ends: { listEventFeeds: 'success' },
    script: {
      tasks: [task('listEventFeeds')],
      faults: [{ call: 'GetTask', from: 1, to: 2, code: 'UNAVAILABLE' }],
    },
    check: backOff('GetTask', [1, 4]),
  },
  {
    name: 'a platform that goes away',
    ends: { grant: 'success', revoke: 'success' },
    script: {
      tasks: [
        grant('grant', supportAgent, userOf(ada)),
        // later than the fall: a task whose answer falls with it would never be given again
        { ...revoke('revoke', supportAgent, ada), afterMs: 1_000 },
      ],
      faults: [{ call: 'FinishTask', from: 1, downMs: 2_000 }],
    },
  },
  {
    name: 'a start with a platform that is not ready',
    ends: { listEventFeeds: 'success' },
    script: {
      tasks: [task('listEventFeeds')],
      faults: [{ call: 'Hello', from: 1, to: 2, code: 'UNAVAILABLE' }],
    },
  },
  ...(['UNAUTHENTICATED', 'PERMISSION_DENIED', 'NOT_FOUND', 'INVALID_ARGUMENT'] as const).map((code) => ({
    name: `a hello that is refused with ${code}`,
    ends: {},
    endsItself: true,
    script: { tasks: [], faults: [{ call: 'Hello', from: 1, to: 9, code }] },
    check: ended({ ours: code === 'UNAUTHENTICATED' || code === 'PERMISSION_DENIED' ? 3 : 2 }),
  })),
  {
    name: 'a client that gets no token',
    ends: {},
    endsItself: true,
    script: { tasks: [], faults: [{ call: 'Token', from: 1, to: 9, status: 401 }] },
    check: ended({ ours: 3, daemon: 16 }),
  },
  {
    name: 'tasks in batches',
    ends: { a: 'success', b: 'success', c: 'success', d: 'success' },
    env: { BATON_GET_TASKS: 'true', BATON_TASK_CONCURRENCY: '1' },
    script: { tasks: ['a', 'b', 'c', 'd'].map((name) => task('listEventFeeds', {}, { name, beside: true })) },
  },
  {
    name: 'two syncs at once',
    ends: { one: 'success', two: 'success' },
    script: { tasks: [sync('one'), sync('two', {}, { beside: true })] },
  },
  {
    name: 'kinds that this connector refuses',
    ends: {
      createResource: 'FAILED_PRECONDITION, final',
      deleteResource: 'FAILED_PRECONDITION, final',
      rotateCredentials: 'INVALID_ARGUMENT, final',
      issueCredential: 'INVALID_ARGUMENT, final',
      listTicketSchemas: 'UNIMPLEMENTED, final',
      getTicket: 'UNIMPLEMENTED, final',
    },
    script: {
      tasks: [
        task('createResource', { resource: userOf('x') }),
        task('deleteResource', { resourceId: { resourceType: 'role', resource: 'x' } }),
        task('rotateCredentials', { resourceId: { resourceType: 'user', resource: ada } }),
        task('issueCredential', {
          identityId: { resourceType: 'user', resource: ada },
          credentialOptions: { clientSecret: {} },
          encryptionConfigs: [{ keyId: 'x' }],
        }),
        task('listTicketSchemas', {}, { quietAfterMs: 1_500 }),
        task('getTicket', { ticketId: 'x' }, { quietAfterMs: 1_500 }),
      ],
    },
  },
  {
    name: 'the double itself, by a connector of the SDK',
    alone: 'demo',
    ends: {
      sync: 'success',
      targeted: 'success',
      grant: 'success',
      revoke: 'success',
      actionListSchemas: 'success',
      createSyncDiff: 'UNKNOWN',
    },
    script: {
      tasks: [
        task('hello'),
        sync('sync'),
        grant('grant', entitlementOf('tenant', 'acme'), userOf('ada')),
        sync('targeted', { targetedSyncResources: [{ id: { resourceType: 'tenant', resource: 'acme' } }] }),
        revoke('revoke', entitlementOf('tenant', 'acme'), 'ada'),
        task('actionListSchemas'),
        task('createSyncDiff'),
      ],
    },
    check: ({ asked }) => {
      const uploads = asked.flatMap(({ upload }) => upload ?? []);
      ok(uploads.length === 2 && uploads.every(({ isWhole }) => isWhole), 'two uploads, whole');
      return '';
    },
  },
  ...kinds,
  ...ownScripts,
];
