import { createOthers, type OtherAnswers, type Others } from './others.ts';
import { administratorSeat, leafOf, parentOf, type Seat, type Tree } from './tree.ts';

/**
 * A project of a benchmark: so many users, made of a formula, so that every run and every contender sees the same
 * bytes.
 */
export interface Shape {
  readonly users: number;
  readonly tenants: number;
  readonly projectRoles: number;
  /**
   * Tenants that each user is a member of; in the first one each holds a project role or, where there is one, the
   * tenant's own.
   */
  readonly memberships: number;
  /** Project roles held in the whole project. */
  readonly wideRoles: number;
  /** Every user holds the first project role in the whole project. */
  readonly popularRole?: boolean;
  /** The first user is a member of this many tenants, with a role in each. */
  readonly spread?: number;
  /** Tenants have parents. */
  readonly tree?: Tree;
  /** Keys, consents and the rest that is read on demand only. */
  readonly others?: Others;
}

export const projectId = 'P2BenchmarkProject0000000000';
export const pageSize = 100;
const permissionsPerRole = 3;
const permissionCount = 40;
/** 2026-01-01: every user is older than any bound of a read. */
const lastCreated = 1_767_225_600;

/** Users as one answer each would hold them, and where in a page each one lies. */
export interface Project {
  readonly pages: readonly Buffer[];
  readonly lists: Readonly<Record<string, Buffer>>;
  readonly paged: OtherAnswers['paged'];
  readonly bytes: number;
  readonly grants: number;
  /**
   * Pages of those who hold a role in the whole project, or are members of a tenant: what a filtered search answers.
   */
  readonly filtered: (kind: 'role' | 'tenant', name: string, offset: number) => Buffer;
}

export function createProject(shape: Shape): Project {
  const pages: Buffer[] = [];
  const byRole = new Map<string, number[]>();
  const byTenant = new Map<string, number[]>();
  let bytes = 0;
  let grants = 0;
  const render = (index: number): string => {
    const { json, roles, tenants, held } = toUser(index, shape);
    grants += held;
    roles.forEach((name) => push(byRole, name, index));
    tenants.forEach((id) => push(byTenant, id, index));
    return json;
  };
  for (let from = 0; from < Math.max(1, shape.users); from += pageSize) {
    const rows = Array.from({ length: Math.max(0, Math.min(pageSize, shape.users - from)) }, (_, place) =>
      render(from + place),
    );
    const page = Buffer.from(`{"users":[${rows.join(',')}],"total":${shape.users}}`);
    bytes += page.length;
    pages.push(page);
  }
  const { users, tenants, projectRoles } = shape;
  const others =
    shape.others === undefined
      ? { lists: {}, paged: {} }
      : createOthers(shape.others, { users, tenants, projectRoles, tenantId, roleName, userId, projectId });
  return {
    pages,
    bytes,
    grants,
    lists: { ...toLists(shape), ...others.lists },
    paged: others.paged,
    filtered: (kind, name, offset) => {
      const found = (kind === 'role' ? byRole : byTenant).get(name) ?? [];
      const rows = found.slice(offset, offset + pageSize).map((index) => toUser(index, shape).json);
      return Buffer.from(`{"users":[${rows.join(',')}],"total":${found.length}}`);
    },
  };
}

export function roleName(index: number): string {
  return `Role ${String(index).padStart(3, '0')}`;
}

function userId(index: number): string {
  return `U2${index.toString(36).padStart(26, '0')}`;
}

export function tenantId(index: number): string {
  return `T2tenant${String(index).padStart(20, '0')}`;
}

/** Tenants that define a role of their own: every second one, so that both ways of holding are met. */
function ownRole(tenant: number): string | undefined {
  return tenant % 2 === 0 ? 'Own role' : undefined;
}

function seatsOf(index: number, { memberships, projectRoles, spread = 0, tenants, tree }: Shape): readonly Seat[] {
  const areInLeaves = tree?.people === 'in leaves';
  const administrator = areInLeaves ? administratorSeat(index, tenants) : undefined;
  if (administrator !== undefined) {
    return [administrator];
  }
  const count = index === 0 ? Math.max(memberships, spread) : memberships;
  return Array.from({ length: Math.min(count, tenants) }, (_, place) => {
    const tenant = (index * 13 + place) % tenants;
    return {
      tenant: areInLeaves ? leafOf(tenant, tenants) : tenant,
      role: place === 0 || index === 0 ? (index + place) % projectRoles : undefined,
    };
  });
}

function toUser(
  index: number,
  shape: Shape,
): {
  readonly json: string;
  readonly roles: readonly string[];
  readonly tenants: readonly string[];
  readonly held: number;
} {
  const id = userId(index);
  const name = `Person ${index} of the benchmark`;
  const email = `person.${index}@company-${index % 997}.example`;
  const roles = Array.from({ length: shape.wideRoles }, (_, place) =>
    roleName((index * 7 + place * 3) % shape.projectRoles),
  );
  if (shape.popularRole === true && !roles.includes(roleName(0))) {
    roles.push(roleName(0));
  }
  let held = roles.length;
  const userTenants = seatsOf(index, shape).map(({ tenant, role }) => {
    const roleNames = role === undefined ? [] : [(index % 3 === 0 ? ownRole(tenant) : undefined) ?? roleName(role)];
    held += 1 + roleNames.length;
    return {
      tenantId: tenantId(tenant),
      tenantName: `Company ${tenant}`,
      roleNames,
      permissions: ['invoices.read', 'invoices.approve', 'reports.read'],
    };
  });
  const json = JSON.stringify({
    userId: id,
    loginIds: [email],
    externalIds: [email],
    name,
    givenName: 'Person',
    middleName: '',
    familyName: `Benchmark ${index}`,
    picture: `https://pictures.example/${id}.png`,
    email,
    phone: index % 3 === 0 ? `+4930${String(index).padStart(8, '0')}` : '',
    verifiedEmail: index % 5 !== 0,
    verifiedPhone: false,
    recoveryEmail: '',
    recoveryPhone: '',
    verifiedRecoveryEmail: false,
    verifiedRecoveryPhone: false,
    roleNames: roles,
    userTenants,
    permissions: ['invoices.read'],
    status: index % 11 === 0 ? 'disabled' : 'enabled',
    test: false,
    customAttributes: {
      department: `Department ${index % 40}`,
      costCenter: 1000 + (index % 900),
      contractor: index % 8 === 0,
    },
    createdTime: lastCreated - shape.users + index,
    modifiedTime: lastCreated,
    ssoAppIds: [],
    TOTP: index % 2 === 0,
    SAML: false,
    OIDC: false,
    SCIM: false,
    webauthn: false,
    password: true,
    push: false,
    OAuth: {},
    editable: true,
    consentExpiration: 0,
  });
  return { json, roles, tenants: userTenants.map((entry) => entry.tenantId), held };
}

function parentId(tenant: number, tenants: number): string {
  const parent = parentOf(tenant, tenants);
  return parent === undefined ? '' : tenantId(parent);
}

function toLists({ tenants, projectRoles, tree }: Shape): Project['lists'] {
  const permissionName = (index: number): string =>
    ['invoices.read', 'invoices.approve', 'reports.read'][index] ?? `permission.${index}`;
  const permissions = Array.from({ length: permissionCount }, (_, index) => ({
    id: `P${index}`,
    name: permissionName(index),
    description: '',
    systemDefault: false,
  }));
  const toRole = (name: string, index: number, tenant = ''): object => ({
    id: `R${tenant}${index}`,
    name,
    description: 'A role of the benchmark',
    permissionNames: Array.from({ length: permissionsPerRole }, (_, place) =>
      permissionName((index + place * 5) % permissionCount),
    ),
    createdTime: lastCreated,
    tenantId: tenant,
    default: false,
    private: false,
  });
  const own = Array.from({ length: tenants }, (_, index) => index).flatMap((index) => {
    const name = ownRole(index);
    return name === undefined ? [] : [toRole(name, index, tenantId(index))];
  });
  return {
    '/v1/mgmt/tenant/all': toBytes({
      tenants: Array.from({ length: tenants }, (_, index) => ({
        id: tenantId(index),
        name: `Company ${index}`,
        selfProvisioningDomains: [],
        customAttributes: {},
        domains: [],
        authType: 'none',
        createdTime: lastCreated,
        disabled: false,
        ...(tree?.hasParents === true && { parent: parentId(index, tenants) }),
      })),
    }),
    '/v1/mgmt/role/all': toBytes({
      roles: [...Array.from({ length: projectRoles }, (_, index) => toRole(roleName(index), index)), ...own],
    }),
    '/v1/mgmt/permission/all': toBytes({ permissions }),
  };
}

function toBytes(value: object): Buffer {
  return Buffer.from(JSON.stringify(value));
}

function push(lists: Map<string, number[]>, key: string, value: number): void {
  const list = lists.get(key);
  if (list === undefined) {
    lists.set(key, [value]);
  } else {
    list.push(value);
  }
}
