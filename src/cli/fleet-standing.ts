import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Standing } from './fleet-projects.ts';
import { prose, writeResult } from './results.ts';
import { counted } from './table.ts';
import { painter } from './terminal.ts';
import { ago } from './text.ts';

// What every answer over a fleet tells of its projects: which are known, how old that is, and of which nothing is known.

const paint = painter();

/** An answer over a fleet: `pieces` are written first, and then `refuse` throws where they are not all there is to say. */
export interface FleetAnswer {
  readonly pieces: AsyncIterable<string>;
  readonly refuse: () => void;
}

export async function tellAnswer({ pieces, refuse }: FleetAnswer, signal: AbortSignal): Promise<void> {
  await writeResult(pieces, signal);
  refuse();
}

/** Lines with their ends. */
export async function* withEndsLater(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) {
    yield `${line}\n`;
  }
}

/** The heading of what is told of a project. */
export function headingOf({ project, state, finishedMs }: Standing, nowMs: number): string {
  const about = [
    ...Object.entries(project.labels).map(([name, value]) => `${name}=${value}`),
    ...(finishedMs === undefined ? ['it is not told of when'] : [ago(nowMs - finishedMs)]),
    ...(state === 'old' ? ['old'] : []),
  ];
  return `${paint('bold', printable(project.name))} ${paint(state === 'old' ? 'yellow' : 'dim', `(${printable(about.join(', '))})`)}`;
}

/** Which projects are not known, or not as they are now, and why: a line each. */
export function unknownLines(standings: readonly Standing[], nowMs: number): readonly string[] {
  return standings.flatMap((standing) => {
    const why = whyUnknown(standing, nowMs);
    return why === undefined ? [] : [`${printable(standing.project.name)} ${why}`];
  });
}

function whyUnknown({ state, finishedMs, failure }: Standing, nowMs: number): string | undefined {
  switch (state) {
    case 'read':
      return undefined;
    case 'never':
      return 'is not known: it was never synced';
    case 'unreadable':
      return `is not known: ${failure?.message.split('\n')[0] ?? 'it could not be read'}`;
    case 'old':
      return finishedMs === undefined
        ? 'is known as it was at some time: its file does not tell when'
        : `is known as it was ${ago(nowMs - finishedMs)}, which is older than it should be`;
  }
}

/** The last lines of an answer: what it lacks, and the notes of its projects, each once. */
export function* closingLines(standings: readonly Standing[], nowMs: number): Generator<string> {
  const unknown = unknownLines(standings, nowMs);
  yield* prose(...unknown).map((line) => paint('yellow', line));
  yield* prose(...sharedNotes(standings)).map((line) => paint('dim', line));
}

const mostNamed = 3;

/** What the answers of several projects note: where it is not said of all, with the names. */
export function sharedNotes(standings: readonly Standing[]): readonly string[] {
  const read = standings.filter(({ state }) => state === 'read' || state === 'old');
  const byNote = new Map<string, string[]>();
  for (const { notes, project } of read) {
    for (const note of notes) {
      byNote.set(note, [...(byNote.get(note) ?? []), project.name]);
    }
  }
  return Array.from(byNote, ([note, names]) => {
    const first = names.slice(0, mostNamed).map(printable).join(', ');
    const more = names.length > mostNamed ? `, and ${names.length - mostNamed} more` : '';
    return names.length === read.length ? note : `${note} (${first}${more})`;
  });
}

export function standingJson(
  { project, state, file, startedAt, finishedAt, finishedMs, failure, notes }: Standing,
  nowMs: number,
): object {
  return {
    name: project.name,
    id: project.id,
    labels: project.labels,
    state,
    ...(file !== undefined && { file }),
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(finishedMs !== undefined && { ageSeconds: Math.max(0, Math.round((nowMs - finishedMs) / 1_000)) }),
    ...(failure !== undefined && { failure }),
    ...(notes.length > 0 && { notes }),
  };
}

/** How many projects something can be said of: "6 projects", "4 known projects". */
export function knownInWords(standings: readonly Standing[]): string {
  const known = standings.filter(({ state }) => state === 'read' || state === 'old').length;
  return known === standings.length ? counted(known, 'project') : counted(known, 'known project');
}

/** Whether an answer is of all projects, as they are now as far as syncs can tell. */
export function isComplete(standings: readonly Standing[]): boolean {
  return standings.every(({ state }) => state === 'read');
}

/** An answer that lacks projects is no answer about them: the command fails, behind all that could be told. */
export function refuseIncomplete(command: string, standings: readonly Standing[]): void {
  const lacking = standings.filter(({ state }) => state !== 'read');
  if (lacking.length > 0) {
    const names = lacking.slice(0, mostNamed).map(({ project }) => printable(project.name));
    const more = lacking.length > mostNamed ? `, and ${lacking.length - mostNamed} more` : '';
    throw new ConnectorError(
      'inconsistent',
      `fleet ${command}: the answer is not complete: ${lacking.length} of ${counted(standings.length, 'project')} not known, or old: ` +
        `${names.join(', ')}${more}; the answer says why`,
    );
  }
}
