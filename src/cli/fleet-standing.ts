import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Standing } from './fleet-projects.ts';
import { prose } from './results.ts';
import { counted } from './table.ts';
import { painter } from './terminal.ts';
import { ago } from './text.ts';

// What every answer over a fleet tells of its projects: which are known, how old that is, and of which nothing is known.

const paint = painter();

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

/** Why a project is not known as it is now; undefined where it is. */
export function whyUnknown({ state, finishedMs, failure }: Standing, nowMs: number): string | undefined {
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

/** The names of projects; of many the first, and how many more. */
export function namesOf(standings: readonly Standing[], most = 5): string {
  return inWords(
    standings.map(({ project }) => project.name),
    most,
  );
}

function inWords(names: readonly string[], most: number): string {
  const more = names.length > most ? `, and ${names.length - most} more` : '';
  return `${names.slice(0, most).map(printable).join(', ')}${more}`;
}

/** A number in a sentence, and not a part of a time or of a word. */
const numbers = /(?<![\p{L}\p{N}.,:-])\d{1,3}(?:,\d{3})*(?![\p{L}\p{N}:-]|[.,]\d)/gu;

/**
 * What the answers of several projects note: where it is not said of all, with the names. Notes that differ in numbers
 * alone are one, which tells the least and the most: of fifty projects each would else have a line of its own.
 */
export function sharedNotes(standings: readonly Standing[]): readonly string[] {
  const read = standings.filter(({ state }) => state === 'read' || state === 'old');
  const alike = new Map<string, { readonly notes: string[]; readonly names: string[] }>();
  for (const { notes, project } of read) {
    for (const note of notes) {
      const shape = note.replaceAll(numbers, '#');
      const known = alike.get(shape) ?? { notes: [], names: [] };
      alike.set(shape, known);
      known.notes.push(note);
      known.names.push(project.name);
    }
  }
  return Array.from(alike.values(), ({ notes, names }) =>
    names.length === read.length ? withRanges(notes) : `${withRanges(notes)} (${inWords(names, 3)})`,
  );
}

/** "65 to 75 memberships", of sentences that differ in numbers alone. */
function withRanges(notes: readonly string[]): string {
  const told = notes.map((note) => Array.from(note.matchAll(numbers), ([text]) => Number(text.replaceAll(',', ''))));
  let place = 0;
  return (notes[0] ?? '').replaceAll(numbers, (text) => {
    const all = told.map((of) => of[place] ?? 0);
    place += 1;
    const [least, most] = [Math.min(...all), Math.max(...all)];
    return least === most ? text : `${least.toLocaleString('en')} to ${most.toLocaleString('en')}`;
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
    throw new ConnectorError(
      'inconsistent',
      [
        `fleet ${command}: the answer is not complete: ${lacking.length} of ${counted(standings.length, 'project')}`,
        `not known, or old: ${namesOf(lacking, 3)}; the answer says why`,
      ].join(' '),
    );
  }
}
