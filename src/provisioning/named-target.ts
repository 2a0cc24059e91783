import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { entitlementId, parseRoleResourceId } from '../model/ids.ts';
import { nearNames } from '../model/near-names.ts';
import type { Directory } from './directory.ts';
import { didYouMean, nearTenants } from './near-targets.ts';
import { parseTarget, type Target } from './target.ts';

/** What people say for an entitlement: a role, in a tenant or in the whole project; or a tenant, for the membership. */
export type AskedByName =
  | { readonly role: string; readonly inTenant: string | undefined }
  | { readonly tenant: string };

/**
 * The target that names mean, by ids or by exact names. What fits nothing is `not-found` with what was probably meant; what
 * fits several things is a `conflict` that names each by its entitlement: nothing is ever guessed.
 */
export function namedTarget(asked: AskedByName, directory: Directory): Target {
  if ('tenant' in asked) {
    return only(
      tenantsCalled(asked.tenant, directory).map((tenantId) => ({ tenantId, roleName: undefined })),
      asked.tenant,
      directory,
    );
  }
  const { role, inTenant } = asked;
  if (inTenant === undefined) {
    return projectRole(role, directory);
  }
  const tenantIds = tenantsCalled(inTenant, directory);
  if (tenantIds.length > 1) {
    // Also where one alone has the role: whoever meant another one must not change this one.
    throw new ConnectorError(
      'conflict',
      `${tenantIds.length} tenants are called ${JSON.stringify(inTenant)}: name one by its id with --in, or say which with --entitlement: ${tenantIds.slice(0, 10).join(', ')}`,
    );
  }
  const named = tenantIds.flatMap((tenantId) =>
    rolesCalled(role, tenantId, directory).map((roleName) => ({ tenantId, roleName })),
  );
  if (named.length > 0) {
    return only(named, `${role} in ${inTenant}`, directory);
  }
  const near = tenantIds.flatMap((tenantId) =>
    nearNames(role, directory.roleNamesIn(tenantId)).map((roleName) => directory.targetOf({ tenantId, roleName })),
  );
  const where = tenantIds.map((id) => JSON.stringify(directory.tenantName(id))).join(' or ');
  throw new ConnectorError(
    'not-found',
    `there is no role ${JSON.stringify(role)} in ${where}${didYouMean(
      near.filter((target) => target !== undefined),
      directory,
    )}`,
  );
}

function projectRole(role: string, directory: Directory): Target {
  const address = parseRoleResourceId(role);
  const isScopedId =
    address !== undefined && address.tenantId !== '' && directory.hasRole(address.tenantId, address.roleName);
  const holdings = [
    ...rolesCalled(role, '', directory).map((roleName) => ({ tenantId: '', roleName })),
    ...(isScopedId ? [address] : []),
  ];
  if (holdings.length > 0) {
    return only(holdings, role, directory);
  }
  const inTenants = directory.tenantsDefining(role).map((tenantId) => directory.targetOf({ tenantId, roleName: role }));
  const near = nearNames(role, directory.roleNamesIn('')).map((roleName) =>
    directory.targetOf({ tenantId: '', roleName }),
  );
  const meant = (inTenants.length > 0 ? inTenants : near).filter((target) => target !== undefined);
  const which =
    inTenants.length > 0 ? 'of the project; tenants define one: name the tenant with --in' : 'in the project';
  throw new ConnectorError(
    'not-found',
    `there is no role ${JSON.stringify(role)} ${which}${didYouMean(meant, directory)}`,
  );
}

/** Names of the roles that a text means in a scope: the name itself, or what stands encoded in ids. */
function rolesCalled(asked: string, tenantId: string, directory: Directory): readonly string[] {
  const decoded = parseRoleResourceId(asked);
  const readings = [asked, ...(decoded?.tenantId === '' ? [decoded.roleName] : [])];
  const byId = directory.roles
    .filter(({ id, tenantId: scope }) => id !== '' && id === asked && (scope === '' || scope === tenantId))
    .map(({ name }) => name);
  const known = directory.roleNamesIn(tenantId);
  return [...new Set([...readings.filter((name) => known.includes(name)), ...byId])];
}

/** Ids of the tenants that a text is the id or the exact name of; `not-found` for none. */
function tenantsCalled(asked: string, directory: Directory): readonly string[] {
  const ids = directory.tenants
    .filter(({ id, name }) => id === asked || name.normalize('NFC') === asked.normalize('NFC'))
    .map(({ id }) => id);
  if (ids.length === 0) {
    const near = nearTenants(asked, directory).map(
      (id) => `${JSON.stringify(directory.tenantName(id))} (${printable(id)})`,
    );
    throw new ConnectorError(
      'not-found',
      `there is no tenant with the id or name ${JSON.stringify(asked)}${near.length === 0 ? '' : `; did you mean ${near.slice(0, 3).join(' or ')}?`}`,
    );
  }
  return ids;
}

function only(
  holdings: readonly { readonly tenantId: string; readonly roleName: string | undefined }[],
  asked: string,
  directory: Directory,
): Target {
  const targets = holdings.map((holding) => directory.targetOf(holding)).filter((target) => target !== undefined);
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) {
    const named = targets.map(({ typeId, resourceId }) => printable(entitlementId(typeId, resourceId)));
    throw new ConnectorError(
      'conflict',
      `${targets.length} entitlements match ${JSON.stringify(asked)}: say which with --entitlement: ${named.slice(0, 10).join(', ')}${named.length > 10 ? ', or another' : ''}`,
    );
  }
  return parseTarget(target.typeId, target.resourceId);
}
