import { ConnectorError, isKind } from '../errors.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { find, type Searched } from '../answers/find.ts';
import { textIn } from '../answers/access-path.ts';
import { type JsonAnswer, originOf } from '../answers/question-json.ts';
import type { TypedThing } from '../answers/unknown.ts';
import { type Numbered, thingsCalled } from './former.ts';
import { quoted } from '../printable.ts';

/** Something that came, went or changed, between two times; without the first one it was there at the first sync. */
export interface TimelineEvent {
  readonly change: 'first' | 'gained' | 'lost' | 'appeared' | 'gone' | 'changed';
  readonly area: string;
  readonly principal: TypedThing;
  readonly held: TypedThing;
  readonly detail: string;
  readonly notBefore: string | undefined;
  readonly notAfter: string;
}

export interface Timeline {
  readonly asked: TypedThing;
  readonly events: () => Generator<TimelineEvent>;
}

/**
 * What a user, key or app gained and lost, or who gained and lost a role, a membership, a permission or whatever there is
 * in a tenant. Who is gone is found, too, by what they were called last. Errors are those of `find`.
 */
export function timelineOf(index: FileIndex, asked: string): Timeline {
  const { database } = index;
  const thing = inStore(index, asked);
  const { n } = thing;
  const about =
    thing.type === 'tenant' || thing.type === 'role'
      ? `all_changes where held_n in (${concernedSql(thing)})`
      : // two questions, each of which an index answers
        `(select * from all_changes where principal_n = ${n}
          union all select * from all_changes where held_n = ${n} and principal_n is not ${n})`;
  const rows = database.prepare(
    `select * from ${about} order by sync, change = 'first' desc, change in ('lost', 'gone'), area, held, held_id, principal, principal_id`,
  );
  return {
    asked: { type: thing.type, id: thing.id, name: thing.name },
    *events() {
      for (const row of rows.iterate()) {
        yield toEvent(row);
      }
    },
  };
}

/** SQL for the numbers of what a timeline of something is about: of a tenant all that there is in it. */
export function concernedSql({ type, n }: Pick<Numbered, 'type' | 'n'>): string {
  switch (type) {
    case 'tenant':
      return `select n from thing_row where tenant = (select id from entity where n = ${n}) union select ${n}`;
    case 'role':
      return `select ${n} n union select b.n from thing_row b join thing_row r on r.n = ${n}
        where b.kind = 'binding' and b.role = r.role and coalesce(b.role_tenant, '') = r.tenant`;
    default:
      return `select ${n} n`;
  }
}

/** A timeline as JSON. */
export function timelineJson(index: FileIndex, { asked, events }: Timeline): JsonAnswer {
  const head = { question: 'timeline', asked, file: index.path, ...originOf(index.summary) };
  return { head, list: 'events', rows: events };
}

/** Somebody first, then something: in the newest sync, else whoever had this id, login or name before. */
export function inStore(index: Searched, asked: string): Numbered {
  try {
    return find(index, 'anything', asked);
  } catch (thrown) {
    if (!isKind(thrown, 'not-found')) {
      throw thrown;
    }
    const [only, ...more] = formerlyCalled(index, asked);
    if (only === undefined) {
      throw thrown;
    }
    if (more.length > 0) {
      throw new ConnectorError(
        'conflict',
        `several that this sync does not have were called ${quoted(asked)}: give one of ` +
          [only, ...more].map(({ type, id }) => `${type}:${id}`).join(', '),
      );
    }
    return only;
  }
}

function formerlyCalled({ database }: Searched, asked: string): readonly Numbered[] {
  const row = database.prepare('select project from sync where n = (select max(sync) from syncs)').get();
  return thingsCalled(database, Number(row?.['project']), asked);
}

function toEvent(row: Readonly<Record<string, unknown>>): TimelineEvent {
  const thing = (prefix: string): TypedThing => ({
    type: textIn(row, `${prefix}_type`),
    id: textIn(row, `${prefix}_id`),
    name: textIn(row, prefix),
  });
  const notBefore = textIn(row, 'not_before');
  return {
    change: textIn(row, 'change') as TimelineEvent['change'], // the words that the view has
    area: textIn(row, 'area'),
    principal: thing('principal'),
    held: thing('held'),
    detail: textIn(row, 'detail'),
    notBefore: notBefore === '' ? undefined : notBefore,
    notAfter: textIn(row, 'not_after'),
  };
}
