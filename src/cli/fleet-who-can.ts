import { pathJson } from '../answers/answer-text.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { whoCan } from '../answers/who-can.ts';
import { ConnectorError, isKind } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { type AnswerOptions, type FleetAnswer, overFleet, tellAnswer } from './fleet-answer.ts';
import { chosenProjects, type FleetSelection } from './fleet-projects.ts';
import { count, type Here, lackOf, totalInWords, totalJson, totalOf } from './fleet-who-can-totals.ts';
import { rowsOf, whoCanAnswer } from './questions.ts';
import { prose } from './results.ts';

export interface FleetQuestionFlags extends FleetSelection {
  readonly json?: boolean;
  readonly directOnly?: boolean;
}

export type FleetQuestionOptions = AnswerOptions & Pick<FleetQuestionFlags, 'directOnly'>;

/** Who has permissions, or whatever else can be held, in each project of a fleet. */
export async function fleetWhoCan(
  asked: readonly string[],
  flags: FleetQuestionFlags,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<void> {
  const projects = chosenProjects(openFleet(flags), flags);
  await tellAnswer(whoCanOver(projects, asked, { ...flags, env, signal, nowMs: Date.now() }), signal);
}

/** The same, ready to be written: `pieces` first, and then `refuse`. */
export function whoCanOver(
  projects: readonly FleetProject[],
  asked: readonly string[],
  options: FleetQuestionOptions,
): FleetAnswer {
  if (asked.some((word) => word.trim() === '')) {
    throw new ConnectorError('config', 'the name of a permission is blank');
  }
  const totals = asked.map(totalOf);
  return overFleet<readonly Here[]>(
    projects,
    { ...options, relevant: ['access_key'] },
    {
      name: 'who-can',
      asked: { asked },
      list: 'rows',
      ask: async (_project, { open }) => {
        const [only = '', ...more] = asked;
        const question = { about: 'who-can', of: only } as const;
        const index = await open({ isLean: true, ...(more.length === 0 && { question }) });
        return asked.map((word) => hereOf(index, word, options.directOnly));
      },
      rows: rowsHere,
      lines: linesHere,
      count: (here, standing) =>
        here.forEach((one, place) => count(totals[place] ?? totalOf(one.asked), standing, one)),
      closing: (standings) => totals.flatMap((total) => prose(totalInWords(total, standings))),
      after: () => ({ totals: totals.map(totalJson) }),
      lack: () => {
        const lacks = totals.flatMap((total) => lackOf(total) ?? []);
        return lacks.find(({ kind }) => kind === 'inconsistent') ?? lacks[0];
      },
    },
  );
}

function hereOf(index: FileIndex, asked: string, directOnly: boolean | undefined): Here {
  try {
    return { asked, index, found: whoCan(index, asked, undefined, { directOnly }) };
  } catch (thrown) {
    if (isKind(thrown, 'not-found', 'conflict')) {
      return { asked, index, failure: thrown };
    }
    throw thrown;
  }
}

function* rowsHere(here: readonly Here[]): Generator<object> {
  for (const { asked, index, found } of here) {
    for (const path of found === undefined ? [] : rowsOf(whoCanAnswer(index, found))) {
      yield { asked, ...pathJson(path) };
    }
  }
}

function* linesHere(here: readonly Here[]): Generator<string> {
  for (const { index, found } of here) {
    if (found !== undefined) {
      const { text, paths, gains } = whoCanAnswer(index, found);
      yield* text(paths(), gains());
    }
  }
}
