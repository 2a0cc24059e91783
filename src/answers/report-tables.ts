import { ConnectorError } from '../errors.ts';
import { roleResourceId } from '../model/ids.ts';
import type { Change } from './change.ts';
import {
  holdingKinds,
  noOrdinal,
  type ReportPermission,
  type ReportRole,
  type ReportTables,
  type ReportTenant,
  thingFlags,
} from './report-format.ts';
import type { FileBinding, FilePermission, FileRole, FileTenant } from './rows.ts';
import { quoted } from '../printable.ts';

/** What is held. `role` and `tenant` are ordinals, -1 where the kind has none. */
export interface HoldingTarget {
  readonly kind: number;
  readonly role: number;
  readonly tenant: number;
}

/**
 * Numbers tenants, roles and permissions, and whatever can be held. What only the older file has is marked `former`.
 */
export interface ReportTableBuilder {
  add(row: FileTenant | FileRole | FilePermission | FileBinding): void;
  /** The number of what a grant is about. Throws `inconsistent` for something that the file does not list. */
  targetOf(kind: 'tenant' | 'role' | 'binding', id: string): number;
  target(number: number): HoldingTarget;
  /** The ordinal of a tenant, or of the one that a binding is in. Throws as `targetOf` does. */
  tenantOf(kind: 'tenant' | 'binding', id: string): number;
  /** The ordinal of a tenant; -1 for one that the file does not list. */
  ordinalOfTenant(id: string): number;
  allow(roleId: string, permissionId: string): void;
  /** The ordinals of what a change is about, -1 for none; what only the older file has is added. */
  ordinalsOf(change: Change): Readonly<Record<'role' | 'tenant' | 'permission', number>>;
  finish(): Omit<ReportTables, 'statuses'>;
}

/** As much of a binding as is needed: a tree of tenants has very many. */
type Binding = Pick<FileBinding, 'roleName' | 'tenantId' | 'roleTenantId'>;

interface RoleEntry {
  readonly role: Pick<ReportRole, 'id' | 'name' | 'flags' | 'description'>;
  readonly tenantId: string;
  readonly allows: Set<number>;
}

export function createReportTables(): ReportTableBuilder {
  const tenants = createNumbered<ReportTenant>('tenant');
  const roles = createNumbered<RoleEntry>('role');
  const permissions = createNumbered<ReportPermission>('permission');
  const bindings = new Map<string, Binding>();
  const targets = new Map<string, number>();
  const list: HoldingTarget[] = [];

  function meaning(kind: string, id: string): HoldingTarget {
    if (kind === 'tenant') {
      return { kind: holdingKinds.member, role: noOrdinal, tenant: tenants.ordinalOf(id) };
    }
    if (kind === 'role') {
      return { kind: holdingKinds.role, role: roles.ordinalOf(id), tenant: noOrdinal };
    }
    const { roleName, tenantId, roleTenantId = '' } = bindingOf(id);
    const role = roles.ordinalOf(roleResourceId({ tenantId: roleTenantId, roleName }));
    return { kind: holdingKinds.binding, role, tenant: tenants.ordinalOf(tenantId) };
  }

  function bindingOf(id: string): Binding {
    const binding = bindings.get(id);
    if (binding === undefined) {
      throw unlisted('role in tenant', id);
    }
    return binding;
  }

  function tenantOf(id: string, name: string): number {
    return id === '' ? noOrdinal : tenants.add(id, { id, name, parentId: '', flags: thingFlags.former });
  }

  function permissionOf(name: string): number {
    return name === '' ? noOrdinal : permissions.add(name, { name, description: '', flags: thingFlags.former });
  }

  function roleOf({ kind, heldId, role: name, tenantId: place }: Change): number {
    if (name === '') {
      return noOrdinal;
    }
    const tenantId = kind === 'binding' ? '' : place; // inside a tenant it is still the project's role that is held
    const id = kind === 'binding' ? roleResourceId({ tenantId: '', roleName: name }) : heldId;
    return roles.add(id, {
      role: { id, name, flags: thingFlags.former, description: '' },
      tenantId,
      allows: new Set(),
    });
  }

  return {
    add: (row) => {
      if (row.kind === 'binding') {
        const { roleName, tenantId, roleTenantId } = row;
        bindings.set(row.id, { roleName, tenantId, ...(roleTenantId !== undefined && { roleTenantId }) });
      } else if (row.kind === 'tenant') {
        tenants.add(row.id, toTenant(row));
      } else if (row.kind === 'permission') {
        permissions.add(row.id, toPermission(row));
      } else {
        roles.add(row.id, toRoleEntry(row));
      }
    },
    targetOf: (kind, id) => {
      const target = meaning(kind, id);
      const key = `${target.kind} ${target.role} ${target.tenant}`;
      const known = targets.get(key);
      if (known !== undefined) {
        return known;
      }
      targets.set(key, list.length);
      return list.push(target) - 1;
    },
    target: (number) => list[number] ?? { kind: holdingKinds.member, role: noOrdinal, tenant: noOrdinal },
    tenantOf: (kind, id) => tenants.ordinalOf(kind === 'tenant' ? id : bindingOf(id).tenantId),
    ordinalOfTenant: (id) => tenants.find(id) ?? noOrdinal,
    allow: (roleId, permissionId) => {
      roles.at(roles.ordinalOf(roleId)).allows.add(permissions.ordinalOf(permissionId));
    },
    ordinalsOf: (change) => ({
      role: roleOf(change),
      tenant: tenantOf(change.tenantId, change.tenant),
      permission: permissionOf(change.permission),
    }),
    finish: () => {
      // A role's tenant may be unlisted: deleted a moment ago. It is shown as gone, so that the role does not become
      // the project's.
      const definedBy = roles.all().map(({ tenantId }) => tenantOf(tenantId, tenantId));
      return {
        tenants: tenants.all(),
        permissions: permissions.all(),
        roles: roles.all().map(({ role: { id, name, flags, description }, allows }, at) => ({
          id,
          name,
          description,
          flags,
          tenant: definedBy[at] ?? noOrdinal,
          allows: Array.from(allows),
        })),
      };
    },
  };
}

function toTenant({ id, name, parentTenantId, roleInheritance, isDisabled }: FileTenant): ReportTenant {
  return {
    id,
    name,
    parentId: parentTenantId,
    flags: isDisabled ? thingFlags.disabled : 0,
    ...(roleInheritance !== '' && { roleInheritance }),
  };
}

function toPermission({ id, description, isSystem }: FilePermission): ReportPermission {
  return { name: id, description, flags: isSystem ? thingFlags.system : 0 };
}

function toRoleEntry({ id, roleName, tenantId, description, isDefault, isPrivate }: FileRole): RoleEntry {
  const flags = (isDefault ? thingFlags.isDefault : 0) | (isPrivate ? thingFlags.isPrivate : 0);
  return { role: { id, name: roleName, description, flags }, tenantId, allows: new Set() };
}

interface Numbered<T> {
  /** The ordinal; what is known already stays as it is. */
  add(key: string, value: T): number;
  ordinalOf(key: string): number;
  find(key: string): number | undefined;
  at(ordinal: number): T;
  all(): readonly T[];
}

function createNumbered<T>(type: string): Numbered<T> {
  const ordinals = new Map<string, number>();
  const values: T[] = [];
  return {
    all: () => values,
    find: (key) => ordinals.get(key),
    add: (key, value) => {
      const known = ordinals.get(key);
      if (known !== undefined) {
        return known;
      }
      ordinals.set(key, values.length);
      return values.push(value) - 1;
    },
    ordinalOf: (key) => {
      const known = ordinals.get(key);
      if (known === undefined) {
        throw unlisted(type, key);
      }
      return known;
    },
    at: (ordinal) => {
      const value = values[ordinal];
      if (value === undefined) {
        throw unlisted(type, String(ordinal));
      }
      return value;
    },
  };
}

/** For a file that names something it does not list: it was cut, edited, or no sync wrote it. */
export function unlisted(type: string, id: string): ConnectorError {
  return new ConnectorError(
    'inconsistent',
    `the file grants something of ${type} ${quoted(id)}, which it does not list; was it edited?`,
  );
}
