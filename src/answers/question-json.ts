import { pathJson } from './answer-text.ts';
import type { AccessOf } from './access-of.ts';
import type { AccessPath } from './access-path.ts';
import type { FileIndex } from './file-index.ts';
import { nextLoginInWords, type NotRead, notReadIn } from './limits.ts';
import type { Listing, ListKind, ListRow } from './listing.ts';
import type { Moment } from './source.ts';
import type { UnknownCounts } from './unknown.ts';
import type { WhoCan } from './who-can.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import { isFoundingType } from '../model/ids.ts';

/** An answer as one object of JSON: its fields, and a list of rows behind them, which are read anew with every call. */
export interface JsonAnswer {
  readonly head: object;
  readonly list: 'rows' | 'events';
  readonly rows: () => Generator<object>;
}

/** Who has something: what is held and inherited, and behind it what the next login gives. */
export function whoCanJson(index: FileIndex, answer: WhoCan): JsonAnswer {
  const { asked, permission, notes, also, tenant } = answer;
  return pathsJson(index, answer, {
    question: 'who-can',
    ...(asked.type === 'permission' ? { permission } : { asked }),
    ...notes,
    ...(also.length > 0 && { also }),
    ...(tenant !== undefined && { tenantId: tenant.id, tenant: tenant.name }),
  });
}

/** What somebody can do, in the same order. */
export function accessJson(index: FileIndex, answer: AccessOf): JsonAnswer {
  const { user, principal, groups, keys, also } = answer;
  return pathsJson(index, answer, {
    question: 'access',
    ...(principal === undefined
      ? {
          user,
          principal: { type: 'user', id: user.id, login: user.login },
          groups,
          ...(keys.length > 0 && { keys }),
        }
      : { principal }),
    ...(also.length > 0 && { also }),
  });
}

/** The words of `--include` that matter to an answer. */
export function relevantTo(answer: WhoCan | AccessOf): readonly string[] {
  if ('asked' in answer) {
    return isFoundingType(answer.asked.type) ? ['access_key'] : [answer.asked.type];
  }
  return answer.principal === undefined ? ['access_key', 'application', 'third_party_app'] : [];
}

function pathsJson(index: FileIndex, answer: WhoCan | AccessOf, question: object): JsonAnswer {
  const { gap, summary, inheritance, unknown, path } = index;
  return {
    head: {
      ...question,
      file: path,
      ...originOf(summary),
      ...momentField(index),
      notDerived: gap,
      inheritance,
      nextLogin: { unknown: nextLoginInWords(index) },
      ...notReadField(index, relevantTo(answer)),
      ...(index.isHumansOnly && { humansOnly: true }),
      ...unknownField(unknown),
    },
    list: 'rows',
    *rows() {
      for (const paths of [answer.paths(), answer.gains()] satisfies readonly Generator<AccessPath>[]) {
        for (const one of paths) {
          yield pathJson(one);
        }
      }
    },
  };
}

/** The things of one kind. */
export function listJson(
  index: FileIndex,
  listing: Listing,
  { kind, match }: { readonly kind: ListKind; readonly match?: string | undefined },
): JsonAnswer {
  return {
    head: {
      question: 'list',
      kind,
      ...(match !== undefined && { match }),
      file: index.path,
      ...originOf(index.summary),
      ...momentField(index),
      total: listing.total,
      ...unknownField(index.unknown),
    },
    list: 'rows',
    *rows() {
      for (const row of listing.rows()) {
        yield listRowJson(row);
      }
    },
  };
}

/** The columns of CSV in camelCase, and what is true or false as such. */
function listRowJson(row: ListRow): object {
  const camel = (column: string): string => column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(
    Object.entries(row).map(([column, text]) =>
      column === 'test' ? ['isTest', text === 'true'] : [camel(column), text],
    ),
  );
}

/** Of what, and of when, an answer is. */
export function originOf({ projectId, finishedAt }: FileSummary): object {
  return { ...(projectId !== undefined && { projectId }), ...(finishedAt !== undefined && { finishedAt }) };
}

/** Of a store, between which times it is known what stood; absent for a file. */
export function momentField({ moment }: Pick<FileIndex, 'moment'>): { readonly moment?: Moment } {
  return moment === undefined ? {} : { moment };
}

/** What a file cannot know; absent where it has all types. */
export function notReadField(index: FileIndex, relevant?: readonly string[]): { readonly notRead?: NotRead } {
  const notRead = notReadIn(index, relevant);
  return notRead === undefined ? {} : { notRead };
}

/** What a file holds of types that this version does not know; absent when there is nothing of the kind. */
export function unknownField(unknown: UnknownCounts | undefined): { readonly unknown?: UnknownCounts } {
  return unknown === undefined ? {} : { unknown };
}
