import { invented } from '../api-error.ts';
import { kindOf } from '../sso/records.ts';
import type { SsoConfiguration } from '../sso/records.ts';
import type { SsoContext } from '../sso/wire.ts';
import type { Tenant, Tenants } from '../tenants.ts';
import type { UserRecord } from '../users/records.ts';

/**
 * The tenant into which somebody signs in: the one named, else the one whose domain is that of the address, else the
 * only one of which the user is a member.
 */
export function tenantOf(tenants: Tenants, named: string, login: string, user: UserRecord | undefined): Tenant {
  if (named !== '') return tenants.find(named);
  const addresses = [login, user?.email ?? '', ...(user?.loginIds ?? [])];
  const domains = new Set(addresses.map((address) => address.split('@')[1] ?? '').filter((domain) => domain !== ''));
  const byDomain = tenants.all().filter((tenant) => tenant.domains.some((domain) => domains.has(domain)));
  const [only, ...others] = byDomain.length > 0 ? byDomain.map(({ id }) => id) : membershipsOf(user);
  if (only !== undefined && others.length === 0) return tenants.find(only);
  const found = only === undefined ? 'neither an address nor a membership says' : `${[only, ...others].join(', ')}:`;
  throw refused(`The tenant must be named: ${found} which one`);
}

const membershipsOf = (user: UserRecord | undefined): readonly string[] =>
  user?.tenants.map(({ tenantId }) => tenantId) ?? [];

/** The configuration through which somebody signs in. Throws for one that does not exist or is not set up. */
export function configurationOf(
  { configurations }: SsoContext,
  { id, disabled }: Tenant,
  ssoId: string,
): SsoConfiguration {
  if (disabled) throw refused(`The tenant ${id} is disabled`);
  const configuration = configurations.get(id, ssoId);
  const { groupMappings, defaultSSORoles } = configuration;
  if (kindOf(configuration) === 'none' && groupMappings.length === 0 && defaultSSORoles.length === 0) {
    const known = configurations.of(id).filter((one) => kindOf(one) !== 'none');
    const others = known.length === 0 ? '' : `; set up are ${known.map((one) => one.ssoId).join(', ')}`;
    throw refused(`No SSO is set up in ${id} as ${ssoId}${others}`);
  }
  return configuration;
}

/** A login that does not succeed. */
export const refused = (message: string): Error => invented(400, 'E990015', 'Login refused', message);
