import { accessOf } from '../answers/access-of.ts';
import { pathJson } from '../answers/answer-text.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { printable, quoted } from '../answers/printable.ts';
import { type PersonHere, personsWith, type PersonMatch } from '../answers/same-person.ts';
import { ConnectorError } from '../errors.ts';
import type { FleetProject } from '../fleet/fleet.ts';
import { isPostgres } from '../store-url.ts';
import type { CommandContext } from './command-context.ts';
import { openFleet } from './fleet-file.ts';
import { type FleetAnswer, overFleet, tellAnswer } from './fleet-answer.ts';
import { chosenProjects, type Standing } from './fleet-projects.ts';
import type { OpenIndex } from './fleet-source.ts';
import { knownInWords } from './fleet-standing.ts';
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
  given: string,
  options: FleetQuestionOptions,
): FleetAnswer {
  const email = given.trim();
  if (!/^[^\s@]+@[^\s@]+$/.test(email)) {
    throw new ConnectorError(
      'config',
      `${quoted(email)} is no email address, and one person in several projects is known by that alone: for anything else ask ` +
        'one project with "baton-descope access FILE NAME"',
    );
  }
  const people: object[] = [];
  const found: Record<PersonMatch, number> = { verified: 0, unverified: 0, login: 0 };
  return overFleet<readonly Somebody[]>(projects, options, {
    name: 'access',
    asked: { email },
    list: 'rows',
    ask: async (_project, { open }) => await peopleIn(open, email, options.directOnly),
    rows: rowsOfPeople,
    lines: linesOfPeople,
    count: (here, { project: { name, id } }) => {
      for (const match of new Set(here.map(({ person }) => person.match))) {
        found[match] += 1;
      }
      people.push(
        ...here.map(({ person, about }) => ({ project: name, projectId: id, match: person.match, ...about })),
      );
    },
    closing: (standings) => prose(foundInWords(email, found, standings)),
    after: () => ({ people, found }),
    lack: () =>
      people.length === 0
        ? new ConnectorError('not-found', `no project has a user with the address ${quoted(email)}`)
        : undefined,
  });
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

function* rowsOfPeople(here: readonly Somebody[]): Generator<object> {
  for (const { person, answer } of here) {
    for (const path of rowsOf(answer)) {
      yield { match: person.match, ...pathJson(path) };
    }
  }
}

function* linesOfPeople(here: readonly Somebody[]): Generator<string> {
  for (const [place, { person, answer }] of here.entries()) {
    if (place > 0) {
      yield '';
    }
    if (person.match !== 'verified') {
      yield* prose(doubts[person.match]).map((line) => paint('yellow', line));
    }
    yield* answer.text(answer.paths(), answer.gains());
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
