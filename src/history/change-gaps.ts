import { optInTypes } from '../sync-format/known-types.ts';
import { typeEntity } from './numbers.ts';
import { grantKinds } from './schema.ts';
import type { SyncNumbers } from './views.ts';

/** The numbers of a project, of a sync and of the first one that is kept, or expressions for them. */
export type SyncExpressions = Readonly<Record<keyof SyncNumbers | 'first', string | number>>;

/** Conditions of SQL on a sync, by the expression for it: whether it read all that a version is about. */
export type ReadBy = (sync: string) => string;

/** SQL for the syncs between which versions are compared that not every sync reads. */
export interface Gaps {
  /** Whether a sync read the type of a thing. */
  readonly typeRead: (type: string) => ReadBy;
  /** Whether it read a grant of this kind, on and to things of these types. */
  readonly grantRead: (grant: Readonly<Record<'kind' | 'onType' | 'toType', string>>) => ReadBy;
  /** The last sync before one that read it; null where none did. */
  readonly lastBefore: (sync: string, read: ReadBy) => string;
  /** The first sync from one on that read it; null where none did yet. */
  readonly firstFrom: (sync: string, read: ReadBy) => string;
}

const optIn = Object.keys(optInTypes)
  .map((type) => `'${type}'`)
  .join(', ');

/** What a sync says that was not to derive what tenants inherit. */
export const derivesNothing = `summary like '%"inheritance":{"mode":"none"%'`;

/** A version that ended since a sync did not read its type is there until a sync that does says otherwise. */
export function gapsOf({ project, sync }: Pick<SyncExpressions, 'project' | 'sync'>): Gaps {
  const typeRead =
    (type: string): ReadBy =>
    (s) =>
      `(${type} not in (${optIn}) or exists (select 1 from entity te join type_row tr on tr.n = te.n
        where te.project = ${project} and te.type = '${typeEntity}' and te.id = ${type}
          and tr.since <= ${s} and (tr.until is null or tr.until > ${s})))`;
  return {
    typeRead,
    grantRead:
      ({ kind, onType, toType }) =>
      (s) =>
        [
          typeRead(onType)(s),
          typeRead(toType)(s),
          `(${kind} <> ${grantKinds.maps} or ${typeRead("'sso_configuration'")(s)})`,
          `(${kind} <> ${grantKinds.inherits} or not exists (select 1 from sync d where d.n = ${s} and d.${derivesNothing}))`,
        ].join(' and '),
    lastBefore: (before, read) =>
      `(select s.n from sync s where s.project = ${project} and s.n < ${before} and ${read('s.n')} order by s.n desc limit 1)`,
    firstFrom: (from, read) =>
      `(select s.n from sync s where s.project = ${project} and s.n >= ${from} and s.n <= ${sync} and ${read('s.n')}
        order by s.n limit 1)`,
  };
}
