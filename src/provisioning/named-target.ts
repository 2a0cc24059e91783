import { ConnectorError } from '../errors.ts';
import { printable, quoted } from '../printable.ts';
import { entitlementIdOf, parseRoleResourceId } from '../model/ids.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import { nearNames } from '../model/near-names.ts';
import { listedApplications, listedThirdPartyApps } from '../access/app-lists.ts';
import type { Catalog } from '../access/catalog.ts';
import { roleNamesIn, tenantName, tenantsDefining } from '../access/names.ts';
import { didYouMean, nearTenants } from '../access/near-targets.ts';
import { type Target, targetOf } from '../access/target.ts';
import { namedApp } from './named-app.ts';
import { parseTarget } from './request.ts';

/**
 * An entitlement as people name it: a role, in a tenant or in the whole project; a tenant, for the membership; an
 * application; or a third-party app, for the consents to it.
 */
export type AskedByName =
  | { readonly role: string; readonly inTenant: string | undefined }
  | { readonly tenant: string }
  | { readonly application: string }
  | { readonly consent: string };

/**
 * The target with these ids or exact names. No match is `not-found`, with what was probably meant; several matches are
 * a `conflict` that names each by its entitlement. Nothing is guessed.
 */
export function namedTarget(asked: AskedByName, catalog: Catalog): Target {
  if ('application' in asked) {
    const { id } = namedApp('application', asked.application, catalog.rows(listedApplications));
    return parseTarget('application', id);
  }
  if ('consent' in asked) {
    if (catalog.isUntold(listedThirdPartyApps)) {
      throw notTold(asked.consent);
    }
    const { id } = namedApp('third-party app', asked.consent, catalog.rows(listedThirdPartyApps));
    return parseTarget('third_party_app', id);
  }
  if ('tenant' in asked) {
    return only(
      tenantsCalled(asked.tenant, catalog).map((tenantId) => ({ tenantId, roleName: undefined })),
      asked.tenant,
      catalog,
    );
  }
  const { role, inTenant } = asked;
  if (inTenant === undefined) {
    return projectRole(role, catalog);
  }
  const tenantIds = tenantsCalled(inTenant, catalog);
  if (tenantIds.length > 1) {
    // Refused also where only one of them has the role: the caller may have meant another tenant.
    throw new ConnectorError(
      'conflict',
      `${tenantIds.length} tenants are called ${quoted(inTenant)}: name one by its id with --in, or say which ` +
        `with --entitlement: ${tenantIds.slice(0, 10).join(', ')}`,
    );
  }
  const named = tenantIds.flatMap((tenantId) =>
    rolesCalled(role, tenantId, catalog).map((roleName) => ({ tenantId, roleName })),
  );
  if (named.length > 0) {
    return only(named, `${role} in ${inTenant}`, catalog);
  }
  const near = tenantIds.flatMap((tenantId) =>
    nearNames(role, roleNamesIn(catalog, tenantId)).map((roleName) => targetOf(catalog, { tenantId, roleName })),
  );
  const elsewhere = tenantsDefining(catalog, role).map((tenantId) => targetOf(catalog, { tenantId, roleName: role }));
  const where = tenantIds.map((id) => JSON.stringify(tenantName(catalog, id))).join(' or ');
  throw new ConnectorError(
    'not-found',
    `there is no role ${quoted(role)} in ${where}${didYouMean(
      (near.length > 0 ? near : elsewhere).filter((target) => target !== undefined),
      catalog,
    )}`,
  );
}

/** That no list names an app says nothing where there is no list. */
function notTold(asked: string): ConnectorError {
  return new ConnectorError(
    'upstream-contract',
    'this deployment of Descope does not tell its third-party apps ' +
      `(${endpointLabel(listedThirdPartyApps.whole.endpoint)} answers 404): whether there is one with the ` +
      `id or name ${quoted(asked)} is not known, and nothing was sent; use a deployment that offers them`,
    { status: 404 },
  );
}

function projectRole(role: string, catalog: Catalog): Target {
  const address = parseRoleResourceId(role);
  const isScopedId =
    address !== undefined && address.tenantId !== '' && catalog.role(address.tenantId, address.roleName) !== undefined;
  const holdings = [
    ...rolesCalled(role, '', catalog).map((roleName) => ({ tenantId: '', roleName })),
    ...(isScopedId ? [address] : []),
  ];
  if (holdings.length > 0) {
    return only(holdings, role, catalog);
  }
  const inTenants = tenantsDefining(catalog, role).map((tenantId) => targetOf(catalog, { tenantId, roleName: role }));
  const near = nearNames(role, roleNamesIn(catalog, '')).map((roleName) =>
    targetOf(catalog, { tenantId: '', roleName }),
  );
  const meant = (inTenants.length > 0 ? inTenants : near).filter((target) => target !== undefined);
  const which =
    inTenants.length > 0 ? 'of the project; tenants define one: name the tenant with --in' : 'in the project';
  throw new ConnectorError('not-found', `there is no role ${quoted(role)} ${which}${didYouMean(meant, catalog)}`);
}

/** Names of the roles in a scope that have this text as their name, encoded name or Descope's id. */
function rolesCalled(asked: string, tenantId: string, catalog: Catalog): readonly string[] {
  const decoded = parseRoleResourceId(asked);
  const readings = [asked, ...(decoded?.tenantId === '' ? [decoded.roleName] : [])];
  const byId = catalog.roles
    .filter(({ id, tenantId: scope }) => id !== '' && id === asked && (scope === '' || scope === tenantId))
    .map(({ name }) => name);
  const known = roleNamesIn(catalog, tenantId);
  return [...new Set([...readings.filter((name) => known.includes(name)), ...byId])];
}

/** The id of the only tenant that has this text as its id or exact name. */
export function namedTenant(asked: string, catalog: Catalog): string {
  const [tenantId = '', ...others] = tenantsCalled(asked, catalog);
  if (others.length > 0) {
    throw new ConnectorError(
      'conflict',
      `${others.length + 1} tenants are called ${quoted(asked)}: name one by its id: ${[tenantId, ...others].slice(0, 10).join(', ')}`,
    );
  }
  return tenantId;
}

/** Ids of the tenants that have this text as their id or exact name; `not-found` for none. */
function tenantsCalled(asked: string, catalog: Catalog): readonly string[] {
  const ids = catalog.tenants
    .filter(({ id, name }) => id === asked || name.normalize('NFC') === asked.normalize('NFC'))
    .map(({ id }) => id);
  if (ids.length === 0) {
    const near = nearTenants(asked, catalog).map(
      (id) => `${JSON.stringify(tenantName(catalog, id))} (${printable(id)})`,
    );
    throw new ConnectorError(
      'not-found',
      'there is no tenant with the id or name ' +
        `${quoted(asked)}${near.length === 0 ? '' : `; did you mean ${near.slice(0, 3).join(' or ')}?`}`,
    );
  }
  return ids;
}

function only(
  holdings: readonly { readonly tenantId: string; readonly roleName: string | undefined }[],
  asked: string,
  catalog: Catalog,
): Target {
  const targets = holdings.map((holding) => targetOf(catalog, holding)).filter((target) => target !== undefined);
  const [target, ...others] = targets;
  if (target === undefined || others.length > 0) {
    const named = targets.map((one) => printable(entitlementIdOf(one)));
    throw new ConnectorError(
      'conflict',
      `${targets.length} entitlements match ${quoted(asked)}: say which with --entitlement: ` +
        `${named.slice(0, 10).join(', ')}${named.length > 10 ? ', or another' : ''}`,
    );
  }
  return parseTarget(target.typeId, target.resourceId, target.slug);
}
