import type { DatabaseSync } from 'node:sqlite';
import { heldInWords, textIn, thingColumns, wayInWords } from '../answers/access-path.ts';
import type { FileIndex } from '../answers/file-index.ts';
import { createWayPaths, heirsSql } from '../answers/inherited-paths.ts';
import { powersOf } from '../answers/review.ts';
import { ConnectorError } from '../errors.ts';
import { entitlementId, entitlementIdOf } from '../model/ids.ts';
import type { ReviewPrincipal, ReviewThing } from './format.ts';
import type { FoundScope } from './scope.ts';

type Row = Readonly<Record<string, unknown>>;

/** The holdings of a scope, as the page has them. */
export interface ReviewRows {
  readonly principals: readonly ReviewPrincipal[];
  readonly things: readonly ReviewThing[];
  readonly notes: readonly string[];
  readonly rows: Columns;
  readonly shown: Columns;
}

interface Columns {
  readonly principal: readonly number[];
  readonly thing: readonly number[];
  readonly note: readonly number[];
}

/** A browser shows no more at ease, and nobody decides more. */
const mostRows = 300_000;

/**
 * Everything that is held in a scope, by tenant, role and name: what is held as it stands, which can be decided, and what
 * follows from it, which cannot.
 */
export function rowsOfScope(index: FileIndex, scope: FoundScope): ReviewRows {
  const { database } = index;
  const table = createTable();
  const powerOf = powersOf(database);
  const comesBack = givenBack(database);
  const things = database
    .prepare(
      `select t.n n, ${thingColumns} from thing t left join tenant e on e.id = t.tenant
       where t.kind in ('tenant', 'role', 'binding') and (${scope.things.sql})
       order by t.tenant <> '', e.name, t.tenant, t.kind <> 'tenant', t.role, t.kind, t.id`,
    )
    .all(...scope.things.values);
  const users = database.prepare(holdersSql);
  const keys = index.hasOtherGrants ? database.prepare(keysSql) : undefined;
  const heirs = [database.prepare(heirsSql.users), database.prepare(heirsSql.keys)];
  const ways = createWayPaths(database);
  for (const row of things) {
    const n = Number(row['n']);
    const thing = table.thing({ ...thingOf(row), ...powerOf(n) });
    for (const holder of users.iterate(n)) {
      table.decide(table.principal(userIn(holder)), thing, comesBack(n, Number(holder['n'])));
    }
    for (const holder of keys?.iterate(n) ?? []) {
      table.decide(table.principal(otherIn(holder)), thing, '');
    }
    for (const statement of heirs) {
      for (const heir of statement.iterate('', n)) {
        table.show(table.principal(heirIn(heir)), thing, wayInWords(ways.inherited(heir)));
      }
    }
  }
  if (scope.kind === 'tenant') {
    showProjectRoles(database, table, powerOf);
  }
  putApps(index, scope, table);
  return table.take();
}

const holdersSql = `select u.n n, u.id, u.name, u.login, u.email, u.status from holding h join user u on u.n = h.user
  where h.thing = ? order by u.name, u.id`;
const keysSql = `select g.to_type type, g.to_id id, coalesce(o.name, '') name, coalesce(o.status, '') status
  from other_grant g left join other o on o.type = g.to_type and o.id = g.to_id
  where g.thing = ? and g.to_type = 'access_key' order by o.name, g.to_id`;

/** What is held in the whole project counts in every tenant: who decides of one has to see it. */
function showProjectRoles(database: DatabaseSync, table: RowTable, powerOf: ReturnType<typeof powersOf>): void {
  const roles = database.prepare(`select t.n n, ${thingColumns} from thing t left join tenant e on e.id = t.tenant
    where t.kind = 'role' and t.tenant = '' order by t.role, t.id`);
  const [users, keys] = [database.prepare(holdersSql), database.prepare(keysSql)];
  for (const row of roles.all()) {
    const n = Number(row['n']);
    const held = thingOf(row);
    const principals = [...Array.from(users.iterate(n), userIn), ...Array.from(keys.iterate(n), otherIn)];
    if (principals.length > 0) {
      const thing = table.thing({ ...held, ...powerOf(n) });
      const note = `held in the whole project, so it counts here, too: decide it in a review of role:${textIn(row, 'held_id')}`;
      principals.forEach((principal) => table.show(table.principal(principal), thing, note));
    }
  }
}

/** Applications given by name, and consents to third-party apps. */
function putApps({ database, hasOtherGrants }: FileIndex, { apps }: FoundScope, table: RowTable): void {
  if (!hasOtherGrants || apps === 'none') {
    return;
  }
  const grants = database.prepare(
    `select g.on_type, g.on_id, g.slug, coalesce(h.name, '') held_name, g.to_type type, g.to_id id,
       coalesce(u.name, o.name, e.name, '') name, coalesce(u.login, '') login, coalesce(u.email, '') email,
       coalesce(u.status, o.status, '') status
     from other_grant g left join other h on h.type = g.on_type and h.id = g.on_id
     left join user u on g.to_type = 'user' and u.id = g.to_id
     left join other o on o.type = g.to_type and o.id = g.to_id left join tenant e on g.to_type = 'tenant' and e.id = g.to_id
     where (g.on_type = 'application' and g.slug = 'access' or g.on_type = 'third_party_app' and g.slug = 'consent')
       and (? = '' or g.on_type = ? and g.on_id = ?)
     order by g.on_type, held_name, g.on_id, g.to_type <> 'user', name, g.to_id`,
  );
  const [type, id] = apps === 'all' ? ['', ''] : [apps.type, apps.id];
  for (const row of grants.iterate(type, type, id)) {
    const [onType, onId, name] = [textIn(row, 'on_type'), textIn(row, 'on_id'), textIn(row, 'held_name')];
    const app = name === '' ? onId : name;
    const thing = table.thing({
      entitlement: entitlementIdOf({ typeId: onType, resourceId: onId, slug: textIn(row, 'slug') }),
      held: onType === 'application' ? `access to ${app}` : `consent to ${app}`,
      tenantId: '',
      tenant: '',
      permissions: '',
      risk: '',
    });
    table.decide(table.principal(principalIn(row, textIn(row, 'type'))), thing, '');
  }
}

function thingOf(row: Row): Omit<ReviewThing, 'permissions' | 'risk'> {
  const [kind, id] = [textIn(row, 'kind'), textIn(row, 'held_id')];
  const [role, tenantId, tenant] = [textIn(row, 'role'), textIn(row, 'tenant_id'), textIn(row, 'tenant')];
  const roleOf = row['role_of'];
  const known = kind === 'tenant' || kind === 'binding' ? kind : 'role';
  return {
    entitlement: entitlementId(known === 'binding' ? 'role_binding' : known, id),
    held: heldInWords({ kind: known, role, tenantId, tenant, ...(typeof roleOf === 'string' && { roleOf }) }),
    tenantId,
    tenant,
  };
}

const userIn = (row: Row): ReviewPrincipal => principalIn(row, 'user');
const otherIn = (row: Row): ReviewPrincipal => principalIn(row, textIn(row, 'type'));

function principalIn(row: Row, type: string): ReviewPrincipal {
  const [id, name] = [textIn(row, 'id'), textIn(row, 'name')];
  return { type, id, name, login: textIn(row, 'login'), email: textIn(row, 'email'), status: textIn(row, 'status') };
}

/** A row of those who inherit: its columns have other names. */
function heirIn(row: Row): ReviewPrincipal {
  const type = textIn(row, 'principal_type');
  const status = textIn(row, 'status');
  return type === ''
    ? {
        type: 'user',
        id: textIn(row, 'user_id'),
        name: textIn(row, 'user_name'),
        login: textIn(row, 'login'),
        email: textIn(row, 'email'),
        status,
      }
    : { type, id: textIn(row, 'principal_id'), name: textIn(row, 'principal_name'), login: '', email: '', status };
}

/** What gives something back at the next login, should it be revoked. */
function givenBack(database: DatabaseSync): (thing: number, user: number) => string {
  const ways = new Map<number, Set<string>>();
  for (const row of database.prepare('select distinct thing, via from maps').iterate()) {
    const thing = Number(row['thing']);
    ways.set(thing, (ways.get(thing) ?? new Set()).add(textIn(row, 'via')));
  }
  const groups = database.prepare(
    `select distinct coalesce(nullif(g.name, ''), g.id) name from maps m join sso g on g.type = m.type and g.id = m.id
     join group_member x on x.sso = g.n where m.type = 'idp_group' and m.thing = ? and x.user = ? order by name`,
  );
  return (thing, user) => {
    const vias = ways.get(thing);
    if (vias === undefined) {
      return '';
    }
    const through = groups.all(thing, user).map((row) => textIn(row, 'name'));
    return through.length > 0
      ? `comes back at the next login, through group ${through.join(', ')}`
      : vias.has('default_sso_role')
        ? 'may come back at the next login: a default role of single sign-on'
        : '';
  };
}

/** Rows, with everything that they share once. */
interface RowTable {
  principal(principal: ReviewPrincipal): number;
  thing(thing: ReviewThing): number;
  decide(principal: number, thing: number, note: string): void;
  show(principal: number, thing: number, note: string): void;
  take(): ReviewRows;
}

function createTable(): RowTable {
  const principals = numbered(({ type, id }: ReviewPrincipal) => `${type}:${id}`);
  const things = numbered(({ entitlement }: ReviewThing) => entitlement);
  const notes = numbered((note: string) => note);
  notes.of('');
  const rows = columns();
  const shown = columns();
  const put = (to: ReturnType<typeof columns>, principal: number, thing: number, note: string): void => {
    if (rows.principal.length + shown.principal.length >= mostRows) {
      throw new ConnectorError(
        'config',
        `the scope has more than ${mostRows.toLocaleString('en')} holdings, which is more than one page shows: ` +
          'make a review of each tenant or role',
      );
    }
    to.principal.push(principal);
    to.thing.push(thing);
    to.note.push(notes.of(note));
  };
  return {
    principal: principals.of,
    thing: things.of,
    decide: (principal, thing, note) => put(rows, principal, thing, note),
    show: (principal, thing, note) => put(shown, principal, thing, note),
    take: () => ({ principals: principals.all, things: things.all, notes: notes.all, rows, shown }),
  };
}

function columns(): { principal: number[]; thing: number[]; note: number[] } {
  return { principal: [], thing: [], note: [] };
}

/** Things in the order in which they first came, each once. */
function numbered<Thing>(keyOf: (thing: Thing) => string): {
  readonly all: Thing[];
  readonly of: (thing: Thing) => number;
} {
  const all: Thing[] = [];
  const places = new Map<string, number>();
  return {
    all,
    of: (thing) => {
      const key = keyOf(thing);
      const known = places.get(key);
      if (known !== undefined) {
        return known;
      }
      places.set(key, all.length);
      return all.push(thing) - 1;
    },
  };
}
