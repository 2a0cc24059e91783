import type { Catalog } from '../../access/catalog.ts';
import { type AccessKey, accessKeyList } from '../../descope/access-keys.ts';
import { endpointLabel } from '../../descope/http/endpoint.ts';
import { type ScimKey, scimKeysCall } from '../../descope/scim-keys.ts';
import { ConnectorError } from '../../errors.ts';
import { ssoConfigurationId } from '../../model/ids.ts';
import { printable, quoted } from '../../printable.ts';
import { listedKeys } from '../listed-keys.ts';
import type { SyncSession } from './sync-session.ts';
import type { TenantFamily } from './tenant-family.ts';

/** The keys of SCIM, which are access keys like others but for what they open. Read where a key names a tenant. */
export const scimKeys: TenantFamily<readonly ScimKey[]> = {
  name: 'scimKeys',
  what: 'SCIM keys',
  calls: () => [scimKeysCall],
  isExtra: true,
  tenantsNamed: (rowsOf) => rowsOf(listedKeys).flatMap(({ keyTenants }) => keyTenants.map(({ tenantId }) => tenantId)),
  bytesOf: (keys) => keys.length * 150,
};

/** Ids of the SSO configurations for which a key was made; none for a key that is not of SCIM. */
export type ScimOf = readonly string[] | 'unknown';

/** Tenants whose answer was compared with the list of access keys, in a sync. */
const compared = new WeakMap<SyncSession, Set<string>>();

/** What is known now of a key: `unread` are tenants that must be asked before that is all. */
export interface ScimLookup {
  readonly scim: ScimOf;
  readonly unread: readonly string[];
}

/**
 * A key of SCIM belongs to a tenant, which its record names, and carries claims. So what no tenant that it names lists
 * is none; a key with claims that names no tenant may be one.
 */
export function lookUpScim(session: SyncSession, catalog: Catalog, key: AccessKey): ScimLookup {
  const { tenantReads } = session;
  const tenantIds = key.keyTenants.map(({ tenantId }) => tenantId).filter((id) => catalog.tenant(id) !== undefined);
  if (tenantIds.length === 0) {
    return { scim: key.hasCustomClaims ? 'unknown' : [], unread: [] };
  }
  if (tenantReads.offerOf(scimKeys) === 'not-offered') {
    return { scim: 'unknown', unread: [] };
  }
  return {
    scim: tenantIds.flatMap((tenantId) =>
      (tenantReads.known(scimKeys, tenantId) ?? [])
        .filter(({ keyId }) => keyId === key.id)
        .map(({ ssoId }) => ssoConfigurationId(tenantId, ssoId)),
    ),
    unread: tenantIds.filter((tenantId) => compared.get(session)?.has(tenantId) !== true),
  };
}

/** What is known of a key when every tenant that it names is asked. */
export async function scimOf(
  session: SyncSession,
  catalog: Catalog,
  key: AccessKey,
  signal?: AbortSignal,
): Promise<ScimOf> {
  const { scim, unread } = lookUpScim(session, catalog, key);
  if (unread.length === 0) {
    return scim;
  }
  await Promise.all(unread.map((tenantId) => readScimKeys(session, catalog, tenantId, signal)));
  return lookUpScim(session, catalog, key).scim;
}

/**
 * Reads the SCIM keys of a tenant. One that the list of access keys lacks was made since, which a second look at that
 * list must show: else some keys are not told at all.
 */
async function readScimKeys(
  session: SyncSession,
  catalog: Catalog,
  tenantId: string,
  signal?: AbortSignal,
): Promise<void> {
  const keys = (await session.tenantReads.read(scimKeys, tenantId, signal)) ?? [];
  const strange = keys.filter(({ keyId }) => catalog.row(listedKeys, keyId) === undefined);
  const again = strange.length === 0 ? [] : await session.project.readList(accessKeyList, session.call(signal));
  const now = new Set(again.map(({ id }) => id));
  const missing = strange.find(({ keyId }) => !now.has(keyId));
  if (missing !== undefined) {
    const [endpoint, list] = [scimKeysCall.endpoint, accessKeyList.endpoint].map(endpointLabel);
    throw new ConnectorError(
      'inconsistent',
      `${endpoint} tells of the key ${printable(missing.keyId)} of tenant ${quoted(tenantId)}, and ${list} does not: ` +
        'access keys are not listed whole',
      { endpoint: list ?? '' },
    );
  }
  const done = compared.get(session) ?? new Set<string>();
  compared.set(session, done.add(tenantId));
}

/** What reading the access keys showed besides. */
export interface AccessKeyReport {
  /** Whether the deployment tells which keys are those of SCIM; `unknown` where no tenant was asked. */
  readonly scim: 'unknown' | 'offered' | 'not-offered';
  readonly scimKeys: number;
  /** Keys that are bound to a user who is gone. */
  readonly boundToNobody: number;
}

/** Undefined where they are not read. */
export function accessKeyReport(session: SyncSession): AccessKeyReport | undefined {
  const { tenantReads, types, completedNow } = session;
  if (!types.tenantFamilies.includes(scimKeys) || completedNow === undefined) {
    return undefined;
  }
  const { catalog, users } = completedNow;
  const keys = catalog.rows(listedKeys);
  const offer = tenantReads.offerOf(scimKeys);
  return {
    scim: offer === 'limited' ? 'offered' : offer,
    scimKeys: keys.filter((key) => {
      const { scim } = lookUpScim(session, catalog, key);
      return scim !== 'unknown' && scim.length > 0;
    }).length,
    boundToNobody: keys.filter(({ boundUserId }) => boundUserId !== '' && !users.has(boundUserId)).length,
  };
}
