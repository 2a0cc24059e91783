import { typeInWords } from '../../sync-format/known-types.ts';
import { isUsual } from '../answer-text.ts';
import { count } from '../count.ts';
import type { FileIndex } from '../file-index.ts';
import { printable } from '../printable.ts';
import { type JsonAnswer } from '../question-json.ts';
import { isKey } from '../who-holds.ts';
import type { BlastRadius, FallCounts, FallRow } from './blast.ts';
import { thingTitle } from './chain.ts';
import type { FallLevel } from './closure.ts';
import type { FallKind } from './fall-kinds.ts';
import { aboutIndex } from './way-json.ts';

/** The words of `--include` that matter. */
export const relevantToFall = ['access_key', 'application', 'third_party_app'];

export function fallTitle({ subject, tenant }: BlastRadius): string {
  const title = printable(thingTitle(subject));
  const id = title.includes(subject.id) ? '' : ` (${printable(subject.id)})`;
  return `What falls if ${title}${id}${tenant === undefined ? '' : ` in ${printable(tenant.name)}`} falls`;
}

/** Each with the type without which nothing says that there are none. */
const rows: readonly (readonly [title: string, of: (counts: FallCounts) => number, type?: string])[] = [
  ['users', ({ users }) => users],
  ['keys', ({ keys }) => keys, 'access_key'],
  ['tenants', ({ tenants }) => tenants],
  ['roles', ({ roles }) => roles],
  ['permissions', ({ permissions }) => permissions],
  ['  administrative', ({ administrative }) => administrative],
  ['permissions by place', ({ access }) => Object.values(access).reduce((sum, each) => sum + each, 0)],
  ['  for certain', ({ access }) => access.certain],
  ['  uncertain', ({ access }) => access.uncertain],
  ['  at the next login', ({ access }) => access.next_login, 'sso_configuration'],
  ['  possible', ({ access }) => access.possible],
  ['applications', ({ applications }) => applications, 'application'],
];

/** The counts as cells: by itself, and with those who can be taken over. What the sync did not read is no 0, but a `?`. */
export function countRows({ own, all }: BlastRadius, types: FileIndex['types']): string[][] {
  const number = (value: number, type: string | undefined): string =>
    value === 0 && type !== undefined && !types.has(type) ? '?' : value.toLocaleString('en');
  return [
    ['', 'by itself', 'with take-overs'],
    ...rows.map(([title, of, type]) => [title, number(of(own), type).padStart(9), number(of(all), type).padStart(15)]),
  ];
}

/** What is to be known besides. */
export function fallNotes({ subject, concerned, isUnheld, own, all, untoldApplications }: BlastRadius): string[] {
  const { type, status, actsAs } = subject;
  return [
    ...(subject.also.length === 0 ? [] : [`Of this name there is also ${subject.also.map(printable).join(', ')}.`]),
    ...(isUsual(status) || status === 'invited'
      ? []
      : [`The ${typeInWords(type.replace(/_secret$/, ''))} is ${printable(status)}: this counts when that ends.`]),
    ...(actsAs === undefined ? [] : [`It acts as ${printable(actsAs.name)}: it can do what this user can.`]),
    ...(concerned === undefined
      ? []
      : [
          `Besides: ${count(concerned.count, concerned.noun)}, which ${concerned.count === 1 ? 'does' : 'do'} not fall by it.`,
        ]),
    ...(isUnheld ? ['Nobody holds the role there: what it would pass down to tenants below is not known.'] : []),
    ...(all.isWholeProject ? [`${own.isWholeProject ? 'It' : 'With take-overs it'} counts in the whole project.`] : []),
    ...(untoldApplications === 0
      ? []
      : [
          `Whether users without an application of their own can use ${count(untoldApplications, 'application')}, which ` +
            `${untoldApplications === 1 ? 'is' : 'are'} not counted for them, is not known (--application-default).`,
        ]),
    ...(type === 'third_party_app'
      ? ['What an app can do for those who consented depends on its scopes, and is not told here.']
      : type === 'console_admin' || type === 'project' || (isKey(type) && type !== 'access_key')
        ? [
            'Roles of the console are taken at their word: an auditor changes nothing, all others may change whoever is in the project.',
          ]
        : []),
  ];
}

const words: Readonly<Record<FallLevel, string>> = {
  certain: '',
  uncertain: 'uncertain',
  next_login: 'at the next login',
  possible: 'possible',
};
const hows: Readonly<Record<string, string>> = {
  subject: 'itself',
  acts_as: 'acts as the user',
  made: 'made by the user, who saw its secret',
  member: 'member of the tenant',
  signs_in_through: 'may sign in through it',
  console: 'in the project',
  take_over: 'can be taken over',
};

/** A row as cells; the last one is a note. */
export function fallCells({ kind, type, id, name, tenantId, tenant, certainty, how, through }: FallRow): string[] {
  const title = name === '' ? id : name;
  const isPlaced = kind === 'access' || kind === 'power';
  const where = isPlaced ? (tenantId === '' ? 'in the whole project' : `in ${tenant}`) : '';
  const notes = [
    words[certainty],
    how === undefined ? '' : (hows[how] ?? how),
    through === undefined ? '' : `through ${through}`,
    title === id || isPlaced ? '' : `${type.replaceAll('_', ' ')} ${id}`,
  ];
  return [title, where, notes.filter((text) => text !== '').join('  ')];
}

export const kindTitles: Readonly<Record<FallKind, string>> = {
  power: 'Lets users be taken over:',
  users: 'Users:',
  keys: 'Keys:',
  tenants: 'Tenants:',
  roles: 'Roles:',
  access: 'Permissions:',
};

/** The counts, and the rows that were asked for, as JSON. */
export function fallJson(index: FileIndex, answer: BlastRadius, kinds: readonly FallKind[]): JsonAnswer {
  const { subject, tenant, concerned, own, all } = answer;
  const { also, ...about } = subject;
  return {
    head: {
      question: 'blast-radius',
      subject: about,
      ...(also.length > 0 && { also }),
      ...(tenant !== undefined && { tenantId: tenant.id, tenant: tenant.name }),
      own,
      all,
      ...(concerned !== undefined && { concerned }),
      ...aboutIndex(index, relevantToFall),
      notes: fallNotes(answer),
    },
    list: 'rows',
    rows: () => answer.rows(kinds),
  };
}
