import { ConnectorError, isKind } from '../errors.ts';
import { parseBindingResourceId, parseDerivedBindingId, roleResourceId } from '../model/ids.ts';
import { find, type Meant, type Searched } from './find.ts';
import { quoted } from './printable.ts';

/**
 * What is asked about, and in which tenant: by name as `find` does it, with its errors; a role inside a tenant by the id
 * that grants have, `acme/Editor`.
 */
export function findHeld(index: Searched, asked: string, tenantNamed?: string): readonly [Meant, string | undefined] {
  try {
    return [find(index, 'held', asked), tenantNamed];
  } catch (thrown) {
    const bound = isKind(thrown, 'not-found') ? roleInTenant(index, asked) : undefined;
    if (bound === undefined) {
      throw thrown;
    }
    const [role, tenantId] = bound;
    if (tenantNamed !== undefined && find(index, 'tenant', tenantNamed).id !== tenantId) {
      throw new ConnectorError(
        'config',
        `${quoted(asked)} is a role inside tenant ${quoted(tenantId)}: leave --tenant out, or name that one`,
      );
    }
    return [role, tenantId];
  }
}

const bindingPrefix = 'role_binding:';

/** The role, and the tenant, that the id of a binding names. */
function roleInTenant(index: Searched, asked: string): readonly [Meant, string] | undefined {
  const id = asked.startsWith(bindingPrefix) ? asked.slice(bindingPrefix.length) : asked;
  const derived = parseDerivedBindingId(id);
  const address = derived ?? parseBindingResourceId(id);
  if (
    address === undefined ||
    index.database.prepare('select 1 from tenant where id = ?').get(address.tenantId) === undefined
  ) {
    return undefined;
  }
  const roleId = roleResourceId({ tenantId: derived?.roleTenantId ?? '', roleName: address.roleName });
  const row = index.database.prepare("select n, name from thing where kind = 'role' and id = ?").get(roleId);
  return row === undefined
    ? undefined
    : [
        { type: 'role', n: Number(row['n']), id: roleId, name: String(row['name']), login: '', also: [] },
        address.tenantId,
      ];
}
