import { typeInWords } from '../sync-format/known-types.ts';
import { textIn } from './access-path.ts';
import { detailsInWords, detailsOf, profileInWords, textOf } from './details.ts';
import type { FileIndex } from './file-index.ts';
import { reviewerColumns } from './review.ts';
import type { SheetColumn } from './xlsx.ts';

// Sheets of what is no user: keys, applications, apps of others, the console; and of who was given them.

export const othersColumns: readonly SheetColumn[] = [
  { header: 'Type', width: 22 },
  { header: 'Name', width: 30 },
  { header: 'Id', width: 32 },
  { header: 'Status', width: 10 },
  { header: 'Created', width: 14 },
  { header: 'Expires', width: 14 },
  { header: 'Owner', width: 30 },
  { header: 'Owner id', width: 32 },
  { header: 'Made by', width: 32 },
  { header: 'Description', width: 40 },
  { header: 'Details', width: 60 },
];

export const otherAccessColumns: readonly SheetColumn[] = [
  { header: 'Who', width: 26 },
  { header: 'Who (type)', width: 18 },
  { header: 'Who (id)', width: 32 },
  { header: 'Login', width: 32 },
  { header: 'Status', width: 10 },
  { header: 'Type', width: 18 },
  { header: 'Name', width: 30 },
  { header: 'Id', width: 32 },
  { header: 'What', width: 20 },
  { header: 'Scopes or roles', width: 40 },
  { header: 'Granted by', width: 32 },
  { header: 'Since', width: 14 },
  { header: 'Until', width: 14 },
  { header: 'How', width: 30 },
  ...reviewerColumns,
];

/** Whether there is any of them. */
export function hasOthersListed({ database }: FileIndex): boolean {
  return database.prepare("select 1 from other where type <> 'finding' limit 1").get() !== undefined;
}

/** Keys, applications and so on, a row each, by type and name. */
export function* othersRows({ database }: FileIndex): Generator<string[]> {
  const rows = database.prepare(
    `select o.*, coalesce(u.name, p.name, '') owner_name from other o left join user u on o.owner_type = 'user' and u.id = o.owner_id
     left join other p on p.type = o.owner_type and p.id = o.owner_id where o.type <> 'finding' order by o.type, o.name, o.id`,
  );
  for (const row of rows.iterate()) {
    const { created_by: by, description } = detailsOf(textIn(row, 'profile'));
    yield [
      typeInWords(textIn(row, 'type')),
      textIn(row, 'name'),
      textIn(row, 'id'),
      textIn(row, 'status'),
      day(textIn(row, 'created_at')),
      day(textIn(row, 'expires_at')),
      textIn(row, 'owner_name'),
      textIn(row, 'owner_id'),
      textOf(by),
      textOf(description),
      profileInWords(textIn(row, 'profile')),
    ];
  }
}

export const findingColumns: readonly SheetColumn[] = [
  { header: 'Severity', width: 10 },
  { header: 'Rule', width: 28 },
  { header: 'What', width: 44 },
  { header: 'Who or what', width: 30 },
  { header: 'Type', width: 18 },
  { header: 'Id', width: 32 },
  { header: 'Tenant', width: 24 },
  { header: 'Detail', width: 60 },
  { header: 'To mend it', width: 60 },
  { header: 'Fingerprint', width: 34 },
];

/** Whether the sync listed what it found wrong. */
export function hasFindings({ database }: FileIndex): boolean {
  return database.prepare("select 1 from other where type = 'finding' limit 1").get() !== undefined;
}

/** What the sync found wrong, the worst first: a row each. */
export function* findingRows({ database }: FileIndex): Generator<string[]> {
  const of = (key: string): string => `f.profile ->> '$.${key}'`;
  const rows = database.prepare(
    `select f.id id, ${['severity', 'rule', 'title', 'subject_type', 'subject_id', 'tenant_id', 'detail', 'fix'].map((key) => `${of(key)} ${key}`).join(', ')},
      coalesce(u.name, t.name, o.name, ${of('subject_id')}) name, coalesce(e.name, ${of('tenant_id')}) tenant from other f
     left join user u on ${of('subject_type')} = 'user' and u.id = ${of('subject_id')}
     left join thing t on t.kind = ${of('subject_type')} and t.id = ${of('subject_id')}
     left join other o on o.type = ${of('subject_type')} and o.id = ${of('subject_id')}
     left join tenant e on e.id = ${of('tenant_id')}
     where f.type = 'finding' order by instr('critical high medium low info', severity), rule, name, f.id`,
  );
  for (const row of rows.iterate()) {
    yield ['severity', 'rule', 'title', 'name', 'subject_type', 'subject_id', 'tenant', 'detail', 'fix', 'id'].map(
      (column) => (column === 'subject_type' ? typeInWords(textIn(row, column)) : textIn(row, column)),
    );
  }
}

/** Whether somebody holds anything that is no tenant, role or permission. */
export function hasOtherAccess({ database, hasOtherGrants }: FileIndex): boolean {
  return (
    hasOtherGrants && database.prepare('select 1 from other_grant where thing is null limit 1').get() !== undefined
  );
}

/** Who was given an application, consented to an app, or administers a project: a row each, to be signed off. */
export function* otherAccessRows({ database }: FileIndex): Generator<string[]> {
  const rows = database.prepare(
    `select g.*, coalesce(h.name, '') held_name, coalesce(u.name, o.name, e.name, '') who, coalesce(u.login, o.profile ->> '$.email', '') login,
       coalesce(u.status, o.status, '') status from other_grant g left join other h on h.type = g.on_type and h.id = g.on_id
     left join user u on g.to_type = 'user' and u.id = g.to_id left join other o on o.type = g.to_type and o.id = g.to_id
     left join tenant e on g.to_type = 'tenant' and e.id = g.to_id
     where g.thing is null order by g.on_type, held_name, g.on_id, g.slug, g.to_type <> 'user', who, g.to_id`,
  );
  for (const row of rows.iterate()) {
    const { scopes, roles, granted_by: by, created, expires, ...others } = detailsOf(textIn(row, 'details'));
    yield [
      textIn(row, 'who'),
      typeInWords(textIn(row, 'to_type')),
      textIn(row, 'to_id'),
      textIn(row, 'login'),
      textIn(row, 'status'),
      typeInWords(textIn(row, 'on_type')),
      textIn(row, 'held_name'),
      textIn(row, 'on_id'),
      textIn(row, 'slug').replaceAll('_', ' '),
      textOf(scopes ?? roles),
      textOf(by),
      textOf(created),
      textOf(expires),
      detailsInWords(others),
      '',
      '',
      '',
    ];
  }
}

function day(time: string): string {
  return time.slice(0, 10);
}
