import type { DatabaseSync } from 'node:sqlite';
import { textIn } from './access-path.ts';
import type { Change } from './change.ts';
import { thingInWords } from './unknown.ts';
import { typedThingIn } from './unknown-rows.ts';

// What changed among the things of other types: grants that came and went, and resources.

/** Enters the changes into a table of the diff. Both files are attached, as `old` and `new`. */
export function findUnknownChanges(database: DatabaseSync): void {
  database.exec(`
create temp table unknown_change (${columns});
${grants('gained', 'new', 'old')}
${grants('lost', 'old', 'new')}
${resources('appeared', 'new', 'old')}
${resources('gone', 'old', 'new')}
`);
}

/** Those of one area, by what is concerned and by whom. */
export function* unknownChangesIn(database: DatabaseSync, area: 'access' | 'model'): Generator<Change> {
  const rows = database.prepare(
    'select * from temp.unknown_change where area = ? order by tenant_id, held_type, held_name, held_id, change, principal_type, principal_name, principal_id',
  );
  for (const row of rows.iterate(area)) {
    yield toChange(row);
  }
}

export function countUnknownChanges(database: DatabaseSync): number {
  return Number(database.prepare('select count(*) n from temp.unknown_change').get()?.['n']);
}

const columns =
  'area, change, tenant_id, tenant, kind, role, held_type, held_id, held_name, principal_type, principal_id, principal_name, login';

function grants(change: 'gained' | 'lost', here: 'old' | 'new', there: 'old' | 'new'): string {
  return `
insert into temp.unknown_change
select 'access', '${change}', coalesce(t.tenant, ''), coalesce(e.name, t.tenant, ''), coalesce(t.kind, 'other'), coalesce(t.role, ''),
  g.on_type, g.on_id, coalesce(o.name, ''), g.to_type, g.to_id, coalesce(u.name, p.name, ''), coalesce(u.login, '')
from ${here}.other_grant g left join ${here}.thing t on t.n = g.thing left join ${here}.tenant e on e.id = t.tenant
  left join ${here}.other o on o.type = g.on_type and o.id = g.on_id
  left join ${here}.other p on p.type = g.to_type and p.id = g.to_id
  left join ${here}.user u on g.to_type = 'user' and u.id = g.to_id
where not exists (select 1 from ${there}.other_grant x
  where x.on_type = g.on_type and x.on_id = g.on_id and x.to_type = g.to_type and x.to_id = g.to_id);`;
}

function resources(change: 'appeared' | 'gone', here: 'old' | 'new', there: 'old' | 'new'): string {
  return `
insert into temp.unknown_change
select 'model', '${change}', '', '', 'other', '', r.type, r.id, r.name, '', '', '', ''
from ${here}.other r where not exists (select 1 from ${there}.other x where x.type = r.type and x.id = r.id);`;
}

function toChange(row: Readonly<Record<string, unknown>>): Change {
  const held = typedThingIn(row, 'held');
  const principal = typedThingIn(row, 'principal');
  const isUser = principal.type === 'user';
  const kind = textIn(row, 'kind') as Change['kind']; // a kind of thing, or the word that is written above
  return {
    area: textIn(row, 'area') as Change['area'], // the words that are written above
    change: textIn(row, 'change') as Change['change'],
    tenantId: textIn(row, 'tenant_id'),
    tenant: textIn(row, 'tenant'),
    userId: isUser ? principal.id : '',
    user: isUser ? principal.name : principal.id === '' ? '' : thingInWords(principal),
    login: textIn(row, 'login'),
    kind,
    heldId: held.id,
    role: textIn(row, 'role'),
    permission: kind === 'permission' ? held.id : '',
    because: '',
    before: '',
    after: '',
    holders: 0,
    flags: [],
    ...(!isUser && principal.id !== '' && { principal }),
    ...(kind === 'other' && { held }),
  };
}
