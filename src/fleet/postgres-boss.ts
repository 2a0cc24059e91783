import { type AttachableClock, type Db, PgBoss } from 'pg-boss';
import { clientConfigOf } from '../history/postgres/connection.ts';
import { toServerFault } from '../history/postgres/faults.ts';
import { ConnectorError } from '../errors.ts';
import { shownStore } from '../store-url.ts';
import type { EngineTimes, EventTimes } from './engine.ts';
import { createEventQueues } from './postgres-events.ts';

export interface PostgresEngineOptions {
  /** How many projects of a group are synced at once, over all workers. */
  readonly groups: ReadonlyMap<string, number>;
  readonly times?: EngineTimes;
  readonly eventTimes?: EventTimes;
  /** A clock of tests, for this process and the server alike. */
  readonly clock?: AttachableClock;
  /** How long an answer of the database is waited for. */
  readonly answerMs?: number;
  /** What whoever opens it means to do, for the words of errors. */
  readonly doing?: 'read' | 'write';
}

interface BossOptions extends PostgresEngineOptions {
  readonly times: EngineTimes;
  readonly eventTimes: EventTimes;
  readonly line: string;
  readonly givenUp: string;
}

export interface OpenedBoss {
  readonly boss: PgBoss;
  readonly schema: string;
  readonly guarded: <T>(work: () => Promise<T>, does?: 'read' | 'write') => Promise<T>;
  /** Does all of it or nothing; pg-boss takes the handle as `db`. */
  readonly transaction: <T>(work: (db: Db) => Promise<T>) => Promise<T>;
}

const schema = 'baton_fleet';
/** How often a process looks for runs whose worker was not heard of. */
const superviseSeconds = 10;
const longestDay = 23 * 3_600;
/**
 * An answer that takes longer is not waited for: the way to the database may be dead, and TCP tells that after a quarter
 * of an hour. All that the engine asks takes milliseconds. Shorter than a lease lasts.
 */
const usualAnswerMs = 30_000;
const longestConnectMs = 10_000;

const table = `create table if not exists ${schema}.project (
  id text primary key,
  last_slot bigint,
  paused_at bigint,
  done_slot bigint, made text,
  worker text,
  failure_kind text, failure text, failed_at bigint,
  given_up int not null default 0,
  passed_over int not null default 0
)`;

const budgetTable = `create table if not exists ${schema}.budget (
  name text primary key,
  n bigint not null,
  ends_at bigint not null
)`;

/** Starts pg-boss in a schema of its own, which is made, or brought up to date, where that is needed. */
export async function openBoss(
  url: string,
  { times, eventTimes, clock, line, givenUp, answerMs = usualAnswerMs, doing = 'write' }: BossOptions,
): Promise<OpenedBoss> {
  const name = shownStore(url);
  const guarded: OpenedBoss['guarded'] = async (work, does = 'write') => {
    try {
      return await work();
    } catch (thrown) {
      if (thrown instanceof ConnectorError) {
        throw thrown;
      }
      throw toServerFault(name, thrown, does);
    }
  };
  const { application_name: _name, ...config } = clientConfigOf(url, name);
  const boss = new PgBoss({
    ...({ ...config, query_timeout: answerMs } as object),
    application_name: 'baton-descope fleet',
    max: 4,
    connectionTimeoutMillis: Math.min(longestConnectMs, answerMs),
    schema,
    schedule: false, // slots are put by our own scheduler, the same for every engine
    registerInstance: false,
    superviseIntervalSeconds: superviseSeconds,
    monitorIntervalSeconds: superviseSeconds,
    openTelemetry: { enabled: false },
    ...(clock !== undefined && { clock }),
  });
  boss.on('error', () => undefined); // what asks next is told
  // What a process that cannot be reached any more left open ends by itself: others wait for its locks.
  const bounds = `set local statement_timeout = ${answerMs}; set local idle_in_transaction_session_timeout = ${answerMs}`;
  const transaction = async <T>(work: (db: Db) => Promise<T>): Promise<T> =>
    await guarded(async () => {
      const handle = await boss.getDb().beginTransaction?.();
      if (handle === undefined) {
        throw new Error('pg-boss has transactions on its own pool');
      }
      try {
        await handle.db.executeSql(bounds);
        const done = await work(handle.db);
        await handle.commit();
        return done;
      } catch (thrown) {
        await handle.rollback();
        throw thrown;
      }
    });
  try {
    await guarded(async () => {
      await boss.start();
      await boss.createQueue(givenUp, { retentionSeconds: 90 * 24 * 3_600 });
      await boss.createQueue(line, {
        policy: 'exclusive',
        deadLetter: givenUp,
        heartbeatSeconds: Math.round(times.leaseMs / 1_000),
        expireInSeconds: longestDay, // the timeout of each project is kept by its worker
        deleteAfterSeconds: 24 * 3_600,
        retryLimit: 3,
        retryDelay: Math.round(times.firstPauseMs / 1_000),
        retryBackoff: true,
        retryDelayMax: Math.round(times.longestPauseMs / 1_000),
      });
      await createEventQueues(boss, eventTimes);
    }, doing);
    // "if not exists" does not keep two that begin at once apart: the second one would meet the first one's table.
    await transaction(async (db) => {
      await db.executeSql(`select pg_advisory_xact_lock(hashtext($1))`, [`${schema} tables`]);
      await db.executeSql(table);
      await db.executeSql(budgetTable);
      await db.executeSql(`alter table ${schema}.project add column if not exists recent_slots text`);
    });
  } catch (thrown) {
    await boss.stop({ graceful: false }).catch(() => undefined);
    throw thrown;
  }
  return { boss, schema, guarded, transaction };
}
