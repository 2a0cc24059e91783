import type { FileIndex } from './file-index.ts';
import { count } from './count.ts';
import { humansOnlyInWords, inheritanceInWords, nextLoginInWords, notReadIn } from './limits.ts';
import { unknownInWords } from './unknown.ts';

/**
 * Where an extract comes from and what it leaves out. An extract is passed on without the sync file, so it carries this
 * itself.
 */
export interface About {
  readonly format: 'baton-descope.extract';
  readonly version: 1;
  readonly madeBy: string;
  /** '' when the file does not tell it. */
  readonly projectId: string;
  readonly startedAt?: string;
  readonly finishedAt?: string;
  readonly comparedWith?: string;
  readonly contentHash?: string;
  readonly tenantRoles?: string;
  readonly holds: Readonly<Record<'users' | 'tenants' | 'roles' | 'permissions' | 'held', number>>;
  readonly complete: string;
  readonly assumed: readonly string[];
  readonly notShown: readonly string[];
}

/** Describes the extract of an index; `version` is the program's. */
export function aboutOf(index: FileIndex, version: string, since?: FileIndex): About {
  const { database, summary, unknown } = index;
  const notRead = notReadIn(index);
  const numberOf = (sql: string): number => Number(database.prepare(`select count(*) n from ${sql}`).get()?.['n']);
  const { projectId = '', startedAt, finishedAt, contentHash, tenantRoles, consistency } = summary;
  return {
    format: 'baton-descope.extract',
    version: 1,
    madeBy: `baton-descope ${version}`,
    projectId,
    ...(startedAt !== undefined && { startedAt }),
    ...(finishedAt !== undefined && { finishedAt }),
    ...(since !== undefined && {
      comparedWith: since.summary.finishedAt ?? 'an older file that does not contain its time',
    }),
    ...(contentHash !== undefined && { contentHash }),
    ...(tenantRoles !== undefined && { tenantRoles }),
    holds: {
      users: numberOf('user'),
      tenants: numberOf('tenant'),
      roles: numberOf("thing where kind = 'role'"),
      permissions: numberOf("thing where kind = 'permission'"),
      held: numberOf('holding'),
    },
    complete:
      consistency === undefined
        ? 'The file does not say how the completeness of its users was proved.'
        : `Users: ${consistency.proved}.`,
    assumed: consistency?.assumptions ?? [],
    notShown: [
      ...[
        ...inheritanceInWords(index),
        ...nextLoginInWords(index),
        ...(notRead === undefined ? [] : [notRead.words]),
        ...(index.isHumansOnly ? [humansOnlyInWords] : []),
      ].map((text) => `${text.replace(/^./, (first) => first.toUpperCase())}.`),
      ...findings(summary),
      ...unknownInWords(unknown).map((text) => `${text}.`),
    ],
  };
}

function findings({ dangling, ambiguous, cut }: FileIndex['summary']): string[] {
  const lines: string[] = [];
  if (dangling !== undefined && dangling.count > 0) {
    lines.push(`${count(dangling.count, 'reference')} to something that does not exist: nothing follows from them.`);
  }
  if (ambiguous !== undefined && ambiguous.count > 0) {
    lines.push(
      `${count(ambiguous.count, 'role')} held under a name that tenant and project both define: taken for the tenant's own.`,
    );
  }
  if (cut !== undefined && cut.textsCut + cut.attributesDropped > 0) {
    lines.push(
      `${count(cut.textsCut, 'text')} cut and ${count(cut.attributesDropped, 'attribute')} left out, which the protocol cannot carry.`,
    );
  }
  return lines;
}

/** The description as rows of two cells: a label and a text. */
export function* aboutRows({
  madeBy,
  projectId,
  startedAt = '',
  finishedAt = '',
  comparedWith = '',
  contentHash = '',
  tenantRoles = '',
  holds,
  complete,
  assumed,
  notShown,
}: About): Generator<string[]> {
  const facts: string[][] = [
    ['Descope project', projectId === '' ? 'the file does not tell it' : projectId],
    ['Read from', startedAt],
    ['Read until', finishedAt],
    ['Compared with the file of', comparedWith],
    ['Content hash of the file', contentHash],
    ['Roles in tenants', tenantRoles === 'observed' ? 'those that somebody holds' : tenantRoles],
    ['Made by', madeBy],
    ...Object.entries(holds).map(([what, number]) => [
      what === 'held' ? 'Memberships and roles held' : what.replace(/^./, (first) => first.toUpperCase()),
      String(number),
    ]),
    ['What is complete', complete],
    ...assumed.map((text) => ['Assumed, not proved', text]),
    ...notShown.map((text) => ['What is not shown', text]),
  ];
  yield* facts.filter(([, text]) => text !== '');
}
