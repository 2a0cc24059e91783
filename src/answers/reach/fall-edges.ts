import type { DatabaseSync } from 'node:sqlite';
import { textIn } from '../access-path.ts';
import { count } from '../count.ts';
import type { TypedThing } from '../unknown.ts';
import { conferred } from './closure.ts';
import { type DrawnEdge, mostEdges } from './mermaid.ts';

type Row = Readonly<Record<string, unknown>>;

const thing = (alias: string, prefix: string): string =>
  `iif(${alias}.kind = 'binding', 'role_binding', ${alias}.kind) ${prefix}_type, ${alias}.id ${prefix}_id, ${alias}.name ${prefix}_name`;

function thingOf(row: Row, prefix: string): TypedThing {
  return { type: textIn(row, `${prefix}_type`), id: textIn(row, `${prefix}_id`), name: textIn(row, `${prefix}_name`) };
}

/** What has fallen by itself, from the subject to things, and from roles to what they allow. */
export function* ownEdges(database: DatabaseSync, subject: TypedThing): Generator<DrawnEdge> {
  const things = database.prepare(
    `select ${thing('t', 't')}, ${thing('s', 's')}, f.level level from fell_thing f join thing t on t.n = f.thing
      left join thing s on s.n = f.source order by f.source is not null, f.level, t.name, t.id limit ${mostEdges}`,
  );
  const allows = database.prepare(
    `select ${thing('t', 't')}, ${thing('p', 'p')} from fell_thing f join thing t on t.n = f.thing join ${conferred} c on c.thing = t.n
      join thing p on p.n = c.permission order by t.name, t.id, p.id limit ${mostEdges}`,
  );
  for (const row of things.iterate()) {
    const source = thingOf(row, 's');
    const to = thingOf(row, 't');
    const isInherited = source.type !== '';
    if (to.type !== subject.type || to.id !== subject.id) {
      yield {
        from: isInherited ? source : subject,
        to,
        label: isInherited ? 'passes down to' : 'comes to',
        isDotted: row['level'] !== 0,
      };
    }
  }
  for (const row of allows.iterate()) {
    yield { from: thingOf(row, 't'), to: thingOf(row, 'p'), label: 'allows', isDotted: false };
  }
}

/** From what lets users be taken over to these users, all of a tenant as one. */
export function* powerEdges(database: DatabaseSync, subject: TypedThing): Generator<DrawnEdge> {
  const rows = database
    .prepare(
      `select ${thing('t', 't')}, p.tenant place, ${nameOf('p.tenant')} place_name, v.tenant via, p.level level,
          (select count(*) from fell_user f where f.thing = p.thing) users
        from fell_place p join thing t on t.n = p.thing join fell_thing f on f.thing = p.thing
          left join fell_held h on h.thing = coalesce(f.source, f.thing) and h.who = 'user'
          left join "user" u on u.id = h.by_id left join fell_user w on w.user = u.n left join thing v on v.n = w.thing
        order by p.level, place_name`,
    )
    .all();
  const groups = new Map<unknown, TypedThing>(
    rows.map((row) => {
      const place = textIn(row, 'place');
      const where = place === '' ? 'the project' : textIn(row, 'place_name');
      return [place, { type: 'users', id: place, name: `${count(Number(row['users']), 'user')} of ${where}` }];
    }),
  );
  for (const row of rows) {
    const to = groups.get(row['place']);
    const from = groups.get(row['via']) ?? subject;
    const power = thingOf(row, 't');
    if (to !== undefined) {
      if (power.id !== subject.id || power.type !== subject.type) {
        yield { from, to: power, label: from === subject ? 'comes to' : 'some hold', isDotted: row['level'] !== 0 };
      }
      yield { from: power, to, label: 'can take over', isDotted: row['level'] !== 0 };
    }
  }
}

const nameOf = (column: string): string => `coalesce((select name from tenant where id = ${column}), ${column})`;
