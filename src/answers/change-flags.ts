import type { DatabaseSync } from 'node:sqlite';
import { changeFlags, type ChangeFlag } from './report-format.ts';
import { flagEdgeChanges } from './diff-edges.ts';
import { judgeRoles } from './role-power.ts';

/** Statuses of users who cannot log in. Reviewers look for access that such users hold or gain. */
const shut = "('disabled', 'expired')";

/** The place of a flag in `changeFlags` as a bit of the column `flags`. */
function bit(flag: ChangeFlag): number {
  return 1 << changeFlags.indexOf(flag);
}

/**
 * Marks in the tables of a diff what a reviewer has to look at first: privileged access that is new, also where a role
 * that people hold has become privileged or allows something administrative; gains of people who cannot log in; and
 * privileged people who can log in again. Roles are judged as on the report's page, which shows these flags as they
 * are. `flagOthers` marks what it knows of besides.
 */
export function flagChanges(database: DatabaseSync, flagOthers?: (database: DatabaseSync) => void): void {
  if (
    flagOthers === undefined &&
    database
      .prepare(
        "select 1 from temp.access_change where change = 'gained' union all select 1 from temp.people_change where " +
          "change = 'changed' union all select 1 from temp.model_change where change = 'gained' union all select 1 from " +
          "temp.edge_change where change = 'gained' union all select 1 from temp.mapping_change where change = " +
          "'gained' limit 1",
      )
      .get() === undefined
  ) {
    return; // no change can be flagged, so roles need not be judged
  }
  judge(database);
  flagEdgeChanges(database);
  flagOthers?.(database);
  database.exec(`
update temp.access_change as c set flags =
    case when kind <> 'tenant' and exists (select 1 from temp.powerful p where p.side = 'new' and p.role = c.role and p.tenant = iif(c.kind = 'binding', '', c.tenant_id)) then ${bit('new privileged access')} else 0 end
  + case (select status from new.user where id = c.user_id) when 'disabled' then ${bit('gained while disabled')} when 'expired' then ${bit('gained while expired')} else 0 end
where change = 'gained';

update temp.people_change as c set flags = ${bit('enabled again, privileged')}
where change = 'changed' and before in ${shut} and after not in ${shut} and exists (
  select 1 from new.user u join new.holding h on h.user = u.n join new.thing t on t.n = h.thing and t.kind in ('role', 'binding')
    join temp.powerful p on p.side = 'new' and p.role = t.role and p.tenant = iif(t.kind = 'binding', '', t.tenant)
  where u.id = c.user_id);

update temp.model_change as c set flags = ${bit('new privileged access')}
where change = 'gained' and holders > 0 and (
  permission in (select name from temp.administrative)
  or exists (select 1 from temp.powerful p where p.side = 'new' and p.role = c.role and p.tenant = c.tenant_id)
    and not exists (select 1 from temp.powerful p where p.side = 'old' and p.role = c.role and p.tenant = c.tenant_id));
`);
}

/** Enters the privileged roles of both files, and the administrative permissions of the newer one. */
function judge(database: DatabaseSync): void {
  database.exec(`
create temp table powerful (side text, role text, tenant text, primary key (side, role, tenant)) without rowid;
create temp table administrative (name text primary key) without rowid;`);
  const putRole = database.prepare('insert or ignore into temp.powerful (side, role, tenant) values (?, ?, ?)');
  for (const side of ['old', 'new'] as const) {
    const powers = judgeRoles(database, side, ['role']);
    for (const { n, role, tenant } of database
      .prepare(`select n, role, tenant from ${side}.thing where kind = 'role'`)
      .iterate()) {
      if ((powers.of(Number(n))?.privilege.length ?? 0) > 0) {
        putRole.run(side, String(role), String(tenant));
      }
    }
    if (side === 'new') {
      const put = database.prepare('insert or ignore into temp.administrative (name) values (?)');
      powers.permissions.filter(({ level }) => level === 'administrative').forEach(({ name }) => put.run(name));
    }
  }
}

/** The flags of a change, from the bits of its column. */
export function flagsIn(bits: number): ChangeFlag[] {
  return changeFlags.filter((flag) => (bits & bit(flag)) !== 0);
}
