import type { Db, PgBoss } from 'pg-boss';
import type { EventLease, EventQueue, EventTimes, NewEvent } from './engine.ts';
import { isDone } from './postgres-states.ts';

/** What is to be sent, and what was given up. */
const line = 'webhook';
const dead = 'webhook-given-up';

interface EventJob {
  readonly project: string;
  readonly hook: string;
  readonly id: string;
  readonly body: string;
}

export interface PostgresTools {
  readonly boss: PgBoss;
  readonly schema: string;
  readonly guarded: <T>(work: () => Promise<T>, does?: 'read' | 'write') => Promise<T>;
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
}

const seconds = (ms: number): number => Math.round(ms / 1_000);

/** Makes the queues where they are not there. */
export async function createEventQueues(
  boss: PgBoss,
  { tries, leaseMs, firstPauseMs, longestPauseMs, deadMs }: EventTimes,
): Promise<void> {
  await boss.createQueue(dead, { retentionSeconds: seconds(deadMs) });
  await boss.createQueue(line, {
    deadLetter: dead,
    expireInSeconds: seconds(leaseMs),
    deleteAfterSeconds: 3_600,
    retentionSeconds: seconds(deadMs),
    retryLimit: tries - 1,
    retryDelay: seconds(firstPauseMs),
    retryBackoff: true,
    retryDelayMax: seconds(longestPauseMs),
  });
}

/** Puts events in line, in the transaction that is under way. */
export async function putEvents(boss: PgBoss, db: Db, project: string, events: readonly NewEvent[]): Promise<void> {
  for (const { hook, id, body } of events) {
    await boss.send(line, { project, hook, id, body }, { singletonKey: project, db });
  }
}

/** Events that wait as jobs of pg-boss. */
export function postgresEvents({ boss, schema, guarded, transaction }: PostgresTools): EventQueue {
  const attemptOf = ({ key, token }: Pick<EventLease, 'key' | 'token'>): { id: string; retryCount: number } => ({
    id: key,
    retryCount: token,
  });
  return {
    take: async () =>
      await guarded(async () => {
        const [job] = await boss.fetch<EventJob>(line, { includeMetadata: true });
        return job === undefined
          ? undefined
          : { key: job.id, ...job.data, attempt: job.retryCount + 1, token: job.retryCount };
      }),
    end: async (event, how) =>
      await transaction(async (db) => {
        if (how === 'sent' || how.isFinal) {
          if (!isDone(await boss.complete(line, attemptOf(event), undefined, { db }))) {
            return 'lost';
          }
          await boss.deleteJob(line, event.key, { db }); // what it tells is nobody's business any more
          if (how === 'sent') {
            return 'done';
          }
          const { project, hook, id, body } = event;
          const data = { project, hook, id, body, failure: how.message };
          await boss.send(dead, data, { singletonKey: project, db });
          return 'dead';
        }
        if (!isDone(await boss.fail(line, attemptOf(event), { message: how.message }, { db }))) {
          return 'lost';
        }
        return (await boss.getJobById(line, event.key, { db }))?.state === 'retry' ? 'again' : 'dead';
      }),
    retry: async (project) =>
      await transaction(async (db) => {
        const given = (await boss.findJobs<EventJob>(dead, { key: project, db })).filter(
          ({ state }) => state === 'created',
        );
        for (const { id: key, data } of given) {
          const { hook, id, body } = data;
          await putEvents(boss, db, project, [{ hook, id, body }]);
          await boss.deleteJob(dead, key, { db });
        }
        const waiting = (await boss.findJobs<EventJob>(line, { key: project, db })).filter(
          ({ state }) => state === 'retry',
        );
        for (const { id } of waiting) {
          await boss.update(line, undefined, { id, startAfter: 0, db });
        }
        return given.length + waiting.length;
      }),
    states: async () =>
      await guarded(async () => {
        const { rows } = await boss.getDb().executeSql(
          `select singleton_key as project,
             count(*) filter (where name = $1) as waiting, count(*) filter (where name = $2) as dead,
             (array_agg(coalesce(output->>'message', source_output->>'message', data->>'failure')
               order by coalesce(started_on, created_on) desc)
               filter (where coalesce(output, source_output) is not null or data ? 'failure'))[1] as failure,
             max(coalesce(started_on, created_on)) as at
           from ${schema}.job
           where (name = $1 and state in ('created', 'retry', 'active')) or (name = $2 and state = 'created')
           group by singleton_key`,
          [line, dead],
        );
        return new Map(
          (rows as readonly EventRow[]).map(({ project, waiting, dead: given, failure, at }) => [
            project,
            {
              waiting: Number(waiting),
              dead: Number(given),
              ...(failure !== null && { failure: { message: failure, atMs: at.getTime() } }),
            },
          ]),
        );
      }, 'read'),
  };
}

interface EventRow {
  readonly project: string;
  readonly waiting: string;
  readonly dead: string;
  readonly failure: string | null;
  readonly at: Date;
}
