import type { Catalog } from '../access/catalog.ts';
import { type MappingEdge, ssoMappingsOf, type SsoMappingsOfTenant, type TenantSso } from '../access/sso-mappings.ts';
import type { Target } from '../access/target.ts';
import { tenantName } from '../access/names.ts';
import type { DescopeClient } from '../descope/client.ts';
import { groupsCall } from '../descope/groups.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { defaultSsoSettingsCall, ssoSettingsCall } from '../descope/sso.ts';
import type { TenantCall } from '../descope/tenant-call.ts';
import type { Tenant } from '../descope/tenants.ts';
import { IdTable } from '../descope/users/id-table.ts';
import { xaaSettingsCall } from '../descope/xaa.ts';
import { ConnectorError } from '../errors.ts';
import { entitlementIdOf } from '../model/ids.ts';
import { printable, quoted } from '../printable.ts';

export type SsoRead = Pick<DescopeClient, 'readOfTenant'>;

/**
 * What is done about a role that comes back with the next login. `ignore` asks nothing, `tell` revokes and says so,
 * `refuse` does not revoke.
 */
export type ReturningMode = 'ignore' | 'tell' | 'refuse';

/** By what a revoked role may come back. */
export interface MayReturn {
  readonly via: 'group_mapping' | 'default_sso_role';
  /** The group or the configuration, as `type:id` of a sync. */
  readonly from: string;
  readonly ssoId: string;
  /** Set where nobody can tell whether the user is in the group. */
  readonly membership?: 'unknown';
}

/** What may come back; `unknown` says why that could not be found out. */
export interface Returning {
  readonly mayReturn: readonly MayReturn[];
  readonly unknown?: string;
}

/** Settings decide what is asked: reading SSO settings costs requests and a right, so it must be wanted. */
export function returningModeOf({
  refuseReturning,
  include = [],
}: {
  readonly refuseReturning: boolean;
  readonly include?: readonly string[] | undefined;
}): ReturningMode {
  if (refuseReturning) {
    return 'refuse';
  }
  return include.includes('sso_configuration') || include.includes('all') ? 'tell' : 'ignore';
}

export const nothingReturns: Returning = { mayReturn: [] };

/**
 * Looks up in the SSO settings of a target's tenant whether a login gives the user the role again, and refuses in mode
 * `refuse`. What cannot be read is a fault there; else it is told, and the revoke goes on.
 */
export async function returningOf(
  mode: ReturningMode,
  client: SsoRead,
  asked: { readonly target: Target; readonly userId: string; readonly catalog: Catalog },
  call: CallOptions,
): Promise<Returning> {
  const { target, catalog } = asked;
  const tenant = catalog.tenant(target.tenantId);
  if (mode === 'ignore' || tenant === undefined || target.roleName === undefined) {
    return nothingReturns; // a role of the whole project is mapped by no tenant
  }
  let mayReturn: readonly MayReturn[];
  try {
    mayReturn = await readMappings(client, { ...asked, tenant }, call);
  } catch (thrown) {
    if (mode === 'tell' && thrown instanceof ConnectorError && thrown.kind !== 'cancelled') {
      return { mayReturn: [], unknown: thrown.message };
    }
    throw thrown;
  }
  if (mode === 'refuse' && mayReturn.length > 0) {
    throw new ConnectorError(
      'refused',
      `${printable(target.roleName)} in ${printable(tenantName(catalog, target.tenantId))} may come back at the next ` +
        `login of user ${printable(asked.userId)}, by ${returningText(mayReturn)}: take the user out of the group in the ` +
        `identity provider, or change the tenant's SSO settings (refused because of --refuse-returning)`,
    );
  }
  return { mayReturn };
}

const mostNamed = 5;

/** `the mapping of idp_group:acme/default_ssoid/staff`, for each. */
export function returningText(mayReturn: readonly MayReturn[]): string {
  const texts = mayReturn.slice(0, mostNamed).map(({ via, from, membership }) => {
    const text = via === 'group_mapping' ? `the mapping of ${printable(from)}` : `a default role of ${printable(from)}`;
    return membership === undefined ? text : `${text} (whether the user is in it is not known)`;
  });
  return `${texts.join(' and ')}${mayReturn.length > mostNamed ? ` and ${mayReturn.length - mostNamed} more` : ''}`;
}

interface Looked {
  readonly target: Target;
  readonly userId: string;
  readonly catalog: Catalog;
  readonly tenant: Tenant;
}

/** Groups are read only where the role is mapped to one. */
async function readMappings(
  client: SsoRead,
  { target, userId, catalog, tenant }: Looked,
  call: CallOptions,
): Promise<readonly MayReturn[]> {
  const isOfTarget = ({ entitlement }: MappingEdge): boolean =>
    entitlementIdOf(entitlement) === entitlementIdOf(target);
  const edgesOf = ({ edges }: SsoMappingsOfTenant): readonly MappingEdge[] => edges.filter(isOfTarget);
  const ask = <Answer>(...calls: readonly TenantCall<Answer>[]): Promise<Answer | undefined> =>
    firstAnswer(client, calls, tenant.id, call);
  const [configurations, xaa] = await Promise.all([
    ask(ssoSettingsCall, defaultSsoSettingsCall),
    client.readOfTenant(xaaSettingsCall, tenant.id, call), // a deployment need not have it, however it says so
  ]);
  if (configurations === undefined) {
    throw new ConnectorError(
      'refused',
      `Descope does not tell the SSO settings of tenant ${quoted(tenant.id)}: whether the role comes back is not known`,
    );
  }
  const settings: TenantSso = {
    tenant,
    configurations,
    xaa: 'answer' in xaa ? xaa.answer : undefined,
    groups: undefined,
  };
  const isMapped = edgesOf(ssoMappingsOf(catalog, settings)).some(({ via }) => via === 'group_mapping');
  const ids = new IdTable();
  const groups = isMapped ? (await ask(groupsCall(ids)))?.groups : undefined;
  const mappings = ssoMappingsOf(catalog, { ...settings, groups });
  const user = ids.ordinalOf(userId);
  return edgesOf(mappings).flatMap(({ via, principal, ssoId = '' }): readonly MayReturn[] => {
    if (via === 'tenant_default_role') {
      return []; // given to those who join, which a member does not
    }
    const told = { via, from: `${principal.typeId}:${principal.id}`, ssoId };
    if (via === 'default_sso_role') {
      return [told];
    }
    const members = mappings.groups.find(({ id }) => id === principal.id)?.listed;
    if (members === undefined || members.namelessMembers > 0) {
      const isMember = user !== undefined && members?.members.includes(user) === true;
      return [isMember ? told : { ...told, membership: 'unknown' }];
    }
    return user !== undefined && members.members.includes(user) ? [told] : [];
  });
}

/** The answer of the first of these calls that the deployment has; undefined where it has none of them. */
async function firstAnswer<Answer>(
  client: SsoRead,
  calls: readonly TenantCall<Answer>[],
  tenantId: string,
  call: CallOptions,
): Promise<Answer | undefined> {
  for (const one of calls) {
    const answered = await client.readOfTenant(one, tenantId, call);
    if ('answer' in answered) {
      return answered.answer;
    }
    if (answered.refusal.facts['status'] !== 404) {
      throw answered.refusal;
    }
  }
  return undefined;
}
