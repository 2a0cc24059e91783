import type { FileIndex } from '../answers/file-index.ts';
import { limitsInWords } from '../answers/answer-text.ts';
import type { Environment } from '../config/environment.ts';
import { ConnectorError, type ErrorKind, throwIfCancelled } from '../errors.ts';
import type { Fleet, FleetProject } from '../fleet/fleet.ts';
import { isOld, isTimeOf } from '../fleet/newest.ts';
import { orMeant } from '../config/yaml-schema.ts';
import { printable } from '../printable.ts';
import { isPostgres, shownStore } from '../store-url.ts';
import { type FleetFileFlags, projectsNamed } from './fleet-file.ts';
import { type OpenIndex, type ProjectSource, sourceOf } from './fleet-source.ts';

/** Which projects of a fleet are asked. */
export interface FleetSelection extends FleetFileFlags {
  readonly project?: readonly string[];
  /** "env=prod": each must hold. */
  readonly label?: readonly string[];
  /** Results that are older do not count as known; by default what the schedule of each project lets be. */
  readonly maxAge?: number;
}

/** The projects that flags choose, in the order of the file. */
export function chosenProjects(fleet: Fleet, { project = [], label = [] }: FleetSelection): readonly FleetProject[] {
  const wanted = label.map((pair) => {
    const at = pair.indexOf('=');
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
    if (at < 1) {
      throw new ConnectorError('config', `--label ${printable(pair)} is no label: give NAME=VALUE, such as env=prod`);
    }
    return { name, value };
  });
  for (const { name, value } of wanted) {
    const values = fleet.projects.flatMap(({ labels }) => labels[name] ?? []);
    if (!values.includes(value)) {
      const names = fleet.projects.flatMap(({ labels }) => Object.entries(labels).map((pair) => pair.join('=')));
      throw new ConnectorError(
        'not-found',
        `no project has the label ${printable(`${name}=${value}`)}${orMeant(`${name}=${value}`, [...new Set(names)])}`,
      );
    }
  }
  const named = new Set(projectsNamed(fleet, project));
  const chosen = fleet.projects.filter(
    (one) => named.has(one) && wanted.every(({ name, value }) => one.labels[name] === value),
  );
  if (chosen.length === 0) {
    throw new ConnectorError('not-found', 'no project of those that are named has these labels');
  }
  return chosen;
}

/**
 * How well a project is known. `read` is known as of its newest sync, which is new enough. Of an `old` one the answer is
 * told, and may be over; of `never` and `unreadable` there is none.
 */
export interface Standing {
  readonly project: FleetProject;
  readonly state: 'read' | 'old' | 'never' | 'unreadable';
  readonly file?: string;
  readonly startedAt?: string | undefined;
  readonly finishedAt?: string | undefined;
  readonly finishedMs?: number;
  readonly failure?: { readonly kind: ErrorKind; readonly message: string };
  /** What the sync did not read, and so on: the notes of each answer. */
  readonly notes: readonly string[];
}

export interface EachOptions {
  readonly env?: Environment | undefined;
  readonly signal: AbortSignal;
  /** Milliseconds. */
  readonly maxAge?: number | undefined;
  readonly nowMs: number;
  /** The words of `--include` that matter. */
  readonly relevant?: readonly string[];
}

/**
 * Asks one project after the other: of each the newest sync is opened, asked, and closed before the next one, so that
 * memory does not grow with their number. What is read of a project is read in `ask`; what that returns is made use of
 * while its index is open. A project that cannot be read keeps no other from being asked.
 */
export async function* askEach<T>(
  projects: readonly FleetProject[],
  options: EachOptions,
  ask: Ask<T>,
): AsyncGenerator<{ readonly standing: Standing; readonly answer: T | undefined }> {
  for (const project of projects) {
    throwIfCancelled(options.signal);
    await using stack = new AsyncDisposableStack();
    yield await askOne(project, options, ask, stack);
  }
}

/** What is asked of a project that was synced. What `stack` holds goes away before its indexes do. */
export type Ask<T> = (
  project: FleetProject,
  source: ProjectSource & { readonly stack: AsyncDisposableStack },
) => Promise<T>;

async function askOne<T>(
  project: FleetProject,
  { env = {}, signal, maxAge, nowMs, relevant }: EachOptions,
  ask: Ask<T>,
  stack: AsyncDisposableStack,
): Promise<{ readonly standing: Standing; readonly answer: T | undefined }> {
  try {
    const source = await sourceOf(project, { env, signal, stack });
    if (source === undefined) {
      return { standing: { project, state: 'never', notes: [] }, answer: undefined };
    }
    let opened: FileIndex | undefined;
    const open: OpenIndex = async (needs) => (opened = await source.open(needs));
    const answer = await ask(project, { ...source, open, stack });
    const index = opened ?? (await open({ isLean: true }));
    const { startedAt, finishedAt } = index.summary;
    const finishedMs = timeOf(finishedAt);
    const began = timeOf(startedAt) ?? finishedMs;
    const isTooOld =
      maxAge === undefined ? isOld(project, began, nowMs) : !isTimeOf(finishedMs, nowMs) || nowMs - finishedMs > maxAge;
    return {
      standing: {
        project,
        state: isTooOld ? 'old' : 'read',
        file: isPostgres(source.place) ? shownStore(source.place) : source.place,
        startedAt,
        finishedAt,
        ...(finishedMs !== undefined && { finishedMs }),
        notes: limitsInWords({ ...index, moment: undefined }, relevant),
      },
      answer,
    };
  } catch (thrown) {
    if (!(thrown instanceof ConnectorError) || thrown.kind === 'cancelled') {
      throw thrown;
    }
    const { kind, message } = thrown;
    return { standing: { project, state: 'unreadable', failure: { kind, message }, notes: [] }, answer: undefined };
  }
}

function timeOf(text: string | undefined): number | undefined {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? undefined : ms;
}
