import { deepEqual, equal, ok } from 'node:assert/strict';
import { changedBetween, fieldsOf, nameOf } from './changed.ts';
import type { Dialling, Run } from './dialling.ts';
import type { Fault } from './script.ts';
import { ada, entitlementOf, grant, sync, task, userOf } from './tasks.ts';

// What ours does where the SDK's daemon does less, or where only the outcome counts: it dials alone.

const slow = { latencyMs: 400 };
const initech = entitlementOf('tenant', 'initech');

const statusesOf = (asked: Run['asked'], call: string): readonly string[] =>
  asked.filter((one) => one.call === call).map(({ status }) => status);

/** Calls that fail are made again after at least so many seconds. */
export const backOff =
  (call: string, seconds: readonly number[]) =>
  ({ who, asked }: Run): string => {
    const at = asked.filter((one) => one.call === call).map(({ atMs }) => atMs);
    seconds.forEach((pause, place) => {
      const seen = ((at[place + 1] ?? 0) - (at[place] ?? 0)) / 1000;
      ok(seen > pause * 0.7 && seen < pause + 3, `${who}: ${seen} s for ${pause} s`);
    });
    return '';
  };

/** Being asked to end (SIGTERM) in the middle of a call, which the platform holds; exit 0 whatever is going on. */
function ending(
  at: string,
  what: Pick<Dialling, 'ends' | 'stopAt' | 'script'> & Partial<Pick<Dialling, 'project'>>,
  check: (run: Run) => void,
): Dialling {
  return {
    name: `being asked to end ${at}`,
    alone: 'ours',
    endsItself: true,
    ...what,
    check: (run) => {
      equal(run.code, 0, run.log.slice(-500));
      check(run);
      return 'exit 0';
    },
  };
}

const hold = (call: string): Fault => ({ call, from: 1, holdMs: 4_000 });

/** Nothing was changed, and nothing asked for. */
const nothing = (run: Run): void => {
  deepEqual(changedBetween(run.before, run.project), []);
  deepEqual(statusesOf(run.asked, 'UploadAsset'), []);
};

/** Ada has become a member, and nothing else has happened. */
const granted = (run: Run): void => {
  const [user, ...others] = changedBetween(run.before, run.project);
  deepEqual([user?.name, user && fieldsOf(user), others], [nameOf('users', ada), ['tenants'], []]);
};

const endings: readonly Dialling[] = [
  ending(
    'while it asks for a token',
    { ends: {}, stopAt: 'came Token', script: { tasks: [], faults: [{ ...hold('Token'), status: 503 }] } },
    nothing,
  ),
  ending(
    'while it says hello',
    { ends: {}, stopAt: 'came Hello', script: { tasks: [sync('sync')], faults: [hold('Hello')] } },
    (run) => {
      nothing(run);
      deepEqual(statusesOf(run.asked, 'GetTask'), []);
    },
  ),
  ending('while there is nothing to do', { ends: {}, stopAt: 'GetTask', script: { tasks: [] } }, nothing),
  ending(
    'while a task is on its way to it',
    {
      ends: { grant: 'CANCELLED' },
      stopAt: 'came GetTask',
      script: { tasks: [grant('grant', initech, userOf(ada))], faults: [{ call: 'GetTask', from: 1, holdMs: 500 }] },
    },
    nothing,
  ),
  ending(
    'in the middle of a sync',
    { ends: { sync: 'CANCELLED' }, stopAt: 'Heartbeat', project: slow, script: { tasks: [sync('sync')] } },
    nothing,
  ),
  ending(
    'in the middle of an upload',
    {
      ends: { sync: 'CANCELLED' },
      stopAt: 'came UploadAsset',
      script: { tasks: [sync('sync')], faults: [hold('UploadAsset')] },
    },
    ({ asked }) => ok(!asked.some(({ upload }) => upload?.isWhole === true), 'it was uploaded'),
  ),
  ending(
    'in the middle of a change',
    {
      ends: { grant: 'success' },
      stopAt: 'GetTask 2',
      project: slow,
      script: { tasks: [grant('grant', initech, userOf(ada))] },
    },
    granted,
  ),
  ending(
    'while it tells how a change ended',
    {
      ends: { grant: 'success' },
      stopAt: 'came FinishTask',
      script: { tasks: [grant('grant', initech, userOf(ada))], faults: [hold('FinishTask')] },
    },
    (run) => {
      granted(run);
      deepEqual(statusesOf(run.asked, 'FinishTask'), ['OK']);
    },
  ),
];

/** Which process was given a task, and which told its end. */
function hostsOf({ asked }: Run): readonly (readonly [given: unknown, finished: unknown])[] {
  const given = new Map(asked.flatMap((one) => (one.given ?? []).map((id) => [id, one.request?.['hostId']] as const)));
  const finishes = asked.filter(({ call }) => call === 'FinishTask');
  deepEqual(new Set(finishes.map(({ task: id }) => id)).size, finishes.length, 'a task was finished twice');
  return finishes.map(({ task: id = '', request }) => [given.get(id), request?.['hostId']] as const);
}

/** After so many chunks the tries of each sync are cut; one more try is not. The file has four, and half of one to spare. */
const cuts: readonly (readonly number[])[] = [[0, 1], [2, 3], [4]];
const wholeChunks = 4;
const syncsToCut = ['first', 'second', 'third'];
const usersToCut = 5_600;

export const ownScripts: readonly Dialling[] = [
  ...[-600_000, 600_000].map((clockAheadMs) => ({
    name: `a clock that is ${clockAheadMs > 0 ? 'behind' : 'ahead'} by ten minutes`,
    alone: 'ours' as const,
    ends: { listEventFeeds: 'success' },
    script: { clockAheadMs, tasks: [task('listEventFeeds')] },
    check: ({ asked }: Run) => {
      deepEqual(statusesOf(asked, 'Token'), ['401', '200']);
      return '';
    },
  })),
  {
    name: 'tokens that the platform takes back, in the middle of an upload too',
    alone: 'ours',
    ends: { listEventFeeds: 'success', sync: 'success' },
    script: {
      tasks: [task('listEventFeeds'), sync('sync')],
      faults: [
        { call: 'GetTask', from: 2, endTokens: true },
        { call: 'UploadAsset', from: 1, endTokens: true },
        { call: 'UploadAsset', from: 2, endTokens: true, afterChunks: 1, code: 'UNAUTHENTICATED' },
      ],
    },
    check: ({ asked }) => {
      deepEqual(statusesOf(asked, 'UploadAsset'), ['Unauthenticated', 'Unauthenticated', 'OK']);
      deepEqual(statusesOf(asked, 'Token'), ['200', '200', '200', '200']);
      deepEqual(
        asked.flatMap(({ upload }) => (upload === undefined ? [] : [upload.isWhole])),
        [false, true],
      );
      return '';
    },
  },
  {
    name: 'a platform without tokens for a while',
    alone: 'ours',
    ends: { listEventFeeds: 'success' },
    script: { tasks: [task('listEventFeeds')], faults: [{ call: 'Token', from: 1, to: 2, status: 503 }] },
    check: backOff('Token', [1, 2]),
  },
  ...endings,
  {
    name: 'two processes under one client id',
    alone: 'ours',
    processes: 2,
    project: slow,
    env: { BATON_TASK_CONCURRENCY: '1' },
    ends: { one: 'success', two: 'success', grant: 'success' },
    script: {
      tasks: [sync('one'), sync('two', {}, { beside: true }), grant('grant', initech, userOf(ada))],
    },
    check: (run) => {
      const hosts = hostsOf(run);
      ok(
        hosts.every(([given, finished]) => given !== undefined && given === finished),
        'a task was finished by another process than the one that it was given to',
      );
      deepEqual(new Set(hosts.map(([given]) => given)), new Set(['host-1', 'host-2']));
      granted(run);
      return 'each did what it was given';
    },
  },
  {
    name: 'a full sync of 20,000 users',
    alone: 'ours',
    expands: false,
    ends: { sync: 'success' },
    project: { users: 20_000 },
    script: { tasks: [sync('sync')] },
    checkUploads: (users) => deepEqual(users, [20_000]),
    check: ({ asked }) => {
      const at = (call: string): number => asked.find((one) => one.call === call)?.atMs ?? 0;
      return `${((at('UploadAsset') - at('Heartbeat')) / 1000).toFixed(1)} s until it is uploaded`;
    },
  },
  {
    name: 'an upload that is cut at each chunk',
    alone: 'ours',
    expands: false,
    ends: Object.fromEntries(syncsToCut.map((name) => [name, 'success'])),
    project: { users: usersToCut },
    script: {
      tasks: syncsToCut.map((name) => sync(name)),
      faults: cuts.flatMap((ofSync, place) =>
        ofSync.map((afterChunks, nth) => ({ call: 'UploadAsset', from: place * 3 + nth + 1, afterChunks, cut: true })),
      ),
    },
    checkUploads: (users) =>
      deepEqual(
        users,
        syncsToCut.map(() => usersToCut),
      ),
    check: ({ asked }) => {
      const tries = asked.flatMap(({ upload }) => (upload === undefined ? [] : [upload]));
      const chunks = tries.map(({ parts }) => parts.filter((part) => typeof part === 'number').length);
      deepEqual(
        chunks,
        cuts.flatMap((ofSync) => ofSync.concat(wholeChunks)),
        'chunks that came',
      );
      equal(tries.filter(({ isWhole }) => isWhole).length, syncsToCut.length, 'whole files');
      return `${wholeChunks} chunks`;
    },
  },
];
