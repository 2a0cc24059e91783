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
  const projectId = index.summary.projectId ?? '';
  const rows = first.map(({ kind, name, tenantId = '', userId, roleId, principal }) => ({
    ...holderOf({ userId, roleId, principal }, { tenantId, projectId }),
    tenant: tenantId,
    about: `${kind}:${name}`,
    detail: detailOf(kind, name),
  }));
  const rest = total - first.length;
  const untold = {
    type: 'project',
    id: projectId,
    tenant: '',
    about: 'rest',
    detail: `has ${count(rest, 'more reference')} of this kind that the file counts and does not name`,
  };
  return found(
    `select distinct j.value ->> 'type' type, j.value ->> 'id' id, coalesce(u.name, t.name, k.name, '') name,
      j.value ->> 'tenant' tenant, j.value ->> 'about' about, j.value ->> 'detail' detail
    from json_each(?) j left join user u on j.value ->> 'type' = 'user' and u.id = j.value ->> 'id'
      left join thing t on t.kind = j.value ->> 'type' and t.id = j.value ->> 'id'
      left join credential k on k.kind = j.value ->> 'type' and k.id = j.value ->> 'id'`,
    JSON.stringify(rest > 0 ? [...rows, untold] : rows),
  );
}

type Reference = References['first'][number];

/** Whose record names it. A file that does not say, as another tool may write it, leaves the tenant, else the project. */
function holderOf(
  { userId, roleId, principal }: Pick<Reference, 'userId' | 'roleId' | 'principal'>,
  { tenantId, projectId }: { readonly tenantId: string; readonly projectId: string },
): Pick<Found, 'type' | 'id'> {
  if (userId !== undefined) {
    return { type: 'user', id: userId };
  }
  if (principal !== undefined) {
    // as all findings about keys call it
    return { type: principal.typeId.replace(/_secret$/, ''), id: principal.id };
  }
  if (roleId !== undefined) {
    return { type: 'role', id: roleId };
  }
  return tenantId === '' ? { type: 'project', id: projectId } : { type: 'tenant', id: tenantId };
}
