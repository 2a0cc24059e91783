/** What a project of a benchmark holds besides users, tenants, roles and permissions; nothing of it is read unasked. */
export interface Others {
  readonly keys?: number;
  readonly consents?: number;
}

/** Names that the project around it uses. */
export interface Surroundings {
  readonly users: number;
  readonly tenants: number;
  readonly projectRoles: number;
  readonly tenantId: (index: number) => string;
  readonly roleName: (index: number) => string;
  readonly userId: (index: number) => string;
  readonly projectId: string;
}

export interface OtherAnswers {
  readonly lists: Readonly<Record<string, Buffer>>;
  /** Pages of lists that come in several, and how many rows each has. */
  readonly paged: Readonly<Record<string, PagesOf>>;
}

export type PagesOf = (page: number, limit: number) => Buffer;

const created = 1_700_000_000;
const thirdPartyApps = 10;

export function createOthers({ keys = 0, consents = 0 }: Others, around: Surroundings): OtherAnswers {
  const { tenantId, projectId } = around;
  return {
    lists: {
      '/v1/mgmt/accesskey/search': toBytes({ keys: many(keys, (index) => toKey(index, around)) }),
      '/v1/mgmt/sso/idp/apps/load': toBytes({
        apps: many(10, (index) => ({
          id: `SA2app${index}`,
          name: `Application ${index}`,
          enabled: true,
          appType: 'saml',
        })),
      }),
      '/v1/mgmt/projects/list': toBytes({ projects: [{ id: projectId, name: 'Benchmark', tags: ['production'] }] }),
      '/v1/mgmt/descoper/list': toBytes({
        descopers: many(50, (index) => ({
          id: `D2${index}`,
          attributes: { displayName: `Administrator ${index}` },
          status: 'enabled',
          rbac: { isCompanyAdmin: index === 0, projects: [{ projectIds: [projectId], role: 'developer' }] },
        })),
      }),
      '/v1/mgmt/managementkey/search': toBytes({
        keys: many(20, (index) => ({
          id: `M2${index}`,
          name: `Management key ${index}`,
          status: 'active',
          reBac: { projectRoles: [{ projectIds: [projectId], roles: ['project-admin'] }] },
        })),
      }),
      '/v2/mgmt/sso/settings/all': toBytes({ SSOSettings: [] }),
      '/v1/mgmt/tenant/settings': toBytes({ domains: [], enabled: true, JITDisabled: false }),
      '/v1/mgmt/group/all': toBytes([]),
    },
    paged: {
      '/v1/mgmt/thirdparty/apps/load': pagesOf('apps', thirdPartyApps, (index) => ({
        id: `TPA2${index}`,
        name: `Third-party app ${index}`,
        status: 'active',
        permissionsScopes: [{ name: 'read', values: ['invoices.read'] }],
      })),
      '/v1/mgmt/thirdparty/consents/search': pagesOf('consents', consents, (index) => ({
        id: `C2${index.toString(36).padStart(26, '0')}`,
        appId: `TPA2${index % thirdPartyApps}`,
        userId: around.userId(Math.floor(index / thirdPartyApps) % around.users),
        tenantId: tenantId(index % around.tenants),
        scopes: ['read', 'email'],
        grantedBy: around.userId(index % around.users),
        createdTime: created + index,
        ExpireTime: 0,
      })),
    },
  };
}

/** A key like those of real projects: two tenants, a role in one, a role in the whole project; each tenth is bound. */
function toKey(index: number, { users, tenants, projectRoles, tenantId, roleName, userId }: Surroundings): object {
  return {
    id: `K2${index.toString(36).padStart(26, '0')}`,
    name: `Key ${index} of the benchmark`,
    roleNames: [roleName(index % projectRoles)],
    keyTenants: [0, 1].map((place) => ({
      tenantId: tenantId((index * 13 + place) % tenants),
      tenantName: `Company ${(index * 13 + place) % tenants}`,
      roleNames: place === 0 ? [roleName((index + 1) % projectRoles)] : [],
    })),
    status: 'active',
    createdTime: created + index,
    expireTime: index % 4 === 0 ? 0 : 2_000_000_000 + index,
    createdBy: index % 3 === 0 ? userId(index % users) : 'K2SomeManagementKey000000000',
    clientId: `client-of-key-${index}`,
    boundUserId: index % 10 === 0 ? userId(index % users) : '',
    customClaims: {},
    editable: true,
    description: `What the job of department ${index % 40} signs in with`,
    permittedIps: index % 5 === 0 ? ['192.0.2.0/24'] : [],
    customAttributes: {},
  };
}

function pagesOf(key: string, total: number, toRow: (index: number) => object): PagesOf {
  const made = new Map<string, Buffer>();
  return (page, limit) => {
    const name = `${page}/${limit}`;
    const from = page * limit;
    const bytes =
      made.get(name) ??
      toBytes({ [key]: many(Math.max(0, Math.min(limit, total - from)), (place) => toRow(from + place)), total });
    made.set(name, bytes);
    return bytes;
  };
}

function many(count: number, toRow: (index: number) => object): object[] {
  return Array.from({ length: count }, (_, index) => toRow(index));
}

function toBytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}
