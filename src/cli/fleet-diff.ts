import { type Diff, diffOf } from '../answers/diff.ts';
import { changeJson } from '../answers/diff-cells.ts';
import { diffInWords, diffLines } from '../answers/diff-text.ts';
import { printable } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { type AnswerOptions, type FleetAnswer, overFleet, tellAnswer } from './fleet-answer.ts';
import { type Ask, chosenProjects, type FleetSelection, type Standing } from './fleet-projects.ts';
import { knownInWords, namesOf } from './fleet-standing.ts';
import { projectNotes } from './project-notes.ts';
import { prose, screenWidth } from './results.ts';
import { painter } from './terminal.ts';

export interface FleetDiffFlags extends FleetSelection {
  readonly since: (nowMs: number) => number;
  readonly json?: boolean;
}

/** What changed in a project, from when to when. */
interface Changed {
  readonly diff: Diff;
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Nothing is kept from so long ago. */
  readonly isShort: boolean;
  /** The newest sync is from before the time that is asked about. */
  readonly isBehind: boolean;
  readonly notes: readonly string[];
}

/** The exit code of a comparison that found something, as `diff` has it. */
const changedCode = 1;

/** What changed in each project of a fleet since a moment. */
export async function fleetDiff(
  { since, ...flags }: FleetDiffFlags,
  { env, signal, endWith }: Pick<CommandContext, 'env' | 'signal' | 'endWith'>,
): Promise<void> {
  const projects = chosenProjects(openFleet(flags), flags);
  const nowMs = Date.now();
  const answer = diffOver(projects, { ...flags, sinceMs: since(nowMs), env, signal, nowMs });
  await tellAnswer(answer, signal);
  if (answer.hasChanges()) {
    endWith(changedCode);
  }
}

/** The same, ready to be written: `pieces` first, and then `refuse`. */
export function diffOver(
  projects: readonly FleetProject[],
  options: AnswerOptions & { readonly sinceMs: number },
): FleetAnswer & { readonly hasChanges: () => boolean } {
  const { sinceMs } = options;
  const since = new Date(sinceMs).toISOString();
  const short: Standing[] = [];
  const behind: Standing[] = [];
  const changes: object[] = [];
  let changedProjects = 0;
  const answer = overFleet<Changed>(projects, options, {
    name: 'diff',
    asked: { since },
    list: 'changes',
    ask: changedSince(sinceMs),
    rows: rowsOf,
    lines: linesOf,
    count: ({ diff: { isSame, counts }, from, to, isShort, isBehind, notes }, standing) => {
      changedProjects += isSame ? 0 : 1;
      short.push(...(isShort ? [standing] : []));
      behind.push(...(isBehind ? [standing] : []));
      const { name: project, id: projectId } = standing.project;
      changes.push({ project, projectId, from, to, isShort, isBehind, isSame, counts, notes });
    },
    closing: (standings) => {
      const known = knownInWords(standings);
      return prose(
        changedProjects > 0
          ? `Something changed in ${changedProjects} of ${known}.`
          : `No change is known of in ${known}.`,
      );
    },
    after: () => ({ changed: changes }),
    lack: () => {
      const lacks = [
        ...(short.length > 0 ? [`nothing is kept from ${since} of ${namesOf(short)}`] : []),
        ...(behind.length > 0 ? [`no sync has ended since ${since} of ${namesOf(behind)}`] : []),
      ];
      return lacks.length === 0
        ? undefined
        : new ConnectorError('inconsistent', `fleet diff: the answer is not complete: ${lacks.join('; ')}`);
    },
  });
  return { ...answer, hasChanges: () => changedProjects > 0 };
}

function changedSince(sinceMs: number): Ask<Changed> {
  return async (_project, { open, past, stack }) => {
    const after = await open({ isWhole: true });
    const { index: before, isShort } = await past(sinceMs, { isWhole: true });
    const diff = stack.use(diffOf(before, after));
    return {
      diff,
      isShort,
      isBehind: !(Date.parse(after.summary.finishedAt ?? '') > sinceMs),
      from: before.summary.finishedAt,
      to: after.summary.finishedAt,
      notes: [...projectNotes(before, after), ...diff.notCompared],
    };
  };
}

function* rowsOf({ diff }: Changed): Generator<object> {
  for (const changes of [diff.flaggedFirst(), diff.inheritedAccess()]) {
    for (const change of changes) {
      yield changeJson(change);
    }
  }
}

function* linesOf({ diff, from, to, isShort, isBehind, notes }: Changed): Generator<string> {
  const paint = painter();
  const isAlone = isShort && from !== undefined && from === to;
  const lacks = [
    ...(isShort && !isAlone
      ? [`Nothing is kept from before ${printable(from ?? 'its newest sync')}: what changed earlier is not known.`]
      : []),
    ...(isAlone ? [`No sync is kept but that of ${printable(from)}: what changed before is not known.`] : []),
    ...(isBehind
      ? ['Its newest sync ended before the time that is asked about: what changed since is not known.']
      : []),
  ];
  yield* prose(...lacks).map((line) => paint('yellow', line));
  if (!isAlone && !isBehind) {
    yield* prose(
      ...(diff.isSame ? [] : [`From ${printable(from ?? '?')} to ${printable(to ?? '?')}`]),
      diffInWords(diff),
    );
    yield* diffLines(diff, screenWidth(), paint);
  }
  yield* prose(...notes.map((note) => `note: ${note}`));
}
