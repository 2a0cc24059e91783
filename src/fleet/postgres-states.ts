import type { JobWithMetadata } from 'pg-boss';
import { errorKinds } from '../errors.ts';
import type { Failure, Made, ProjectState } from './engine.ts';

/** What a job carries. */
export interface Job {
  readonly project: string;
  readonly slotMs: number;
  /** How often the run was tried before this job. */
  readonly before: number;
  /** How often this job is tried. */
  readonly tries: number;
}

/** Whole numbers of 64 bits come as texts. */
type Whole = string | number;

export interface ProjectRow {
  readonly id: string;
  readonly last_slot: Whole | null;
  /** JSON. */
  readonly recent_slots: string | null;
  /** Of the server, where one row was asked for. */
  readonly now_ms?: Whole;
  readonly paused_at: Whole | null;
  readonly done_slot: Whole | null;
  readonly made: string | null;
  readonly worker: string | null;
  readonly failure_kind: string | null;
  readonly failure: string | null;
  readonly failed_at: Whole | null;
  readonly given_up: Whole;
  readonly passed_over: Whole;
}

export interface JobRow {
  readonly name: string;
  readonly state: string;
  readonly data: Job;
  readonly singleton_key: string;
  readonly start_after: Date;
  readonly started_on: Date | null;
  readonly created_on: Date;
  readonly retry_count: number;
  readonly output: unknown;
  readonly source_output: unknown;
}

export const numberOf = (value: Whole | null | undefined): number => Number(value ?? 0);

export type Fault = Failure & { readonly atMs: number };

/** What is kept of a try that went wrong: our own words, or what pg-boss writes where it heard nothing. */
export function failureOf(output: unknown, at: Date | null): Fault {
  const { kind, message } = (output ?? {}) as Readonly<Record<string, unknown>>;
  const known = errorKinds.find((one) => one === kind);
  return {
    kind: known ?? 'lost',
    message: known !== undefined ? String(message) : 'its worker was not heard of any more',
    atMs: at?.getTime() ?? 0,
  };
}

/** How the try of a job before this one went wrong. */
export function jobFailure(job: JobWithMetadata<Job>): Fault | undefined {
  return job.retryCount === 0 || job.output === null ? undefined : failureOf(job.output, job.startedOn);
}

/** What the table of projects and the jobs tell of each project. */
export function stateOf(rows: readonly ProjectRow[], jobs: readonly JobRow[]): ReadonlyMap<string, ProjectState> {
  const dead = new Map(
    jobs.filter(({ state, name }) => state === 'created' && name === 'given-up').map((job) => [job.singleton_key, job]),
  );
  const open = new Map(jobs.filter(({ name }) => name !== 'given-up').map((job) => [job.singleton_key, job]));
  return new Map(rows.map((row) => [row.id, stateOfRow(row, open.get(row.id), dead.get(row.id))]));
}

function stateOfRow(row: ProjectRow, open: JobRow | undefined, dead: JobRow | undefined): ProjectState {
  const failure = newestFailure(row, open, dead);
  return {
    isPaused: row.paused_at !== null,
    ...(row.last_slot !== null && { lastSlotMs: numberOf(row.last_slot) }),
    givenUpInARow: numberOf(row.given_up) + (dead !== undefined && open === undefined ? 1 : 0),
    passedOver: numberOf(row.passed_over),
    ...(open !== undefined ? { run: openRun(open, row.worker) } : dead !== undefined ? { run: deadRun(dead) } : {}),
    ...(row.made !== null && { last: { ...(JSON.parse(row.made) as Made), slotMs: numberOf(row.done_slot) } }),
    ...(failure !== undefined && { failure }),
  };
}

function openRun(job: JobRow, worker: string | null): NonNullable<ProjectState['run']> {
  const { state, data, retry_count: count } = job;
  const isBegun = job.started_on !== null;
  return {
    state: state === 'active' ? 'active' : 'waiting',
    slotMs: data.slotMs,
    attempt: data.before + (isBegun ? count + 1 : 0),
    tries: data.before + data.tries,
    dueMs: job.start_after.getTime(),
    ...(job.started_on !== null && { startedMs: job.started_on.getTime() }),
    ...(state === 'active' && { worker: worker ?? '' }),
  };
}

function deadRun({ data, start_after: at }: JobRow): NonNullable<ProjectState['run']> {
  const tries = data.before + data.tries;
  return { state: 'given-up', slotMs: data.slotMs, attempt: tries, tries, dueMs: at.getTime() };
}

function newestFailure(row: ProjectRow, open: JobRow | undefined, dead: JobRow | undefined): Fault | undefined {
  if (open !== undefined && open.started_on !== null && open.output !== null) {
    return failureOf(open.output, open.started_on);
  }
  if (dead !== undefined && open === undefined) {
    return failureOf(dead.source_output, dead.created_on);
  }
  return row.failure === null
    ? undefined
    : {
        kind: (errorKinds.find((one) => one === row.failure_kind) ?? 'lost') satisfies Failure['kind'],
        message: row.failure,
        atMs: numberOf(row.failed_at),
      };
}

/** Whether pg-boss did it: a job that is not this attempt's any more is left alone, and not counted. */
export function isDone(response: object): boolean {
  const affected: unknown = Reflect.get(response, 'affected');
  if (typeof affected !== 'number') {
    throw new Error('pg-boss tells how many jobs a command affected');
  }
  return affected === 1;
}
