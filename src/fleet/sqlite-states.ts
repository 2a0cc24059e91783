import type { Failure, Made, ProjectState } from './engine.ts';

export type Row = Readonly<Record<string, number | string | null>>;

export const statesSql = `
  select project.*, run.state, run.slot, run.attempt, run.tries, run.due_at, run.started_at, run.worker
  from project left join run on run.project = project.id`;

/** What a row of the two tables tells of a project. */
export function stateOf(row: Row): ProjectState {
  const number = (name: string): number => Number(row[name] ?? 0);
  const { state, made, failure } = row;
  return {
    isPaused: row['paused_at'] !== null,
    givenUpInARow: number('given_up'),
    passedOver: number('passed_over'),
    ...(row['last_slot'] !== null && { lastSlotMs: number('last_slot') }),
    ...((state === 'waiting' || state === 'active' || state === 'given-up') && {
      run: {
        state,
        slotMs: number('slot'),
        attempt: number('attempt'),
        tries: number('tries'),
        dueMs: number('due_at'),
        ...(row['started_at'] !== null && { startedMs: number('started_at') }),
        ...(state === 'active' && { worker: String(row['worker']) }),
      },
    }),
    ...(typeof made === 'string' && {
      last: { ...(JSON.parse(made) as Made), slotMs: number('done_slot') },
    }),
    ...(typeof failure === 'string' && {
      failure: { kind: String(row['failure_kind']) as Failure['kind'], message: failure, atMs: number('failed_at') },
    }),
  };
}
