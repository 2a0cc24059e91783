import type { GrantKey } from '../grant-identity.ts';
import type { GrantIdentity } from '../grant-messages.ts';
import type { Connection } from './connection.ts';
import { fromStored } from './copy.ts';
import { wholeSlugEntity } from './write-rows.ts';

/** What the numbers of grants stand for. */
export async function identitiesOf(
  connection: Connection,
  keys: readonly GrantKey[],
): Promise<readonly GrantIdentity[]> {
  if (keys.length === 0) {
    return [];
  }
  const numbers = [...new Set(keys.flatMap(({ onN, slug, toN }) => [onN, slug, toN]))];
  const rows = await connection.rows<{ readonly n: number; readonly type: string; readonly id: string }>(
    'select n, type, id from entity where n = any($1::integer[])',
    [numbers],
  );
  const names = new Map(rows.map(({ n, type, id }) => [n, { type, id: fromStored(id) }]));
  return keys.map(({ onN, slug, toN }) => {
    const [on = noName, told = noName, to = noName] = [onN, slug, toN].map((n) => names.get(n));
    return identityOf(on, told, to);
  });
}

interface EntityName {
  readonly type: string;
  readonly id: string;
}

const noName: EntityName = { type: '', id: '' };

/** A grant by the names of what is held, of the slug of its entitlement, and of who holds it. */
export function identityOf(on: EntityName, slug: EntityName, to: EntityName): GrantIdentity {
  return {
    typeId: on.type,
    resourceId: on.id,
    entitlementId: slug.type === wholeSlugEntity ? slug.id : `${on.type}:${on.id}:${slug.id}`,
    principalTypeId: to.type,
    principalId: to.id,
  };
}
