import type { DatabaseSync } from 'node:sqlite';
import { textIn } from './access-path.ts';
import type { Change } from './change.ts';
import { detailsInWords, detailsOf } from './details.ts';
import { changeFlags, type ChangeFlag } from './report-format.ts';
import { thingInWords } from './unknown.ts';
import { typedThingIn } from './other-rows.ts';

// What changed among the things of other types: grants that came, went or say something else of themselves, and
// resources. A type that one of the files did not read says nothing about what changed.

/** Enters the changes into a table of the diff. Both files are attached, as `old` and `new`. */
export function findOtherChanges(database: DatabaseSync, comparedTypes: Iterable<string>): void {
  database.exec(`
create temp table other_change (${columns});
create temp table compared_type (id text primary key) without rowid;`);
  const putType = database.prepare('insert or ignore into temp.compared_type values (?)');
  for (const type of comparedTypes) {
    putType.run(type);
  }
  database.exec(`
${grants('gained', 'new', 'old')}
${grants('lost', 'old', 'new')}
${grantsSayingOtherwise}
${resources('appeared', 'new', 'old')}
${resources('gone', 'old', 'new')}
`);
  findChangedResources(database);
}

/** Those of one area, by what is concerned and by whom; `which` is a condition. */
export function* otherChangesIn(database: DatabaseSync, area: 'access' | 'model', which = ''): Generator<Change> {
  const rows = database.prepare(
    `select * from temp.other_change where area = ? ${which === '' ? '' : `and ${which}`}
     order by held_type in ('tenant', 'role', 'role_binding', 'permission') desc, iif(area = 'access' and thing is not null, principal_type, held_type),
       flags = 0, tenant, tenant_id, held_type, held_name, held_id, slug, change, principal_type, principal_name, principal_id`,
  );
  for (const row of rows.iterate(area)) {
    yield toChange(row);
  }
}

/** How many there are, by the type that is concerned: of a grant of a role, that is the type of who holds it. */
export function countOtherChanges(database: DatabaseSync): ReadonlyMap<string, number> {
  return new Map(
    database
      .prepare(
        'select iif(thing is not null, principal_type, held_type) type, count(*) n from temp.other_change group by 1 order by 1',
      )
      .all()
      .map((row) => [textIn(row, 'type'), Number(row['n'])]),
  );
}

/** Marks privileged roles that somebody who is no user gained; `temp.powerful` holds these roles. */
export function flagOtherChanges(database: DatabaseSync): void {
  const bit = 1 << changeFlags.indexOf('new privileged access' satisfies ChangeFlag);
  database.exec(`
update temp.other_change as c set flags = ${bit} where change = 'gained' and (
  c.held_type = 'project' or exists (select 1 from temp.powerful p where p.side = 'new' and p.role = c.role
    and p.tenant = iif(c.kind = 'binding', '', c.tenant_id) and c.kind in ('role', 'binding')))`);
}

type Side = 'old' | 'new';

const columns =
  'area, change, tenant_id, tenant, kind, role, thing, slug, held_type, held_id, held_name, principal_type, ' +
  'principal_id, principal_name, login, before, after, flags';

const grantColumns = (before: string, after: string): string =>
  `coalesce(t.tenant, ''), coalesce(e.name, t.tenant, ''), coalesce(t.kind, 'other'), coalesce(t.role, ''), g.thing, g.slug,
  g.on_type, g.on_id, coalesce(o.name, ''), g.to_type, g.to_id, coalesce(u.name, p.name, te.name, ''), coalesce(u.login, ''), ${before}, ${after}, 0`;

const grantTables = (here: Side): string => `${here}.other_grant g left join ${here}.thing t on t.n = g.thing
  left join ${here}.tenant e on e.id = t.tenant
  left join ${here}.other o on o.type = g.on_type and o.id = g.on_id
  left join ${here}.other p on p.type = g.to_type and p.id = g.to_id
  left join ${here}.user u on g.to_type = 'user' and u.id = g.to_id
  left join ${here}.tenant te on g.to_type = 'tenant' and te.id = g.to_id`;

const areCompared =
  'g.on_type in (select id from temp.compared_type) and g.to_type in (select id from temp.compared_type)';
const sameGrant =
  'x.on_type = g.on_type and x.on_id = g.on_id and x.slug = g.slug and x.to_type = g.to_type and x.to_id = g.to_id';

function grants(change: 'gained' | 'lost', here: Side, there: Side): string {
  const [before, after] = change === 'gained' ? ["''", 'g.details'] : ['g.details', "''"];
  return `
insert into temp.other_change
select 'access', '${change}', ${grantColumns(before, after)}
from ${grantTables(here)}
where ${areCompared} and not exists (select 1 from ${there}.other_grant x where ${sameGrant});`;
}

const grantsSayingOtherwise = `
insert into temp.other_change
select 'access', 'changed', ${grantColumns('x.details', 'g.details')}
from ${grantTables('new')} join old.other_grant x on ${sameGrant}
where ${areCompared} and g.thing is null and x.details <> g.details;`;

/** The secret of a key that stands beside it says nothing more. */
const saysMore =
  "not (r.owner_type not in ('', 'user') and r.owner_id = r.id and exists (select 1 from temp.compared_type where id = r.owner_type))";

function resources(change: 'appeared' | 'gone', here: Side, there: Side): string {
  return `
insert into temp.other_change
select 'model', '${change}', '', '', 'other', '', null, '', r.type, r.id, r.name, '', '', '', '', '', '', 0
from ${here}.other r where r.type in (select id from temp.compared_type) and ${saysMore}
  and not exists (select 1 from ${there}.other x where x.type = r.type and x.id = r.id);`;
}

/** Fields whose change is none of what something can do: names, texts and counters. */
const silent: ReadonlySet<string> = new Set([
  'name',
  'description',
  'email',
  'login_ids',
  'mapped_groups',
  'created_by',
  'editable',
]);

function findChangedResources(database: DatabaseSync): void {
  const pairs = database.prepare(`
select r.type, r.id, r.name, x.profile before, r.profile after
from new.other r join old.other x on x.type = r.type and x.id = r.id
where r.type in (select id from temp.compared_type) and ${saysMore} and r.profile <> x.profile`);
  const put = database.prepare(
    `insert into temp.other_change values ('model', 'changed', '', '', 'other', '', null, '', ?, ?, ?, '', '', '', '', ?, ?, 0)`,
  );
  for (const row of pairs.all()) {
    const [before, after] = [detailsOf(textIn(row, 'before')), detailsOf(textIn(row, 'after'))];
    const differing = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
      (key) => !silent.has(key) && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
    );
    const only = (profile: Readonly<Record<string, unknown>>): string =>
      JSON.stringify(Object.fromEntries(differing.map((key) => [key, profile[key] ?? ''])));
    if (differing.length > 0) {
      put.run(textIn(row, 'type'), textIn(row, 'id'), textIn(row, 'name'), only(before), only(after));
    }
  }
}

function toChange(row: Readonly<Record<string, unknown>>): Change {
  const held = typedThingIn(row, 'held');
  const principal = typedThingIn(row, 'principal');
  const isUser = principal.type === 'user';
  const kind = textIn(row, 'kind') as Change['kind']; // a kind of thing, or the word that is written above
  const isResource = principal.id === '';
  const told = (column: 'before' | 'after'): string => {
    const text = textIn(row, column);
    return text === '' ? '' : detailsInWords(detailsOf(text), { isWhole: isResource });
  };
  return {
    area: textIn(row, 'area') as Change['area'], // the words that are written above
    change: textIn(row, 'change') as Change['change'],
    tenantId: textIn(row, 'tenant_id'),
    tenant: textIn(row, 'tenant'),
    userId: isUser ? principal.id : '',
    user: isUser ? principal.name : isResource ? '' : thingInWords(principal),
    login: textIn(row, 'login'),
    kind,
    heldId: held.id,
    role: textIn(row, 'role'),
    permission: kind === 'permission' ? held.id : '',
    because: '',
    before: told('before'),
    after: told('after'),
    holders: 0,
    flags: row['flags'] === 0 ? [] : ['new privileged access'],
    ...(!isUser && !isResource && { principal }),
    ...(kind === 'other' && { held }),
    ...(kind === 'other' && !isResource && { entitlement: textIn(row, 'slug') }),
  };
}
