import type { DatabaseSync } from 'node:sqlite';
import { textIn } from './access-path.ts';
import type { Change } from './change.ts';
import { changeFlags } from './report-format.ts';
import type { Certainty } from './rows.ts';
import { type TypedThing, thingInWords } from './unknown.ts';
import { createTenantPaths } from './ways.ts';

// What changed in what is inherited, and in what the next login gives. A holding that came or went takes with it what is
// inherited from it: that follows from the change. The rest changed since the tree did, and is told by itself.

export interface EdgeOptions {
  /** Whether both files tell what is inherited, and what the next login gives. */
  readonly hasInheritance: boolean;
  readonly hasMappings: boolean;
}

type Side = 'old' | 'new';

/** Enters the changes into tables of the diff. Both files are attached, and access is compared already. */
export function findEdgeChanges(database: DatabaseSync, { hasInheritance, hasMappings }: EdgeOptions): void {
  database.exec(`
create temp table edge_change (${edgeColumns});
create temp table mapping_change (${mappingColumns});
create temp table edges_compared as select 1 where ${hasInheritance ? 1 : 0};`);
  if (hasInheritance) {
    database.exec(edges('gained', 'new', 'old') + edges('lost', 'old', 'new') + doubts);
  } else {
    database.exec('update temp.access_change set follows = 0');
  }
  if (hasMappings) {
    database.exec(
      (['gained', 'lost'] as const)
        .map((change) => {
          const [here, there] = change === 'gained' ? (['new', 'old'] as const) : (['old', 'new'] as const);
          return mappings(change, here, there) + members(change, here, there) + givers(change, here, there);
        })
        .join(''),
    );
  }
}

/** Marks inheritances and mappings that are new and give a privileged role; `temp.powerful` holds these roles. */
export function flagEdgeChanges(database: DatabaseSync): void {
  const bit = 1 << changeFlags.indexOf('new privileged access');
  for (const table of ['edge_change', 'mapping_change']) {
    database.exec(`update temp.${table} as c set flags = ${bit} where change = 'gained' and exists (
      select 1 from temp.powerful p where p.side = 'new' and p.role = c.role and p.tenant = c.role_tenant)`);
  }
}

const edgeColumns =
  'change, tenant_id, tenant, kind, held_id, role, role_tenant, source_kind, source_id, ancestor, ancestor_name, ' +
  'certainty, reason, before, after, holders, flags';

/** Whose role a thing is, over thing t: '' for the project's. */
const ownerOf = "case when t.kind = 'role' then t.tenant else coalesce(t.role_tenant, '') end";

/** How many hold the source of inheritance i in both files: who came or went is a change that is told already. */
function steadyHolders(here: Side, there: Side): string {
  return `(select count(*) from ${here}.holding h join temp.user_match um on um.${here} = h.user
      join ${there}.holding o on o.thing = sm.${there} and o.user = um.${there} where h.thing = i.source)
    + iif(i.keys = '', 0, (select count(*) from ${here}.other_grant k join ${there}.other_grant o
      on o.on_type = k.on_type and o.on_id = k.on_id and o.to_type = k.to_type and o.to_id = k.to_id
      where k.thing = i.source and k.to_type = 'access_key'))`;
}

function edges(change: 'gained' | 'lost', here: Side, there: Side): string {
  return `
insert into temp.edge_change
select '${change}', t.tenant, coalesce(e.name, t.tenant), t.kind, t.id, t.role, ${ownerOf}, s.kind, s.id, i.ancestor, coalesce(a.name, i.ancestor),
  i.certainty, i.reason, '', '', ${steadyHolders(here, there)} holders, 0
from ${here}.inherits i join ${here}.thing t on t.n = i.thing join ${here}.thing s on s.n = i.source
  left join ${here}.tenant e on e.id = t.tenant left join ${here}.tenant a on a.id = i.ancestor
  join temp.thing_match sm on sm.${here} = i.source left join temp.thing_match tm on tm.${here} = i.thing
where (tm.${there} is null or not exists (select 1 from ${there}.inherits o where o.thing = tm.${there} and o.source = sm.${there}))
  and holders > 0;`;
}

/** What is inherited in both files, but not as surely. */
const doubts = `
insert into temp.edge_change
select 'changed', t.tenant, coalesce(e.name, t.tenant), t.kind, t.id, t.role, ${ownerOf}, s.kind, s.id, i.ancestor, coalesce(a.name, i.ancestor),
  i.certainty, i.reason, o.certainty || iif(o.reason = '', '', ': ' || o.reason), i.certainty || iif(i.reason = '', '', ': ' || i.reason), 0, 0
from new.inherits i join new.thing t on t.n = i.thing join new.thing s on s.n = i.source
  left join new.tenant e on e.id = t.tenant left join new.tenant a on a.id = i.ancestor
  join temp.thing_match sm on sm.new = i.source join temp.thing_match tm on tm.new = i.thing
  join old.inherits o on o.thing = tm.old and o.source = sm.old
where o.certainty <> i.certainty or o.reason <> i.reason;`;

const mappingColumns =
  'change, tenant_id, tenant, kind, held_id, role, role_tenant, giver_type, giver_id, giver_name, via, user_id, user_name, login, flags';

function mappings(change: 'gained' | 'lost', here: Side, there: Side): string {
  return `
insert into temp.mapping_change
select '${change}', t.tenant, coalesce(e.name, t.tenant), t.kind, t.id, t.role, ${ownerOf}, m.type, m.id, coalesce(g.name, a.name, m.id), m.via, '', '', '', 0
from ${here}.maps m join ${here}.thing t on t.n = m.thing left join ${here}.tenant e on e.id = t.tenant
  left join ${here}.sso g on g.type = m.type and g.id = m.id left join ${here}.tenant a on m.type = 'tenant' and a.id = m.id
where not exists (select 1 from ${there}.maps o join ${there}.thing x on x.n = o.thing
  where o.via = m.via and o.type = m.type and o.id = m.id and o.sso_id = m.sso_id and x.kind = t.kind and x.id = t.id);`;
}

function members(change: 'gained' | 'lost', here: Side, there: Side): string {
  return `
insert into temp.mapping_change
select '${change}', g.tenant, coalesce(e.name, g.tenant), 'group-member', g.id, '', '', g.type, g.id, g.name, '', u.id, u.name, u.login, 0
from ${here}.group_member x join ${here}.sso g on g.n = x.sso join ${here}.user u on u.n = x.user left join ${here}.tenant e on e.id = g.tenant
where not exists (select 1 from ${there}.group_member o join ${there}.sso p on p.n = o.sso join ${there}.user v on v.n = o.user
  where p.type = g.type and p.id = g.id and v.id = u.id);`;
}

function givers(change: 'gained' | 'lost', here: Side, there: Side): string {
  return `
insert into temp.mapping_change
select '${change === 'gained' ? 'appeared' : 'gone'}', g.tenant, coalesce(e.name, g.tenant), g.type, g.id, '', '', g.type, g.id, g.name, '', '', '', '', 0
from ${here}.sso g left join ${here}.tenant e on e.id = g.tenant
where not exists (select 1 from ${there}.sso o where o.type = g.type and o.id = g.id);`;
}

/** How many of each there are. */
export function countEdgeChanges(database: DatabaseSync): {
  readonly follows: number;
  readonly inheritance: number;
  readonly mappings: number;
} {
  const numberOf = (sql: string): number => Number(database.prepare(sql).get()?.['n'] ?? 0);
  return {
    follows:
      numberOf('select sum(follows) n from temp.access_change') +
      numberOf('select coalesce(sum(holders), 0) n from temp.edge_change'),
    inheritance: numberOf('select count(*) n from temp.edge_change'),
    mappings: numberOf('select count(*) n from temp.mapping_change'),
  };
}

const nobody = {
  userId: '',
  user: '',
  login: '',
  permission: '',
  because: '',
  before: '',
  after: '',
  holders: 0,
  flags: [],
} as const;

/** Inheritances that came, went or became doubtful or sure, by tenant. */
export function* inheritanceChanges(database: DatabaseSync, which = ''): Generator<Change> {
  const paths = pathsOf(database);
  for (const row of database
    .prepare(
      `select * from temp.edge_change ${which} order by flags = 0, tenant, tenant_id, kind <> 'tenant', role, held_id, ancestor, change`,
    )
    .iterate()) {
    yield {
      ...nobody,
      area: 'inheritance',
      change: textIn(row, 'change') as Change['change'], // the words that are written above
      kind: textIn(row, 'kind') as Change['kind'],
      tenantId: textIn(row, 'tenant_id'),
      tenant: textIn(row, 'tenant'),
      heldId: textIn(row, 'held_id'),
      role: textIn(row, 'role'),
      before: textIn(row, 'before'),
      after: textIn(row, 'after'),
      holders: Number(row['holders']),
      flags: row['flags'] === 0 ? [] : ['new privileged access'],
      inherited: inheritedIn(row, paths),
    };
  }
}

/** What the next login gives that it did not, and the other way round; who joined or left a group. */
export function* mappingChanges(database: DatabaseSync, which = ''): Generator<Change> {
  for (const row of database
    .prepare(
      `select * from temp.mapping_change ${which} order by flags = 0, tenant, tenant_id, giver_name, giver_id, kind, ` +
        'role, held_id, user_name, user_id, change',
    )
    .iterate()) {
    const giver = { type: textIn(row, 'giver_type'), id: textIn(row, 'giver_id'), name: textIn(row, 'giver_name') };
    yield {
      ...nobody,
      area: 'next-login',
      change: textIn(row, 'change') as Change['change'], // the words that are written above
      kind: textIn(row, 'kind') as Change['kind'],
      tenantId: textIn(row, 'tenant_id'),
      tenant: textIn(row, 'tenant'),
      userId: textIn(row, 'user_id'),
      user: textIn(row, 'user_name'),
      login: textIn(row, 'login'),
      heldId: textIn(row, 'held_id'),
      role: textIn(row, 'role'),
      flags: row['flags'] === 0 ? [] : ['new privileged access'],
      giver,
      via: textIn(row, 'via'),
    };
  }
}

/**
 * Everything that users and access keys gained or lost by inheritance, a row each: because they gained or lost it above,
 * or since the tree changed. `hasKeys` is whether changes of other types were looked for.
 */
export function* inheritedAccessChanges(database: DatabaseSync, hasKeys: boolean): Generator<Change> {
  const paths = pathsOf(database);
  for (const [change, here, there] of [
    ['gained', 'new', 'old'],
    ['lost', 'old', 'new'],
  ] as const) {
    for (const row of database.prepare(inheritedRows(change, here, there, hasKeys)).iterate()) {
      const key: TypedThing | undefined =
        row['key_id'] === null
          ? undefined
          : { type: 'access_key', id: textIn(row, 'key_id'), name: textIn(row, 'user_name') };
      yield {
        ...nobody,
        area: 'access',
        change,
        kind: textIn(row, 'kind') as Change['kind'], // a kind of thing
        tenantId: textIn(row, 'tenant_id'),
        tenant: textIn(row, 'tenant'),
        userId: textIn(row, 'user_id'),
        user: key === undefined ? textIn(row, 'user_name') : thingInWords(key),
        login: textIn(row, 'login'),
        heldId: textIn(row, 'held_id'),
        role: textIn(row, 'role'),
        inherited: inheritedIn(row, paths),
        ...(key !== undefined && { principal: key }),
      };
    }
  }
}

function inheritedRows(change: 'gained' | 'lost', here: Side, there: Side, hasKeys: boolean): string {
  const columns = (
    certainty: string,
  ): string => `t.tenant tenant_id, coalesce(e.name, t.tenant) tenant, t.kind kind, t.id held_id, t.role role,
    i.ancestor ancestor, ${certainty} certainty, i.reason reason, s.kind source_kind, s.id source_id, '${change}' change`;
  const joins = `join ${here}.thing t on t.n = i.thing left join ${here}.tenant e on e.id = t.tenant`;
  const changedEdges = `temp.edge_change c join ${here}.thing s on s.kind = c.source_kind and s.id = c.source_id
    join ${here}.thing t0 on t0.kind = c.kind and t0.id = c.held_id join ${here}.inherits i on i.source = s.n and i.thing = t0.n ${joins}`;
  const users = `
select c.user_id user_id, c.user_name user_name, c.login login, null key_id, ${columns('i.certainty')}
from temp.access_change c join ${here}.thing s on s.kind = c.kind and s.id = c.held_id join ${here}.inherits i on i.source = s.n ${joins}
where c.change = '${change}' and c.follows > 0
union all
select u.id, u.name, u.login, null, ${columns('i.certainty')}
from ${changedEdges} join ${here}.holding h on h.thing = s.n join ${here}.user u on u.n = h.user
  join ${there}.thing os on os.kind = s.kind and os.id = s.id join ${there}.user ou on ou.id = u.id
  join ${there}.holding oh on oh.thing = os.n and oh.user = ou.n
where c.change = '${change}'`;
  const keys = `
union all
select '', c.principal_name, '', c.principal_id, ${columns('i.keys')}
from temp.other_change c join ${here}.thing s on s.kind = c.kind and s.id = c.held_id join ${here}.inherits i on i.source = s.n and i.keys <> '' ${joins}
where c.change = '${change}' and c.principal_type = 'access_key' and exists (select 1 from temp.edges_compared)
union all
select '', coalesce(o.name, ''), '', k.to_id, ${columns('i.keys')}
from ${changedEdges} join ${here}.other_grant k on k.thing = s.n and k.to_type = 'access_key' and i.keys <> ''
  join ${there}.other_grant ok on ok.on_type = k.on_type and ok.on_id = k.on_id and ok.to_type = k.to_type and ok.to_id = k.to_id
  left join ${here}.other o on o.type = k.to_type and o.id = k.to_id
where c.change = '${change}'`;
  return `${users} ${hasKeys ? keys : ''} order by tenant, tenant_id, role, held_id, user_name, user_id, ancestor`;
}

type PathsBySide = (row: Readonly<Record<string, unknown>>) => ReturnType<ReturnType<typeof createTenantPaths>>;

function pathsOf(database: DatabaseSync): PathsBySide {
  const [before, after] = [createTenantPaths(database, 'old'), createTenantPaths(database, 'new')];
  return (row) => (row['change'] === 'lost' ? before : after)(textIn(row, 'tenant_id'), textIn(row, 'ancestor'));
}

function inheritedIn(row: Readonly<Record<string, unknown>>, paths: PathsBySide): Change['inherited'] {
  return {
    from: textIn(row, 'ancestor'),
    certainty: textIn(row, 'certainty') as Certainty, // the index holds no other words
    reason: textIn(row, 'reason'),
    through: paths(row),
    heldId: textIn(row, 'source_id'),
  };
}
