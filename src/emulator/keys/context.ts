import { invented } from '../api-error.ts';
import type { FamilyHost } from '../family.ts';
import type { Roles } from '../roles.ts';
import type { Tenants } from '../tenants.ts';
import type { UserContext } from '../users/context.ts';
import type { AccessKey } from './records.ts';
import type { AccessKeys } from './store.ts';
import type { AccessKeySwitches } from './switches.ts';

/** What the endpoints of access keys work with. */
export interface KeyContext {
  readonly keys: AccessKeys;
  readonly tenants: Tenants;
  readonly roles: Roles;
  readonly users: () => UserContext;
  readonly switches: AccessKeySwitches;
  readonly host: FamilyHost;
  /** Epoch seconds of the last activation of a key, by its id. */
  readonly activated: Map<string, number>;
}

/** Throws what the API answers for an id that no key has. */
export function findKey({ keys, switches }: KeyContext, id: string): AccessKey {
  const key = keys.get(id);
  if (key) return key;
  throw invented(switches.unknownKeyStatus, 'E990012', 'Access key not found', 'The access key does not exist');
}

export function isExpired({ expireTime }: AccessKey, { host }: KeyContext): boolean {
  return expireTime > 0 && expireTime <= host.nowSeconds();
}

/** What goes over the wire; the secret only where a switch shows what the service never does. */
export function toWireKey(key: AccessKey, context: KeyContext): Record<string, unknown> {
  const { extra, scimSsoId: _scim, cleartext, ...fields } = key;
  const keyTenants = key.keyTenants.map(({ tenantId, roleNames }) => ({
    tenantId,
    tenantName: context.tenants.get(tenantId)?.name ?? '',
    roleNames,
  }));
  const secret = context.switches.keySecrets === 'shown' ? { cleartext } : {};
  return { ...fields, keyTenants, status: statusOf(key, context), ...secret, ...extra };
}

function statusOf(key: AccessKey, context: KeyContext): string {
  const { switches, activated, host } = context;
  if (switches.expiredKeyStatus === 'expired' && isExpired(key, context)) return 'expired';
  const since = activated.get(key.id) ?? Number.NEGATIVE_INFINITY;
  const waits = key.status === 'active' && host.nowSeconds() < since + switches.activationLagSeconds;
  return waits ? 'inactive' : key.status;
}
