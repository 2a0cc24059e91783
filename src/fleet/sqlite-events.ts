import type { SQLInputValue } from 'node:sqlite';
import type { EventQueue, EventTimes, NewEvent } from './engine.ts';
import type { Row } from './sqlite-states.ts';

/** What the engine over SQLite lends: statements, and transactions that take the right to write. */
export interface SqliteTools {
  readonly one: (sql: string, ...values: SQLInputValue[]) => Row | undefined;
  readonly all: (sql: string, ...values: SQLInputValue[]) => Row[];
  readonly run: (sql: string, ...values: SQLInputValue[]) => number;
  readonly change: <T>(work: () => T) => T;
  readonly look: <T>(work: () => T) => T;
  readonly now: () => number;
  readonly random: () => number;
}

export const eventTable = `
  create table if not exists event (          -- what is told to webhooks, until it is taken there
    n integer primary key,
    project text not null,
    hook text not null,
    id text not null,
    body text not null,
    state text not null check (state in ('waiting', 'active', 'dead')),
    due_at integer not null,
    attempt integer not null default 0,
    token integer not null default 0,
    lease_until integer,
    failure text, failed_at integer,
    unique (hook, id)
  ) strict;
  create index if not exists event_due on event (state, due_at);
`;

/** Puts events in line, in the transaction that is under way. */
export function putEvents({ run, now }: SqliteTools, project: string, events: readonly NewEvent[]): void {
  for (const { hook, id, body } of events) {
    run(
      `insert or ignore into event (project, hook, id, body, state, due_at) values (?, ?, ?, ?, 'waiting', ?)`,
      project,
      hook,
      id,
      body,
      now(),
    );
  }
}

/** Events that wait in a file of SQLite. */
export function sqliteEvents(
  { one, all, run, change, look, now, random }: SqliteTools,
  { tries, leaseMs, firstPauseMs, longestPauseMs, deadMs }: EventTimes,
): EventQueue {
  const failed = (n: number, attempt: number, message: string, isFinal: boolean): 'again' | 'dead' => {
    const isDead = isFinal || attempt >= tries;
    const pause = Math.min(longestPauseMs, firstPauseMs * 2 ** (attempt - 1)) * (0.5 + random());
    run(
      `update event set state = ?, due_at = ?, lease_until = null, failure = ?, failed_at = ? where n = ?`,
      isDead ? 'dead' : 'waiting',
      now() + Math.round(pause),
      message,
      now(),
      n,
    );
    return isDead ? 'dead' : 'again';
  };
  return {
    take: async () => {
      const isSomething = look(() =>
        one(
          `select 1 from event where (state = 'waiting' and due_at <= ?1) or (state = 'active' and lease_until < ?1) limit 1`,
          now(),
        ),
      );
      if (isSomething === undefined) {
        return undefined;
      }
      return change(() => {
        for (const { n, attempt } of all(
          `select n, attempt from event where state = 'active' and lease_until < ?`,
          now(),
        )) {
          failed(Number(n), Number(attempt), 'whoever sent it was not heard of any more', false);
        }
        run(`delete from event where state = 'dead' and failed_at < ?`, now() - deadMs);
        const row = one(
          `update event set state = 'active', attempt = attempt + 1, token = token + 1, lease_until = ?2
           where n = (select n from event where state = 'waiting' and due_at <= ?1 order by due_at, n limit 1)
           returning n, project, hook, id, body, attempt, token`,
          now(),
          now() + leaseMs,
        );
        return row === undefined
          ? undefined
          : {
              key: String(row['n']),
              project: String(row['project']),
              hook: String(row['hook']),
              id: String(row['id']),
              body: String(row['body']),
              attempt: Number(row['attempt']),
              token: Number(row['token']),
            };
      });
    },
    end: async ({ key, token, attempt }, how) =>
      change(() => {
        const n = Number(key);
        if (one(`select 1 from event where n = ? and state = 'active' and token = ?`, n, token) === undefined) {
          return 'lost';
        }
        if (how !== 'sent') {
          return failed(n, attempt, how.message, how.isFinal);
        }
        run('delete from event where n = ?', n);
        return 'done';
      }),
    retry: async (project) =>
      change(() =>
        run(
          `update event set state = 'waiting', attempt = 0, due_at = ?
           where project = ? and (state = 'dead' or (state = 'waiting' and attempt > 0))`,
          now(),
          project,
        ),
      ),
    states: async () =>
      new Map(
        look(() =>
          all(
            `select project, sum(state <> 'dead') as waiting, sum(state = 'dead') as dead, max(failed_at) as failed_at,
               (select failure from event other where other.project = event.project order by failed_at desc limit 1) as failure
             from event group by project`,
          ),
        ).map((row) => [
          String(row['project']),
          {
            waiting: Number(row['waiting']),
            dead: Number(row['dead']),
            ...(typeof row['failure'] === 'string' && {
              failure: { message: row['failure'], atMs: Number(row['failed_at']) },
            }),
          },
        ]),
      ),
  };
}
