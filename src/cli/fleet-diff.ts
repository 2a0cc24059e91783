import { type Diff, diffOf } from '../answers/diff.ts';
import { changeJson } from '../answers/diff-cells.ts';
import { diffInWords, diffLines } from '../answers/diff-text.ts';
import { jsonLinesLater } from '../answers/json-lines.ts';
import { printable } from '../answers/printable.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { askEach, chosenProjects, type EachOptions, type FleetSelection, type Standing } from './fleet-projects.ts';
import type { OpenIndex, ProjectSource } from './fleet-source.ts';
import {
  closingLines,
  type FleetAnswer,
  headingOf,
  isComplete,
  knownInWords,
  refuseIncomplete,
  standingJson,
  tellAnswer,
  withEndsLater,
} from './fleet-standing.ts';
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

interface Told {
  readonly standing: Standing;
  readonly changed: Changed | undefined;
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
  options: EachOptions & { readonly sinceMs: number; readonly json?: boolean },
): FleetAnswer & { readonly hasChanges: () => boolean } {
  const { json = false, sinceMs, nowMs } = options;
  const standings: Standing[] = [];
  const short: Standing[] = [];
  const behind: Standing[] = [];
  const changes: object[] = [];
  let changedProjects = 0;

  async function* answers(): AsyncGenerator<Told> {
    for await (const { standing, answer: changed } of askEach(projects, options, changedSince(sinceMs))) {
      standings.push(standing);
      using diff = changed?.diff;
      if (changed !== undefined && diff !== undefined) {
        const { isShort, isBehind, from, to, notes } = changed;
        changedProjects += diff.isSame ? 0 : 1;
        if (isShort) {
          short.push(standing);
        }
        if (isBehind) {
          behind.push(standing);
        }
        const { name: project, id: projectId } = standing.project;
        changes.push({
          project,
          projectId,
          from,
          to,
          isShort,
          isBehind,
          isSame: diff.isSame,
          counts: diff.counts,
          notes,
        });
      }
      yield { standing, changed };
    }
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const told of answers()) {
      yield* linesOf(told, nowMs);
    }
    yield* prose(`Something changed in ${changedProjects} of ${knownInWords(standings)}.`);
    yield* closingLines(standings, nowMs);
  }
  const after = (): object => ({
    changed: changes,
    projects: standings.map((standing) => standingJson(standing, nowMs)),
    complete: isComplete(standings) && short.length === 0 && behind.length === 0,
  });
  const since = new Date(sinceMs).toISOString();
  return {
    pieces: json
      ? jsonLinesLater({ question: 'diff', since }, 'changes', rowsIn(answers()), after)
      : withEndsLater(lines()),
    hasChanges: () => changedProjects > 0,
    refuse: () => {
      refuseIncomplete('diff', standings);
      const lacks = [
        ...(short.length > 0 ? [`nothing is kept from ${since} of ${namesOf(short)}`] : []),
        ...(behind.length > 0 ? [`no sync has ended since ${since} of ${namesOf(behind)}`] : []),
      ];
      if (lacks.length > 0) {
        throw new ConnectorError('inconsistent', `fleet diff: the answer is not complete: ${lacks.join('; ')}`);
      }
    },
  };
}

const namesOf = (standings: readonly Standing[]): string =>
  standings.map(({ project }) => printable(project.name)).join(', ');

function changedSince(
  sinceMs: number,
): (project: FleetProject, open: OpenIndex, source: ProjectSource) => Promise<Changed> {
  return async (_project, open, { past }) => {
    const after = await open({ isWhole: true });
    const { index: before, isShort } = await past(sinceMs, { isWhole: true });
    const diff = diffOf(before, after);
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

async function* rowsIn(answers: AsyncIterable<Told>): AsyncGenerator<object> {
  for await (const { standing, changed } of answers) {
    for (const change of changed === undefined ? [] : [changed.diff.flaggedFirst(), changed.diff.inheritedAccess()]) {
      for (const one of change) {
        yield { project: standing.project.name, projectId: standing.project.id, ...changeJson(one) };
      }
    }
  }
}

function* linesOf({ standing, changed }: Told, nowMs: number): Generator<string> {
  if (changed === undefined) {
    return;
  }
  const { diff, from, to, isShort, isBehind, notes } = changed;
  const paint = painter();
  yield headingOf(standing, nowMs);
  if (isShort) {
    yield* prose(
      `Nothing is kept from before ${printable(from ?? 'its newest sync')}: what changed earlier is not known.`,
    ).map((line) => paint('yellow', line));
  }
  if (isBehind) {
    yield* prose(`Its newest sync ended before the time that is asked about: what changed since is not known.`).map(
      (line) => paint('yellow', line),
    );
    yield* prose(...notes.map((note) => `note: ${note}`));
    yield '';
    return;
  }
  yield* prose(
    ...(diff.isSame ? [] : [`From ${printable(from ?? '?')} to ${printable(to ?? '?')}`]),
    diffInWords(diff),
  );
  yield* diffLines(diff, screenWidth(), paint);
  yield* prose(...notes.map((note) => `note: ${note}`));
  yield '';
}
