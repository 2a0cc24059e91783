import type { DatabaseSync } from 'node:sqlite';
import { textIn } from '../access-path.ts';
import type { TypedThing } from '../unknown.ts';
import { createTenantPaths } from '../ways.ts';
import { type Chain, type Link, weakest, type WayCertainty } from './chain.ts';

/** What is asked about, as the index has it: the things that give it, as SQL for a list of their numbers. */
export interface Wanted {
  /** What it is; a permission follows from the things that give it. */
  readonly what: TypedThing;
  readonly giving: string;
  readonly tenantId: string | undefined;
}

/** Where a chain stands before it comes to what is asked about. */
export interface Start {
  readonly from: TypedThing;
  readonly links: readonly Link[];
  readonly certainty: WayCertainty;
}

/** The ways from somebody to what is asked about. Each is read anew with every call. */
export interface Steps {
  /** What a user holds and inherits. */
  ofUser(start: Start, userId: string): Generator<Chain>;
  /** What a key holds and inherits itself. */
  ofKey(start: Start, type: string, id: string): Generator<Chain>;
  /** What the next login of a user gives. */
  ofNextLogin(start: Start, userId: string): Generator<Chain>;
  /** What a group, a configuration or a tenant gives at the next login, whoever that is. */
  ofGiver(start: Start, type: string, id: string): Generator<Chain>;
}

type Row = Readonly<Record<string, unknown>>;

const columns = (alias: string, prefix: string): string =>
  `iif(${alias}.kind = 'binding', 'role_binding', ${alias}.kind) ${prefix}_type, ${alias}.id ${prefix}_id, ${alias}.name ${prefix}_name`;
const placed = `${columns('t', 't')}, t.tenant tenant_id, coalesce((select name from tenant where id = t.tenant), t.tenant) tenant`;
const asHeld = `'' s_type, '' s_id, '' s_name, '' ancestor, '' sure, '' reason`;
const order = "order by tenant_id <> '', tenant, tenant_id, t_name, t_id, ancestor <> '', ancestor";

/** A thing of the columns with this prefix. */
function thingOf(row: Row, prefix: string): TypedThing {
  return { type: textIn(row, `${prefix}_type`), id: textIn(row, `${prefix}_id`), name: textIn(row, `${prefix}_name`) };
}

export function createSteps(database: DatabaseSync, { what, giving, tenantId }: Wanted): Steps {
  const between = createTenantPaths(database);
  const isWanted = `t.n in (${giving})${tenantId === undefined ? '' : ` and t.tenant in ('', ?3)`}`;
  const bound = (...values: readonly string[]): readonly string[] =>
    tenantId === undefined ? values : [...values, ...(values.length === 1 ? [''] : []), tenantId];

  function* chains(sql: string, values: readonly string[], start: Start, before: Before): Generator<Chain> {
    for (const row of database.prepare(sql).iterate(...bound(...values))) {
      yield chainOf(row, start, before(row));
    }
  }

  /** The links behind those that lead to the first thing: it passes down, and allows what is asked about. */
  function chainOf(row: Row, start: Start, before: Prelude): Chain {
    const thing = thingOf(row, 't');
    const ancestor = textIn(row, 'ancestor');
    const tenant = textIn(row, 'tenant_id');
    const isInherited = ancestor !== '';
    const first = isInherited ? thingOf(row, 's') : thing;
    const sure: WayCertainty = !isInherited ? 'certain' : row['sure'] === 'derived' ? 'derived' : 'uncertain';
    const links: Link[] = [
      ...start.links,
      ...before.links,
      { ...before.last, to: first },
      ...(isInherited ? [{ by: 'passes_down', to: thing, through: between(tenant, ancestor) } as const] : []),
      ...(what.type === 'permission' && thing.type !== 'permission' ? [{ by: 'allows', to: what } as const] : []),
    ];
    return {
      when: before.when,
      certainty: weakest(start.certainty, sure),
      reason: textIn(row, 'reason'),
      tenantId: tenant,
      tenant: textIn(row, 'tenant'),
      ...(before.when === 'next_login' && typeof row['held'] === 'number' && { isHeld: row['held'] === 1 }),
      from: start.from,
      links,
    };
  }

  const inherits = `join inherits i on i.source = s.n join thing t on t.n = i.thing`;
  const inherited = (sure: string): string =>
    `${columns('s', 's')}, i.ancestor ancestor, ${sure} sure, i.reason reason`;
  const holding: Before = () => ({ when: 'now', links: [], last: { by: 'holds' } });

  /** Rows of `maps`, alias m, and what passes down from what they give; `user` is the number of whom it concerns. */
  const given = (from: string, is: string, user: string, extra: string): string => {
    const isHeld = user === '' ? 'null' : `exists (select 1 from holding a where a.thing = x.n and a.user = ${user})`;
    const tables = `maps m ${from} join thing x on x.n = m.thing`;
    const more = `${extra}, m.via via, ${isHeld} held`;
    return `select * from (
      select ${placed}, ${asHeld}, ${more} from ${tables} join thing t on t.n = x.n where ${is} and ${isWanted}
      union all select ${placed}, ${inherited('i.certainty')}, ${more}
        from ${tables} join thing s on s.n = x.n ${inherits} where ${is} and ${isWanted}
    ) ${order}, g_name, g_id, via`;
  };

  return {
    ofUser: (start, userId) =>
      chains(
        `select * from (
          select ${placed}, ${asHeld}
            from "user" u join holding h on h.user = u.n join thing t on t.n = h.thing where u.id = ?1 and ${isWanted}
          union all select ${placed}, ${inherited('i.certainty')}
            from "user" u join holding h on h.user = u.n join thing s on s.n = h.thing ${inherits}
            where u.id = ?1 and ${isWanted}) ${order}`,
        [userId],
        start,
        holding,
      ),
    ofKey: (start, type, id) =>
      chains(
        `select * from (
          select ${placed}, ${asHeld} from other_grant g join thing t on t.n = g.thing where g.to_type = ?1 and g.to_id = ?2 and ${isWanted}
          union all select ${placed}, ${inherited('i.keys')} from other_grant g join thing s on s.n = g.thing ${inherits}
            where g.to_type = ?1 and g.to_id = ?2 and i.keys <> '' and ${isWanted}) ${order}`,
        [type, id],
        start,
        holding,
      ),
    *ofNextLogin(start, userId) {
      const group = `join sso g on g.type = m.type and g.id = m.id join group_member x on x.sso = g.n join "user" u on u.n = x.user`;
      yield* chains(
        given(group, `m.type = 'idp_group' and u.id = ?1`, 'u.n', columnsOfSso),
        [userId],
        start,
        throughSso('in_group'),
      );
      const configuration = `join sso g on g.type = m.type and g.id = m.id join "user" u on u.id = ?1`;
      yield* chains(
        given(
          configuration,
          `m.type = 'sso_configuration' and exists (select 1 from holding a join thing b on b.n = a.thing
            where a.user = u.n and b.kind = 'tenant' and b.id = g.tenant)`,
          'u.n',
          columnsOfSso,
        ),
        [userId],
        start,
        throughSso('signs_in_through'),
      );
    },
    *ofGiver(start, type, id) {
      const itself: Before = (row) => ({
        when: 'next_login',
        links: [],
        last: { by: 'gives', via: textIn(row, 'via') },
      });
      yield* chains(
        given('', 'm.type = ?1 and m.id = ?2', '', `'' g_id, '' g_name, '' g_type`),
        [type, id],
        start,
        itself,
      );
      if (type === 'sso_configuration') {
        yield* chains(
          given(
            `join sso g on g.type = m.type and g.id = m.id join sso c on c.tenant = g.tenant and c.sso_id = g.sso_id`,
            `m.type = 'idp_group' and c.type = ?1 and c.id = ?2`,
            '',
            columnsOfSso,
          ),
          [type, id],
          start,
          throughSso('has_group'),
        );
      }
    },
  };
}

const columnsOfSso = `g.type g_type, g.id g_id, g.name g_name`;

interface Prelude {
  readonly when: Chain['when'];
  readonly links: readonly Link[];
  readonly last: Pick<Link, 'by' | 'via'>;
}
type Before = (row: Row) => Prelude;

/** Through a group or a configuration, which gives something. */
function throughSso(by: 'in_group' | 'signs_in_through' | 'has_group'): Before {
  return (row) => ({
    when: 'next_login',
    links: [{ by, to: thingOf(row, 'g') }],
    last: { by: 'gives', via: textIn(row, 'via') },
  });
}
