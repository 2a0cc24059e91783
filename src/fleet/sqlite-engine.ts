import { randomUUID } from 'node:crypto';
import type { SQLInputValue, StatementSync } from 'node:sqlite';
import { ConnectorError } from '../errors.ts';
import { sqliteCode, sqliteReason } from '../os-reasons.ts';
import { printable } from '../printable.ts';
import type { EngineTimes, EventTimes, Failure, FleetEngine, Lease, Made, NewRun, Put } from './engine.ts';
import { isSlotKnown, usualEventTimes, usualTimes, withSlot } from './engine.ts';
import { putEvents, sqliteEvents, type SqliteTools } from './sqlite-events.ts';
import { keepRunFile } from './sqlite-file.ts';
import { type Row, stateOf, statesSql } from './sqlite-states.ts';

export interface SqliteEngineOptions {
  /** How many projects of a group are synced at once. */
  readonly groups: ReadonlyMap<string, number>;
  readonly times?: EngineTimes;
  readonly eventTimes?: EventTimes;
  readonly now?: () => number;
  readonly random?: () => number;
}

/**
 * Runs in a file of SQLite, for one process or several on one machine. A file that is not there is made. Each call is one
 * transaction that begins by taking the right to write: two processes never decide at once.
 */
export function openSqliteEngine(
  path: string,
  {
    groups,
    times = usualTimes,
    eventTimes = usualEventTimes,
    now = Date.now,
    random = Math.random,
  }: SqliteEngineOptions,
): FleetEngine {
  const file = guarded(path, () => keepRunFile(path));
  let prepared = new Map<string, StatementSync>();
  const statement = (sql: string): StatementSync => {
    const known = prepared.get(sql) ?? file.database().prepare(sql);
    prepared.set(sql, known);
    return known;
  };
  const one = (sql: string, ...values: SQLInputValue[]): Row | undefined =>
    statement(sql).get(...values) as Row | undefined;
  const all = (sql: string, ...values: SQLInputValue[]): Row[] => statement(sql).all(...values) as Row[];
  const run = (sql: string, ...values: SQLInputValue[]): number => Number(statement(sql).run(...values).changes);
  /** Does something with the file that is there now. */
  const ask = <T>(work: () => T): T =>
    guarded(path, () => {
      if (file.openAgain()) {
        prepared = new Map();
      }
      return work();
    });
  const change = <T>(work: () => T): T =>
    ask(() => {
      const database = file.database();
      database.exec('begin immediate');
      try {
        const done = work();
        database.exec('commit');
        return done;
      } catch (thrown) {
        if (database.isTransaction) {
          database.exec('rollback'); // SQLite did it itself where the disk is full
        }
        throw thrown;
      }
    });
  const tools: SqliteTools = { one, all, run, change, look: ask, now, random };
  const isHeld = ({ run: id, token }: Lease): boolean =>
    one(`select 1 from run where id = ? and state = 'active' and token = ?`, id, token) !== undefined;

  /** A try that went wrong: the run waits for the next one, or is given up. */
  const failed = (id: string, { kind, message }: Failure, pauseMs: number): 'again' | 'given-up' => {
    const {
      project = '',
      attempt = 0,
      tries = 0,
    } = one('select project, attempt, tries from run where id = ?', id) ?? {};
    const isLast = Number(attempt) >= Number(tries);
    run(
      `update run set state = ?, due_at = ?, lease_until = null, worker = null, ended_at = ? where id = ?`,
      isLast ? 'given-up' : 'waiting',
      now() + pauseMs,
      isLast ? now() : null,
      id,
    );
    run(
      `update project set failure_kind = ?, failure = ?, failed_at = ?, given_up = given_up + ? where id = ?`,
      kind,
      message,
      now(),
      isLast ? 1 : 0,
      project,
    );
    return isLast ? 'given-up' : 'again';
  };

  /** Runs whose worker said nothing for too long begin anew at once. */
  const takeBackLost = (): void => {
    const lost = all(`select id, worker from run where state = 'active' and lease_until < ?`, now());
    for (const { id, worker } of lost) {
      failed(String(id), { kind: 'lost', message: `its worker, ${String(worker)}, was not heard of any more` }, 0);
    }
  };

  const mayBegin = (project: string | undefined, isMadeUpToo: boolean): string | undefined => {
    const busy = new Map(
      all(`select grp, count(*) as n from run where state = 'active' and grp is not null group by grp`).map(
        ({ grp, n }) => [String(grp), Number(n)],
      ),
    );
    const full = [...groups].filter(([group, atOnce]) => (busy.get(group) ?? 0) >= atOnce).map(([group]) => group);
    const found = one(
      `select run.id from run join project on project.id = run.project
       where run.state = 'waiting' and run.due_at <= ?1 and project.paused_at is null
         and (?2 is null or run.project = ?2) and run.made_up <= ?4
         and (run.grp is null or run.grp not in (select value from json_each(?3)))
       order by run.made_up, run.due_at, run.id limit 1`,
      now(),
      project ?? null,
      JSON.stringify(full),
      isMadeUpToo ? 1 : 0,
    );
    return found === undefined ? undefined : String(found['id']);
  };

  const put = ({ project, slotMs, tries, group, isAsked = false, isMadeUp = false }: NewRun): Put => {
    run('insert or ignore into project (id) values (?)', project);
    const known = one('select last_slot, recent_slots, paused_at, given_up from project where id = ?', project) ?? {};
    const slots = {
      lastMs: typeof known['last_slot'] === 'number' ? known['last_slot'] : undefined,
      recent: typeof known['recent_slots'] === 'string' ? known['recent_slots'] : null,
    };
    if (!isAsked && isSlotKnown(slotMs, slots, now())) {
      return 'known';
    }
    if (!isAsked) {
      run('update project set last_slot = ?, recent_slots = ? where id = ?', slotMs, withSlot(slots, slotMs), project);
    }
    if (known['paused_at'] !== null) {
      return 'paused';
    }
    const open = one(`select made_up, attempt from run where project = ? and state in ('waiting', 'active')`, project);
    if (open !== undefined && !(open['made_up'] === 1 && open['attempt'] === 0 && !isMadeUp)) {
      if (!isAsked) {
        run('update project set passed_over = passed_over + 1 where id = ?', project);
      }
      return 'passed-over';
    }
    // What was given up before is tried once only, until it goes well again.
    const most = Number(known['given_up']) > 0 && !isAsked ? 1 : tries;
    run(`delete from run where project = ?`, project);
    run(
      `insert into run (id, project, slot, grp, state, due_at, attempt, tries, made_up)
       values (?, ?, ?, ?, 'waiting', ?, 0, ?, ?)`,
      randomUUID(),
      project,
      slotMs,
      group ?? null,
      isMadeUp ? now() : Math.min(slotMs, now()),
      most,
      isMadeUp ? 1 : 0,
    );
    return 'put';
  };

  const take = (worker: string, only: string | undefined, isMadeUpToo: boolean): Lease | undefined =>
    change(() => {
      takeBackLost();
      const id = mayBegin(only, isMadeUpToo);
      if (id === undefined) {
        return undefined;
      }
      run('update project set token = token + 1 where id = (select project from run where id = ?)', id);
      const taken = one(
        `update run set state = 'active', attempt = attempt + 1, made_up = 0, worker = ?2, started_at = ?3, lease_until = ?4,
             token = (select token from project where project.id = run.project)
           where id = ?1 returning project, slot, attempt, token,
             (select made ->> 'finishedMs' from project where project.id = run.project) as last`,
        id,
        worker,
        now(),
        now() + times.leaseMs,
      );
      return {
        run: id,
        project: String(taken?.['project']),
        slotMs: Number(taken?.['slot']),
        attempt: Number(taken?.['attempt']),
        token: Number(taken?.['token']),
        ...(typeof taken?.['last'] === 'number' && { lastMs: taken['last'] }),
      };
    });

  return {
    put: async (asked) => change(() => put(asked)),
    take: async (worker, only, isMadeUpToo = true) => {
      // Whoever asks in vain does so each second, and need not keep others from writing.
      const isSomething = ask(() =>
        one(
          `select 1 from run where (state = 'waiting' and due_at <= ?1 and made_up <= ?2)
             or (state = 'active' and lease_until < ?1) limit 1`,
          now(),
          isMadeUpToo ? 1 : 0,
        ),
      );
      return isSomething === undefined ? undefined : take(worker, only, isMadeUpToo);
    },
    keep: async (lease) =>
      change(
        () =>
          run(
            `update run set lease_until = ? where id = ? and state = 'active' and token = ?`,
            now() + times.leaseMs,
            lease.run,
            lease.token,
          ) === 1,
      ),
    publish: async (lease, made: Made, place, events = []) =>
      change(() => {
        if (!isHeld(lease)) {
          return false;
        }
        run(`delete from run where id = ?`, lease.run);
        run(
          'update project set done_slot = ?, done_at = ?, made = ?, failure_kind = null, failure = null, ' +
            'failed_at = null, given_up = 0 where id = ?',
          lease.slotMs,
          now(),
          JSON.stringify(made),
          lease.project,
        );
        putEvents(tools, lease.project, events);
        place(); // last: what is written down can be taken back
        return true;
      }),
    wasPublished: async ({ run: id, project, slotMs, token }) =>
      ask(
        () =>
          one('select 1 from project where id = ? and done_slot = ? and token = ?', project, slotMs, token) !==
            undefined && one('select 1 from run where id = ?', id) === undefined,
      ),
    fail: async (lease, failure) =>
      change(() => {
        if (!isHeld(lease)) {
          return 'lost';
        }
        const pause = Math.min(times.longestPauseMs, times.firstPauseMs * 2 ** (lease.attempt - 1));
        return failed(lease.run, failure, Math.round(pause * (0.5 + random())));
      }),
    giveBack: async (lease, afterMs = 0) =>
      change(() => {
        run(
          `update run set state = 'waiting', attempt = attempt - 1, worker = null, lease_until = null, due_at = max(due_at, ?)
           where id = ? and state = 'active' and token = ?`,
          afterMs === 0 ? 0 : now() + afterMs,
          lease.run,
          lease.token,
        );
      }),
    pause: async (project, isPaused) =>
      change(() => {
        run('insert or ignore into project (id) values (?)', project);
        run('update project set paused_at = ? where id = ?', isPaused ? now() : null, project);
      }),
    retry: async (project) =>
      change(() => {
        const sql =
          `update run set state = 'waiting', attempt = 0, due_at = ?, ended_at = null where project = ? ` +
          `and (state = 'given-up' or (state = 'waiting' and attempt > 0))`;
        return run(sql, now(), project) > 0;
      }),
    states: async () => new Map(ask(() => all(statesSql)).map((row) => [String(row['id']), stateOf(row)] as const)),
    counts: {
      add: async (name, n, ms, isAnew) =>
        change(() => {
          const row = one(
            `insert into budget (name, n, ends_at) values (?1, ?2, ?3 + ?4)
             on conflict do update set
               n = case when ?5 or ends_at <= ?3 then ?2 else n + ?2 end,
               ends_at = case when ends_at <= ?3 then ?3 + ?4 when ?5 then max(ends_at, ?3 + ?4) else ends_at end
             returning n, ends_at`,
            name,
            n,
            now(),
            ms,
            isAnew ? 1 : 0,
          );
          return { n: Number(row?.['n']), leftMs: Number(row?.['ends_at']) - now() };
        }),
      read: async (name) => {
        const row = ask(() => one('select n, ends_at from budget where name = ? and ends_at > ?', name, now()));
        return row === undefined ? undefined : { n: Number(row['n']), leftMs: Number(row['ends_at']) - now() };
      },
    },
    events: sqliteEvents(tools, eventTimes),
    [Symbol.asyncDispose]: async () => file.database().close(),
  };
}

/** A fault of SQLite in words. */
function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof ConnectorError || !(thrown instanceof Error)) {
      throw thrown;
    }
    throw new ConnectorError(
      'local-io',
      sqliteCode(thrown) === 5
        ? `${printable(path)} is held by another process of the fleet for too long`
        : `cannot use ${printable(path)}, where the runs of the fleet are kept: ${sqliteReason(thrown) ?? thrown.message}`,
    );
  }
}
