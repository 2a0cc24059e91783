import { randomInt } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { Db, JobWithMetadata } from 'pg-boss';
import type { FleetEngine, Lease, Made, NewRun, Put } from './engine.ts';
import { isSlotKnown, usualEventTimes, usualTimes, withSlot } from './engine.ts';
import {
  type Fault,
  failureOf,
  type Job,
  isDone,
  jobFailure,
  type JobRow,
  numberOf,
  stateOf,
  type ProjectRow,
} from './postgres-states.ts';
import { postgresCounts } from './postgres-counts.ts';
import { postgresEvents, putEvents } from './postgres-events.ts';
import { openBoss, type PostgresEngineOptions } from './postgres-boss.ts';

export type { PostgresEngineOptions } from './postgres-boss.ts';

/** What is in line or under way, and what was given up. */
const line = 'sync';
const givenUp = 'given-up';
/** What is written at a job that ended well; one that was given back has ended, too. */
const published = { published: true };
/** Of jobs that are done when nothing else is due. */
const madeUp = -1;
/** Later than anything: what is paused does not begin. */
const never = '9000-01-01T00:00:00Z';

/**
 * Runs in PostgreSQL, for workers on several machines, kept by pg-boss: one job of a project in line or under way
 * (`exclusive`, by its id), heartbeats, tries with pauses that grow, a queue of what was given up. A table beside its own
 * keeps what outlasts a job: which slots were put, and how the last sync of each project ended.
 */
export async function openPostgresEngine(url: string, options: PostgresEngineOptions): Promise<FleetEngine> {
  const { groups, times = usualTimes, eventTimes = usualEventTimes } = options;
  const { boss, schema, guarded, transaction } = await openBoss(url, {
    ...options,
    times,
    eventTimes,
    line,
    givenUp,
  });
  const limits = { default: 1_000_000, tiers: Object.fromEntries(groups) };

  const projectRow = async (db: Db, project: string): Promise<ProjectRow> => {
    await db.executeSql(`insert into ${schema}.project (id) values ($1) on conflict do nothing`, [project]);
    const now = `(extract(epoch from ${schema}.job_now()) * 1000)::bigint as now_ms`; // of the server: ours may be wrong
    const { rows } = await db.executeSql(`select *, ${now} from ${schema}.project where id = $1 for update`, [project]);
    return rows[0] as ProjectRow;
  };
  /** The job of a project that is in line or under way. */
  const openJob = async (db: Db, project: string): Promise<JobWithMetadata<Job> | undefined> =>
    (await boss.findJobs<Job>(line, { key: project, db })).find(
      ({ state }) => state === 'created' || state === 'retry' || state === 'active',
    );
  const deadJob = async (db: Db, project: string): Promise<JobWithMetadata<Job> | undefined> =>
    (await boss.findJobs<Job>(givenUp, { key: project, db }))[0];
  const keepFailure = async (db: Db, project: string, { kind, message, atMs }: Fault): Promise<void> =>
    void (await db.executeSql(
      `update ${schema}.project set failure_kind = $2, failure = $3, failed_at = $4 where id = $1`,
      [project, kind, message, atMs],
    ));
  /** What was given up makes room for the next run, and is remembered. */
  const clearDead = async (db: Db, project: string): Promise<boolean> => {
    const dead = await deadJob(db, project);
    if (dead === undefined) {
      return false;
    }
    await keepFailure(db, project, failureOf(dead.sourceOutput, dead.createdOn));
    await db.executeSql(`update ${schema}.project set given_up = given_up + 1 where id = $1`, [project]);
    await boss.deleteJob(givenUp, dead.id, { db });
    return true;
  };
  const hold = async (db: Db, project: string): Promise<void> =>
    void (await boss.update(line, undefined, { singletonKey: project, startAfter: never, db }));
  /** What came back into line while its project was paused, such as a retry, does not begin either. */
  const holdPaused = async (db: Db): Promise<void> => {
    const { rows } = await db.executeSql(
      `select singleton_key from ${schema}.job join ${schema}.project on project.id = job.singleton_key
       where job.name = $1 and job.state in ('created', 'retry') and job.start_after <= ${schema}.job_now()
         and project.paused_at is not null`,
      [line],
    );
    for (const { singleton_key: project } of rows as readonly Pick<JobRow, 'singleton_key'>[]) {
      await hold(db, project);
    }
  };
  const send = async (db: Db, { project, group, isMadeUp = false }: NewRun, job: Job): Promise<boolean> =>
    (await boss.send(line, job, {
      singletonKey: project,
      priority: isMadeUp ? madeUp : 0,
      retryLimit: job.tries - 1,
      ...(group !== undefined && groups.has(group) && { group: { id: group, tier: group } }),
      db,
    })) !== null;

  const put = async (db: Db, run: NewRun): Promise<Put> => {
    const { project, slotMs, tries, isAsked = false, isMadeUp = false } = run;
    const row = await projectRow(db, project);
    const known = {
      lastMs: row.last_slot === null ? undefined : numberOf(row.last_slot),
      recent: row.recent_slots,
    };
    if (!isAsked && isSlotKnown(slotMs, known, numberOf(row.now_ms))) {
      return 'known';
    }
    if (!isAsked) {
      await db.executeSql(`update ${schema}.project set last_slot = $2, recent_slots = $3 where id = $1`, [
        project,
        slotMs,
        withSlot(known, slotMs),
      ]);
    }
    if (row.paused_at !== null) {
      return 'paused';
    }
    const open = await openJob(db, project);
    if (open?.state === 'created' && open.priority === madeUp && !isMadeUp) {
      await boss.update(line, { ...open.data, slotMs }, { singletonKey: project, priority: 0, db });
      return 'put';
    }
    if (open !== undefined) {
      if (!isAsked) {
        await db.executeSql(`update ${schema}.project set passed_over = passed_over + 1 where id = $1`, [project]);
      }
      return 'passed-over';
    }
    // What was given up before is tried once only, until it goes well again.
    const isOnce = ((await clearDead(db, project)) || numberOf(row.given_up) > 0) && !isAsked;
    const most = isOnce ? 1 : tries;
    return (await send(db, run, { project, slotMs, before: 0, tries: most })) ? 'put' : 'passed-over';
  };

  /** Takes the next job, or that of one project, with everybody else who takes one kept out: groups are counted here. */
  const take = async (
    db: Db,
    worker: string,
    only: string | undefined,
    isMadeUpToo: boolean,
  ): Promise<Lease | undefined> => {
    await db.executeSql(`select pg_advisory_xact_lock(hashtext($1))`, [`${schema} take`]);
    await holdPaused(db);
    // pg-boss does not take by key, but by priority: one that no other job has, whatever it was left with before.
    const own = randomInt(1, 2 ** 31 - 1);
    if (only !== undefined) {
      await boss.update(line, undefined, { singletonKey: only, priority: own, db });
    }
    const [job] = await boss.fetch<Job>(line, {
      includeMetadata: true,
      groupConcurrency: limits,
      ...(only !== undefined ? { minPriority: own, maxPriority: own } : !isMadeUpToo && { minPriority: 0 }),
      db,
    });
    if (only !== undefined && job === undefined) {
      await boss.update(line, undefined, { singletonKey: only, priority: 0, db });
    }
    if (job === undefined) {
      return undefined;
    }
    const { project, slotMs, before } = job.data;
    const { made } = await projectRow(db, project);
    await db.executeSql(`update ${schema}.project set worker = $2 where id = $1`, [project, worker]);
    const failure = jobFailure(job);
    if (failure !== undefined) {
      await keepFailure(db, project, failure);
    }
    return {
      run: job.id,
      project,
      slotMs,
      attempt: before + job.retryCount + 1,
      token: job.retryCount,
      ...(made !== null && { lastMs: (JSON.parse(made) as Made).finishedMs }),
    };
  };
  const attemptOf = ({ run, token }: Lease): { id: string; retryCount: number } => ({ id: run, retryCount: token });

  return {
    put: async (run) => await transaction(async (db) => await put(db, run)),
    take: async (worker, only, isMadeUpToo = true) =>
      await transaction(async (db) => await take(db, worker, only, isMadeUpToo)),
    keep: async (lease) => await guarded(async () => isDone(await boss.touch(line, attemptOf(lease)))),
    publish: async (lease, made, place, events = []) =>
      await transaction(async (db) => {
        if (!isDone(await boss.complete(line, attemptOf(lease), published, { db }))) {
          return false;
        }
        await db.executeSql(
          `update ${schema}.project set done_slot = $2, made = $3, failure_kind = null, failure = null, failed_at = null, given_up = 0
           where id = $1`,
          [lease.project, lease.slotMs, JSON.stringify(made)],
        );
        await putEvents(boss, db, lease.project, events);
        place();
        return true;
      }),
    wasPublished: async ({ run: id, token }) =>
      await guarded(async () => {
        const job = await boss.getJobById(line, id);
        return job?.state === 'completed' && job.retryCount === token && isDeepStrictEqual(job.output, published);
      }),
    fail: async (lease, failure) =>
      await transaction(async (db) => {
        if (!isDone(await boss.fail(line, attemptOf(lease), { ...failure }, { db }))) {
          return 'lost';
        }
        await boss.update(line, undefined, { singletonKey: lease.project, priority: 0, db });
        return (await boss.getJobById(line, lease.run, { db }))?.state === 'retry' ? 'again' : 'given-up';
      }),
    giveBack: async (lease, afterMs = 0) =>
      await transaction(async (db) => {
        const job = await boss.getJobById<Job>(line, lease.run, { db });
        if (job === null || !isDone(await boss.complete(line, attemptOf(lease), undefined, { db }))) {
          return;
        }
        const [project, group] = [lease.project, job.groupId ?? undefined];
        const tries = job.data.tries - (lease.attempt - 1 - job.data.before);
        await send(
          db,
          { project, group, slotMs: lease.slotMs, tries },
          { ...job.data, before: lease.attempt - 1, tries },
        );
        if ((await projectRow(db, project)).paused_at !== null) {
          await hold(db, project);
        } else if (afterMs > 0) {
          await boss.update(line, undefined, { singletonKey: project, startAfter: Math.ceil(afterMs / 1_000), db });
        }
      }),
    pause: async (project, isPaused) =>
      await transaction(async (db) => {
        await projectRow(db, project);
        await db.executeSql(`update ${schema}.project set paused_at = $2 where id = $1`, [
          project,
          isPaused ? Date.now() : null,
        ]);
        await boss.update(line, undefined, { singletonKey: project, startAfter: isPaused ? never : 0, db });
      }),
    retry: async (project) =>
      await transaction(async (db) => {
        const isPaused = (await projectRow(db, project)).paused_at !== null;
        const startAfter = isPaused ? never : 0;
        const dead = await deadJob(db, project);
        if (dead !== undefined) {
          await keepFailure(db, project, failureOf(dead.sourceOutput, dead.createdOn));
          await boss.redrive(givenUp, { ids: [dead.id], db });
          const retryLimit = dead.data.tries - 1;
          await boss.update(line, undefined, { singletonKey: project, retryLimit, priority: 0, startAfter, db });
          return true;
        }
        const open = await openJob(db, project);
        if (open?.state !== 'retry') {
          return false;
        }
        await boss.update(line, undefined, { singletonKey: project, startAfter, db });
        return true;
      }),
    states: async () =>
      await guarded(async () => {
        const db = boss.getDb();
        const { rows } = await db.executeSql(`select * from ${schema}.project`);
        const { rows: jobs } = await db.executeSql(
          `select id, name, state, data, singleton_key, start_after, started_on, retry_count, output, source_output, created_on
           from ${schema}.job
           where (name = $1 and state in ('created', 'retry', 'active')) or (name = $2 and state = 'created')`,
          [line, givenUp],
        );
        return stateOf(rows as ProjectRow[], jobs);
      }, 'read'),
    counts: postgresCounts(boss.getDb(), schema, guarded),
    events: postgresEvents({ boss, schema, guarded, transaction }),
    [Symbol.asyncDispose]: async () => await boss.stop({ graceful: false }),
  };
}
