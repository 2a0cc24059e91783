import type { DatabaseSync } from 'node:sqlite';
import type { FileIndex } from './file-index.ts';
import { textIn, thingColumns } from './access-path.ts';
import { arraysOf } from './array-rows.ts';
import { judgeRoles } from './role-power.ts';
import { thingInWords } from './unknown.ts';
import { typedThingIn } from './other-rows.ts';
import type { SheetColumn } from './xlsx.ts';

/** What a reviewer fills in. */
export const reviewerColumns: readonly SheetColumn[] = [
  { header: 'Decision', width: 14, options: ['Keep', 'Revoke', 'Change', 'Ask'] },
  { header: 'Reviewer', width: 20 },
  { header: 'Comment', width: 40 },
];

/** The columns of the spreadsheet that a reviewer signs off: the last three are theirs to fill in. */
export const reviewColumns: readonly SheetColumn[] = [
  { header: 'User', width: 26 },
  { header: 'User id', width: 32 },
  { header: 'Login', width: 32 },
  { header: 'Email', width: 32 },
  { header: 'Status', width: 10 },
  { header: 'Tenant', width: 24 },
  { header: 'Tenant id', width: 24 },
  { header: 'Role', width: 24 },
  { header: 'Source', width: 34 },
  { header: 'Permissions', width: 40 },
  { header: 'Risk', width: 34 },
  { header: 'Last change', width: 30 },
  ...reviewerColumns,
];

const sources: Readonly<Record<string, string>> = {
  tenant: 'membership',
  binding: 'project role, inside this tenant',
  ownRole: "the tenant's own role",
  projectRole: 'project role, in the whole project',
};

/**
 * Everything that anybody holds, a row each, by tenant, role and user; behind the users the principals that are no
 * users. Descope does not tell when a role was given: "last change" is known only against an older file, and empty
 * without one.
 */
export function* reviewRows({ database, summary, hasOtherGrants }: FileIndex, since?: FileIndex): Generator<string[]> {
  if (since !== undefined) {
    database.prepare('attach ? as since').run(since.databasePath);
  }
  const known =
    since === undefined
      ? ''
      : `, exists (select 1 from since.holding sh join since.thing st on st.n = sh.thing join since.user su on su.n = sh.user
           join thing t on t.kind = st.kind and t.id = st.id where su.id = u.id and t.n = h.thing)`;
  try {
    const things = database
      .prepare(
        `select t.n n, ${thingColumns} from thing t left join tenant e on e.id = t.tenant
           where t.kind in ('tenant', 'role', 'binding') order by t.tenant <> '', e.name, t.tenant, t.kind <> 'tenant', t.role, t.kind`,
      )
      .all();
    const holders = database.prepare(
      `select u.name, u.id, u.login, u.email, u.status${known}
         from holding h join user u on u.n = h.user where h.thing = ? order by u.name, u.id`,
    );
    const others = !hasOtherGrants
      ? undefined
      : database.prepare(
          `select g.to_type principal_type, g.to_id principal_id, o.name principal_name, coalesce(o.status, '') status
             from other_grant g left join other o on o.type = g.to_type and o.id = g.to_id
             where g.thing = ? order by g.to_type, o.name, g.to_id`,
        );
    const powerOf = powersOf(database);
    for (const thing of things) {
      const n = Number(thing['n']);
      const { permissions, risk } = powerOf(n);
      const [tenant, tenantId, role, source] = placeOf(thing);
      for (const [name, id, login, email, word, isKnown] of arraysOf(holders, n)) {
        const status = String(word);
        const change =
          since === undefined
            ? ''
            : isKnown === 1
              ? `before ${timeOf(since)}`
              : `between ${timeOf(since)} and ${summary.finishedAt ?? 'this file'}`;
        yield [
          String(name),
          String(id),
          String(login),
          String(email),
          status,
          tenant,
          tenantId,
          role,
          source,
          permissions,
          riskOf(risk, status),
          change,
          '',
          '',
          '',
        ];
      }
      for (const row of others?.iterate(n) ?? []) {
        const who = thingInWords(typedThingIn(row, 'principal'));
        const status = textIn(row, 'status');
        const held = [tenant, tenantId, role, source, permissions, keyRisk(risk, status)];
        yield [who, '', '', '', status, ...held, '', '', '', ''];
      }
    }
  } finally {
    if (since !== undefined) {
      database.exec('detach since');
    }
  }
}

function placeOf(row: Readonly<Record<string, unknown>>): readonly [string, string, string, string] {
  const kind = textIn(row, 'kind');
  const tenantId = textIn(row, 'tenant_id');
  const source = kind === 'role' ? (tenantId === '' ? 'projectRole' : 'ownRole') : kind;
  return [
    tenantId === '' ? '(whole project)' : textIn(row, 'tenant'),
    tenantId,
    kind === 'tenant' ? '(member)' : textIn(row, 'role'),
    sources[source] ?? source,
  ];
}

function timeOf({ summary }: FileIndex): string {
  return summary.finishedAt ?? 'the older file';
}

/** Nobody reads more names than these in a cell, and a million rows may repeat them. */
const mostNamed = 30;

interface ThingPower {
  readonly permissions: string;
  readonly risk: string;
}

/** What everything that can be held confers, and why that is much. */
export function powersOf(database: DatabaseSync): (thing: number) => ThingPower {
  const powers = judgeRoles(database);
  return (thing) => {
    const { allows, privilege } = powers.of(thing) ?? { allows: [], privilege: [] };
    const names = allows.slice(0, mostNamed).map((permission) => powers.permissions[permission]?.name ?? '');
    const more = allows.length > mostNamed ? ` and ${(allows.length - mostNamed).toLocaleString('en')} more` : '';
    return {
      permissions: names.join(', ') + more,
      risk: privilege.length === 0 ? '' : `privileged: ${privilege.join('; ')}`,
    };
  };
}

/** A key that cannot be used and still holds something. */
export function keyRisk(risk: string, status: string): string {
  const isUseless = status === 'inactive' || status === 'expired';
  return isUseless ? joined(risk, `the key is ${status}`) : risk;
}

/** Somebody who cannot log in and still holds something is what a reviewer looks for. */
export function riskOf(risk: string, status: string): string {
  const isLockedOut = status === 'disabled' || status === 'expired';
  return isLockedOut ? joined(risk, `the user is ${status}`) : risk;
}

function joined(risk: string, still: string): string {
  return risk === '' ? still : `${risk}; ${still}`;
}
