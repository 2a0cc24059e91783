import { pathJson } from '../answers/answer-text.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { jsonLinesLater } from '../answers/json-lines.ts';
import { printable, quoted } from '../answers/printable.ts';
import { type WhoCan, whoCan } from '../answers/who-can.ts';
import { ConnectorError, isKind } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { isFoundingType } from '../model/ids.ts';
import { typeInWords } from '../sync-format/known-types.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { askEach, chosenProjects, type EachOptions, type FleetSelection, type Standing } from './fleet-projects.ts';
import type { OpenIndex } from './fleet-source.ts';
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
import { rowsOf, whoCanAnswer } from './questions.ts';
import { prose } from './results.ts';
import { counted } from './table.ts';

export interface FleetQuestionFlags extends FleetSelection {
  readonly json?: boolean;
  readonly directOnly?: boolean;
}

export type FleetQuestionOptions = EachOptions & Pick<FleetQuestionFlags, 'json' | 'directOnly'>;

/** What one project says to one of the things that were asked for. */
interface Here {
  readonly asked: string;
  readonly index: FileIndex;
  readonly found?: WhoCan;
  /** Nothing here is called so, or several things are. */
  readonly failure?: ConnectorError;
}

interface Told {
  readonly standing: Standing;
  readonly here: readonly Here[];
}

/** What came of one of the things that were asked for, over all projects that were read. */
interface Total {
  readonly asked: string;
  readonly types: Set<string>;
  users: number;
  others: number;
  holding: number;
  /** The projects that have nothing of this name, with the types that were read there. */
  readonly without: { readonly standing: Standing; readonly types: ReadonlySet<string> }[];
  readonly unclear: { readonly standing: Standing; readonly why: string }[];
}

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
  const { json = false, directOnly, nowMs } = options;
  const standings: Standing[] = [];
  const totals = asked.map(totalOf);
  const ask = async (_project: FleetProject, open: OpenIndex): Promise<readonly Here[]> => {
    const [only = '', ...more] = asked;
    const index = await open({ isLean: true, ...(more.length === 0 && { question: { about: 'who-can', of: only } }) });
    return asked.map((word) => hereOf(index, word, directOnly));
  };
  async function* answers(): AsyncGenerator<Told> {
    for await (const { standing, answer: here = [] } of askEach(
      projects,
      { ...options, relevant: ['access_key'] },
      ask,
    )) {
      standings.push(standing);
      here.forEach((one, place) => count(totals[place] ?? totalOf(one.asked), standing, one));
      yield { standing, here };
    }
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const told of answers()) {
      yield* linesOf(told, nowMs);
    }
    yield* totals.flatMap((total) => prose(totalInWords(total, standings)));
    yield* closingLines(standings, nowMs);
  }
  const after = (): object => ({
    totals: totals.map(totalJson),
    projects: standings.map((standing) => standingJson(standing, nowMs)),
    complete: isComplete(standings) && totals.every(isAnswered),
  });
  return {
    pieces: json
      ? jsonLinesLater({ question: 'who-can', asked }, 'rows', rowsIn(answers()), after)
      : withEndsLater(lines()),
    refuse: () => {
      refuseIncomplete('who-can', standings);
      refuseUnanswered(totals);
    },
  };
}

function totalOf(asked: string): Total {
  return { asked, types: new Set(), users: 0, others: 0, holding: 0, without: [], unclear: [] };
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

function count(total: Total, standing: Standing, { index, found, failure }: Here): void {
  if (found !== undefined) {
    const [users, others] = [found.counts().users, found.otherCounts().principals];
    total.types.add(found.asked.type);
    total.users += users;
    total.others += others;
    total.holding += users + others > 0 ? 1 : 0;
  } else if (failure?.kind === 'conflict') {
    total.unclear.push({ standing, why: failure.message.split('\n')[0] ?? '' });
  } else {
    total.without.push({ standing, types: index.types });
  }
}

/** Projects that may have it without telling: it is of a type that was not read there. */
function unread({ types, without }: Total): readonly Standing[] {
  const needed = [...types].filter((type) => !isFoundingType(type));
  return without.flatMap(({ standing, types: read }) => (needed.every((type) => read.has(type)) ? [] : [standing]));
}

async function* rowsIn(answers: AsyncIterable<Told>): AsyncGenerator<object> {
  for await (const { standing, here } of answers) {
    for (const { asked, index, found } of here) {
      if (found !== undefined) {
        for (const path of rowsOf(whoCanAnswer(index, found))) {
          yield { project: standing.project.name, projectId: standing.project.id, asked, ...pathJson(path) };
        }
      }
    }
  }
}

function* linesOf({ standing, here }: Told, nowMs: number): Generator<string> {
  const answered = here.filter(({ found }) => found !== undefined);
  if (answered.length > 0) {
    yield headingOf(standing, nowMs);
    for (const { index, found } of answered) {
      if (found !== undefined) {
        const { text, paths, gains } = whoCanAnswer(index, found);
        yield* text(paths(), gains());
      }
    }
    yield '';
  }
}

const namesOf = (standings: readonly Standing[]): string => {
  const names = standings.slice(0, 5).map(({ project }) => printable(project.name));
  return `${names.join(', ')}${standings.length > 5 ? `, and ${standings.length - 5} more` : ''}`;
};

function totalInWords(total: Total, standings: readonly Standing[]): string {
  const { asked, users, others, holding, without, unclear } = total;
  const hidden = unread(total);
  const certain = without.map(({ standing }) => standing).filter((standing) => !hidden.includes(standing));
  const who = [
    counted(users, 'user'),
    ...(others > 0 ? [`${others.toLocaleString('en')} that are no users`] : []),
  ].join(' and ');
  const parts = [
    `${who} in ${holding} of ${knownInWords(standings)}`,
    ...(certain.length > 0 ? [`nothing of this name in ${namesOf(certain)}`] : []),
    ...(hidden.length > 0
      ? [
          `not known in ${namesOf(hidden)}, where ${[...total.types].map((type) => typeInWords(type, 2)).join(', ')} were not read`,
        ]
      : []),
    ...unclear.map(({ standing, why }) => `not clear in ${printable(standing.project.name)}: ${why}`),
  ];
  return `${printable(asked)}: ${parts.join('; ')}.`;
}

function totalJson(total: Total): object {
  const { asked, users, others, holding, without, unclear } = total;
  const hidden = unread(total);
  return {
    asked,
    users,
    others,
    projectsWithHolders: holding,
    notThere: without
      .map(({ standing }) => standing)
      .filter((standing) => !hidden.includes(standing))
      .map(nameIn),
    notRead: hidden.map(nameIn),
    unclear: unclear.map(({ standing, why }) => ({ project: nameIn(standing), why })),
  };
}

function nameIn({ project }: Standing): string {
  return project.name;
}

function isAnswered(total: Total): boolean {
  return total.unclear.length === 0 && unread(total).length === 0;
}

/** What no project has is a slip of the pen, most likely; what is not clear somewhere is not answered there. */
function refuseUnanswered(totals: readonly Total[]): void {
  for (const total of totals) {
    const { asked, types, unclear } = total;
    const open = [...unclear.map(({ standing }) => standing), ...unread(total)];
    if (open.length > 0) {
      throw new ConnectorError(
        'inconsistent',
        `fleet who-can: ${quoted(asked)} is not answered for ${namesOf(open)}: the answer above says why`,
      );
    }
    if (types.size === 0) {
      throw new ConnectorError('not-found', `no project has anything that is called ${quoted(asked)}`);
    }
  }
}
