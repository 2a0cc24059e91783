import { count } from '../answers/count.ts';
import type { FileSummary } from '../sync-format/summary.ts';
import type { Found } from './found.ts';
import type { World } from './world.ts';

type References = NonNullable<FileSummary['dangling']>;

/** References that the summary of a file names, as findings; those that it counts and does not name are one more. */
export function referencesFound(
  { index, found }: World,
  references: Pick<References, 'first' | 'count'> | undefined,
  detailOf: (kind: string, name: string) => string,
): Iterable<Found> {
  const { first = [], count: total = 0 } = references ?? {};
  const rows = first.map(({ kind, name, tenantId = '', userId, roleId }) => ({
    type: userId !== undefined ? 'user' : roleId !== undefined ? 'role' : 'tenant',
    id: userId ?? roleId ?? tenantId,
    tenant: tenantId,
    about: `${kind}:${name}`,
    detail: detailOf(kind, name),
  }));
  const rest = total - first.length;
  const untold = {
    type: 'project',
    id: index.summary.projectId ?? '',
    tenant: '',
    about: 'rest',
    detail: `has ${count(rest, 'more reference')} of this kind that the file counts and does not name`,
  };
  return found(
    `select distinct j.value ->> 'type' type, j.value ->> 'id' id, coalesce(u.name, t.name, '') name,
      j.value ->> 'tenant' tenant, j.value ->> 'about' about, j.value ->> 'detail' detail
    from json_each(?) j left join user u on j.value ->> 'type' = 'user' and u.id = j.value ->> 'id'
      left join thing t on t.kind = j.value ->> 'type' and t.id = j.value ->> 'id'`,
    JSON.stringify(rest > 0 ? [...rows, untold] : rows),
  );
}
