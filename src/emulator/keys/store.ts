import { audit } from '../audit/audit.ts';
import type { FamilyHost } from '../family.ts';
import { randomId } from '../random.ts';
import { roles } from '../roles.ts';
import { tenants } from '../tenants.ts';
import { toAccessKey } from './records.ts';
import type { AccessKey, AccessKeySeed } from './records.ts';

/** The access keys of a project, in order of creation. */
export interface AccessKeys {
  all(): readonly AccessKey[];
  get(id: string): AccessKey | undefined;
  put(seed: AccessKeySeed): AccessKey;
  remove(id: string): boolean;
}

/** Keys follow roles that are renamed or deleted, and tenants that go. */
export function createAccessKeys(host: FamilyHost): AccessKeys {
  const byId = new Map<string, AccessKey>();
  const log = host.stateOf(audit);
  let made = 0;

  const change = (changed: (key: AccessKey) => Partial<AccessKey>): void => {
    for (const [id, key] of byId) byId.set(id, { ...key, ...changed(key) });
  };
  host.stateOf(roles).onRewrite((rewrite) =>
    change(({ roleNames, keyTenants }) => ({
      roleNames: rewrite('', roleNames),
      keyTenants: keyTenants.map((held) => ({ ...held, roleNames: rewrite(held.tenantId, held.roleNames) })),
    })),
  );
  host.stateOf(tenants).onRemoved(({ tenantId, keepsMemberships }) => {
    if (keepsMemberships) return;
    change(({ keyTenants }) => ({ keyTenants: keyTenants.filter((held) => held.tenantId !== tenantId) }));
  });

  return {
    all: () => [...byId.values()],
    get: (id) => byId.get(id),
    put(seed) {
      made += 1;
      const key = toAccessKey(seed, randomId('K', host.seed, `access key ${made}`), host.nowSeconds());
      log.changed({ kind: 'AccessKey', before: byId.get(key.id), after: key });
      byId.set(key.id, key);
      return key;
    },
    remove(id) {
      log.changed({ kind: 'AccessKey', before: byId.get(id) });
      return byId.delete(id);
    },
  };
}
