import { accessOf } from '../answers/access-of.ts';
import { pathJson } from '../answers/answer-text.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { jsonLinesLater } from '../answers/json-lines.ts';
import { printable, quoted } from '../answers/printable.ts';
import { type PersonHere, personsWith, type PersonMatch } from '../answers/same-person.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { isPostgres } from '../store-url.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { askEach, chosenProjects, type Standing } from './fleet-projects.ts';
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
import type { FleetQuestionFlags, FleetQuestionOptions } from './fleet-who-can.ts';
import { type Answer, accessAnswer, rowsOf } from './questions.ts';
import { prose } from './results.ts';
import { painter } from './terminal.ts';

interface Somebody {
  readonly person: PersonHere;
  readonly answer: Answer;
  /** The answer without its rows. */
  readonly about: object;
}

interface Told {
  readonly standing: Standing;
  readonly here: readonly Somebody[];
}

type Found = Readonly<Record<PersonMatch, number>>;

const paint = painter();
const doubts: Readonly<Record<Exclude<PersonMatch, 'verified'>, string>> = {
  unverified: 'The address was never verified here: this may be somebody else.',
  login: 'The address is a login id here, and no verified email: this may be somebody else.',
};

/** What the person with an address can do in each project of a fleet. */
export async function fleetAccess(
  email: string,
  flags: FleetQuestionFlags,
  { env, signal }: Pick<CommandContext, 'env' | 'signal'>,
): Promise<void> {
  const projects = chosenProjects(openFleet(flags), flags);
  await tellAnswer(accessOver(projects, email, { ...flags, env, signal, nowMs: Date.now() }), signal);
}

/**
 * The same, ready to be written: `pieces` first, and then `refuse`. Users whose address is not verified are told apart:
 * anybody can be registered under the address of another.
 */
export function accessOver(
  projects: readonly FleetProject[],
  email: string,
  options: FleetQuestionOptions,
): FleetAnswer {
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new ConnectorError(
      'config',
      `${quoted(email)} is no email address, and one person in several projects is known by that alone: for anything else ask ` +
        'one project with "baton-descope access FILE NAME"',
    );
  }
  const { json = false, directOnly, nowMs } = options;
  const standings: Standing[] = [];
  const people: object[] = [];
  const found: Record<PersonMatch, number> = { verified: 0, unverified: 0, login: 0 };

  async function* answers(): AsyncGenerator<Told> {
    const ask = async (_project: FleetProject, open: OpenIndex): Promise<readonly Somebody[]> =>
      await peopleIn(open, email, directOnly);
    for await (const { standing, answer: here = [] } of askEach(projects, options, ask)) {
      standings.push(standing);
      for (const match of new Set(here.map(({ person }) => person.match))) {
        found[match] += 1;
      }
      const { name, id } = standing.project;
      people.push(
        ...here.map(({ person, about }) => ({ project: name, projectId: id, match: person.match, ...about })),
      );
      yield { standing, here };
    }
  }
  async function* lines(): AsyncGenerator<string> {
    for await (const told of answers()) {
      yield* linesOf(told, nowMs);
    }
    yield* prose(foundInWords(email, found, standings));
    yield* closingLines(standings, nowMs);
  }
  const after = (): object => ({
    people,
    found,
    projects: standings.map((standing) => standingJson(standing, nowMs)),
    complete: isComplete(standings),
  });
  return {
    pieces: json
      ? jsonLinesLater({ question: 'access', email }, 'rows', rowsIn(answers()), after)
      : withEndsLater(lines()),
    refuse: () => {
      refuseIncomplete('access', standings);
      if (found.verified + found.unverified + found.login === 0) {
        throw new ConnectorError('not-found', `no project has a user with the address ${quoted(email)}`);
      }
    },
  };
}

/** Of a store that is elsewhere each question brings its own part, so each user is asked for by the id. */
async function peopleIn(open: OpenIndex, email: string, directOnly: boolean | undefined): Promise<readonly Somebody[]> {
  const index = await open({ isLean: true, question: { about: 'access', of: email } });
  const here: Somebody[] = [];
  for (const person of personsWith(index.database, email)) {
    const { id } = person;
    const own = isElsewhere(index) ? await open({ isLean: true, question: { about: 'access', of: id } }) : index;
    const access = accessOf(own, id, { directOnly });
    const answer = accessAnswer(own, access);
    here.push({ person, answer, about: { user: access.user, groups: access.groups, keys: access.keys } });
  }
  return here;
}

function isElsewhere({ path }: FileIndex): boolean {
  return isPostgres(path);
}

async function* rowsIn(answers: AsyncIterable<Told>): AsyncGenerator<object> {
  for await (const { standing, here } of answers) {
    for (const { person, answer } of here) {
      for (const path of rowsOf(answer)) {
        yield {
          project: standing.project.name,
          projectId: standing.project.id,
          match: person.match,
          ...pathJson(path),
        };
      }
    }
  }
}

function* linesOf({ standing, here }: Told, nowMs: number): Generator<string> {
  if (here.length > 0) {
    yield headingOf(standing, nowMs);
  }
  for (const { person, answer } of here) {
    if (person.match !== 'verified') {
      yield* prose(doubts[person.match]).map((line) => paint('yellow', line));
    }
    yield* answer.text(answer.paths(), answer.gains());
    yield '';
  }
}

function foundInWords(email: string, { verified, unverified, login }: Found, standings: readonly Standing[]): string {
  const parts = [
    `verified in ${verified} of ${knownInWords(standings)}`,
    ...(unverified > 0 ? [`not verified in ${unverified}`] : []),
    ...(login > 0 ? [`a login id alone in ${login}`] : []),
  ];
  return `${printable(email)}: ${parts.join(', ')}.`;
}
