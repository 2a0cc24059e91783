import type { IdpGroup } from '../descope/groups.ts';
import type { GroupMapping, SsoConfiguration, SsoMappings } from '../descope/sso.ts';
import type { Tenant } from '../descope/tenants.ts';
import type { XaaSettings } from '../descope/xaa.ts';
import {
  type EntitlementRef,
  entitlementIdOf,
  idpGroupId,
  nameOnly,
  type ResourceRef,
  type RoleAddress,
  ssoConfigurationId,
} from '../model/ids.ts';
import { compare } from '../model/order.ts';
import type { Catalog } from './catalog.ts';
import { type Target, targetOf } from './target.ts';

/** What was read of one tenant's single sign-on. A part that the deployment cannot tell is undefined. */
export interface TenantSso {
  readonly tenant: Tenant;
  readonly configurations: readonly SsoConfiguration[];
  readonly xaa: readonly XaaSettings[] | undefined;
  readonly groups: readonly IdpGroup[] | undefined;
}

/** Access that somebody will get at the next login. */
export interface MappingEdge {
  readonly entitlement: EntitlementRef;
  /** The role that it is, by where it is defined: in the tenant itself, or, for '', in the project. */
  readonly role: RoleAddress;
  /** Whoever this stands for: a group, a configuration, or the tenant itself. */
  readonly principal: ResourceRef;
  readonly via: 'group_mapping' | 'default_sso_role' | 'tenant_default_role';
  /** Absent for a default role of the tenant. */
  readonly ssoId?: string;
  /** From 1 on; absent where the configuration does not rank the group. */
  readonly priority?: number;
}

/** A configuration that is set up, and what it hands out. */
export interface SsoView {
  readonly id: string;
  readonly ssoId: string;
  readonly configuration: SsoConfiguration | undefined;
  readonly xaa: XaaSettings | undefined;
  readonly defaultRoles: readonly string[];
  /** Default roles that neither the tenant nor the project has. */
  readonly unknownRoles: readonly string[];
  /** How many pairs of a group and a role are mapped. */
  readonly groupMappings: number;
  readonly fgaMappings: number;
}

/** A group that is listed, or that a mapping names. */
export interface GroupView {
  readonly id: string;
  readonly ssoId: string;
  /** Its id and its name at the identity provider; a group that only a mapping names has no id. */
  readonly groupId: string;
  readonly name: string;
  /** Undefined where only a mapping names it: who is in it is not known. */
  readonly listed: IdpGroup | undefined;
  /** Names of roles that are mapped and that neither the tenant nor the project has. */
  readonly unknownRoles: readonly string[];
}

/** What the single sign-on of a tenant hands out: each list in the order of ids. */
export interface SsoMappingsOfTenant {
  readonly configurations: readonly SsoView[];
  readonly groups: readonly GroupView[];
  readonly edges: readonly MappingEdge[];
  /** Default roles of the tenant itself that neither it nor the project has. */
  readonly unknownTenantRoles: readonly string[];
}

/**
 * Looks up what the single sign-on of a tenant hands out. A role's name is the tenant's own role, else the project's,
 * inside the tenant: as a user's record with that name would be read. So a project role that the tenant shadows is never
 * what a mapping means.
 */
export function ssoMappingsOf(catalog: Catalog, sso: TenantSso): SsoMappingsOfTenant {
  const groups = new Groups(sso);
  const edges = new Map<string, MappingEdge>();
  const add = (edge: MappingEdge): void => {
    const key = JSON.stringify([entitlementIdOf(edge.entitlement), edge.principal]);
    const known = edges.get(key);
    if (known === undefined || (edge.priority ?? Infinity) < (known.priority ?? Infinity)) {
      edges.set(key, edge);
    }
  };
  const configurations = setUpIn(sso).map((one) => configurationView(catalog, sso, one, groups, add));
  const { id: tenantId, defaultRoles } = sso.tenant;
  const unknownTenantRoles: string[] = [];
  for (const roleName of defaultRoles) {
    const entitlement = targetOf(catalog, { tenantId, roleName });
    if (entitlement === undefined) {
      unknownTenantRoles.push(roleName);
    } else {
      add({ ...mappedTo(entitlement), principal: { typeId: 'tenant', id: tenantId }, via: 'tenant_default_role' });
    }
  }
  return {
    configurations: configurations.toSorted((left, right) => compare(left.id, right.id)),
    groups: groups.views,
    edges: [...edges.values()].toSorted(compareEdges),
    unknownTenantRoles,
  };
}

/** In the order of entitlements, then of principals. */
function compareEdges(left: MappingEdge, right: MappingEdge): number {
  return (
    compare(entitlementIdOf(left.entitlement), entitlementIdOf(right.entitlement)) ||
    compare(left.principal.typeId, right.principal.typeId) ||
    compare(left.principal.id, right.principal.id)
  );
}

interface SetUp {
  readonly ssoId: string;
  readonly configuration: SsoConfiguration | undefined;
  readonly xaa: XaaSettings | undefined;
  readonly mappings: SsoMappings;
}

/** The configurations that are more than blanks: Descope answers with one for every tenant. */
function setUpIn({ configurations, xaa = [] }: TenantSso): readonly SetUp[] {
  const ids = new Set([...configurations, ...xaa].map(({ ssoId }) => ssoId));
  return [...ids]
    .map((ssoId) => {
      const configuration = configurations.find((one) => one.ssoId === ssoId);
      const trust = xaa.find((one) => one.ssoId === ssoId);
      const parts = [configuration?.saml, configuration?.oidc, trust].filter((part) => part !== undefined);
      return { ssoId, configuration, xaa: trust, mappings: joined(parts) };
    })
    .filter(
      ({ configuration, xaa: trust, mappings }) =>
        configuration?.saml.isSet === true ||
        configuration?.oidc.isSet === true ||
        trust?.isEnabled === true ||
        mappings.groupMappings.length + mappings.defaultRoles.length + mappings.fgaMappings > 0,
    );
}

/** The blocks of a configuration share one set of mappings; where they differ, whatever one of them gives counts. */
function joined(parts: readonly SsoMappings[]): SsoMappings {
  return {
    groupMappings: parts.flatMap(({ groupMappings }) => groupMappings),
    groupsPriority: parts.map(({ groupsPriority }) => groupsPriority).find(({ length }) => length > 0) ?? [],
    defaultRoles: [...new Set(parts.flatMap(({ defaultRoles }) => defaultRoles))],
    fgaMappings: Math.max(0, ...parts.map(({ fgaMappings }) => fgaMappings)),
  };
}

function configurationView(
  catalog: Catalog,
  { tenant }: TenantSso,
  { ssoId, configuration, xaa, mappings }: SetUp,
  groups: Groups,
  add: (edge: MappingEdge) => void,
): SsoView {
  const id = ssoConfigurationId(tenant.id, ssoId);
  const pairs = new Set<string>();
  for (const mapping of mappings.groupMappings) {
    const role = roleOf(catalog, tenant.id, mapping);
    for (const name of mapping.groups) {
      pairs.add(JSON.stringify([name, role.name]));
      const priority = mappings.groupsPriority.indexOf(name) + 1;
      for (const groupId of groups.named(ssoId, name, role.mapped === undefined ? role.name : undefined)) {
        if (role.mapped !== undefined) {
          const principal = { typeId: 'idp_group', id: groupId };
          const ranked = priority === 0 ? {} : { priority };
          add({ ...role.mapped, principal, via: 'group_mapping', ssoId, ...ranked });
        }
      }
    }
  }
  const unknownRoles: string[] = [];
  for (const roleName of mappings.defaultRoles) {
    const { mapped } = roleOf(catalog, tenant.id, { roleId: '', roleName });
    if (mapped === undefined) {
      unknownRoles.push(roleName);
    } else {
      add({ ...mapped, principal: { typeId: 'sso_configuration', id }, via: 'default_sso_role', ssoId });
    }
  }
  const { defaultRoles, fgaMappings } = mappings;
  return { id, ssoId, configuration, xaa, defaultRoles, unknownRoles, groupMappings: pairs.size, fgaMappings };
}

/**
 * The entitlement that a mapped role is, and what to call it. A name is looked up as it stands; where nothing has it,
 * the id tells which role was meant: it may have another name by now.
 */
function roleOf(
  catalog: Catalog,
  tenantId: string,
  { roleId, roleName }: Pick<GroupMapping, 'roleId' | 'roleName'>,
): { readonly name: string; readonly mapped: Mapped | undefined } {
  const byName = roleName === '' ? undefined : targetOf(catalog, { tenantId, roleName });
  if (byName !== undefined) {
    return { name: roleName, mapped: mappedTo(byName) };
  }
  const byId =
    roleId === ''
      ? undefined
      : catalog.roles.find((role) => role.id === roleId && (role.tenantId === '' || role.tenantId === tenantId));
  const target = byId && targetOf(catalog, { tenantId, roleName: byId.name });
  return target === undefined
    ? { name: roleName === '' ? roleId : roleName, mapped: undefined }
    : { name: target.roleName ?? roleName, mapped: mappedTo(target) };
}

type Mapped = Pick<MappingEdge, 'entitlement' | 'role'>;

function mappedTo({ typeId, resourceId, slug, tenantId, roleName = '' }: Target): Mapped {
  return { entitlement: { typeId, resourceId, slug }, role: { tenantId: typeId === 'role' ? tenantId : '', roleName } };
}

/** The groups of one tenant: those that are listed, and those that mappings name besides. */
class Groups {
  readonly #tenantId: string;
  readonly #byId = new Map<string, Omit<GroupView, 'unknownRoles'>>();
  readonly #unknownRoles = new Map<string, Set<string>>();

  constructor({ tenant, groups = [] }: TenantSso) {
    this.#tenantId = tenant.id;
    for (const listed of groups) {
      const { ssoId, id: groupId, display } = listed;
      const id = idpGroupId(tenant.id, ssoId, groupId);
      this.#byId.set(id, { id, ssoId, groupId, name: display, listed });
    }
  }

  /** Ids of the groups that a mapping of a configuration means by a name: by what they are called, else by their id. */
  named(ssoId: string, name: string, unknownRole: string | undefined): readonly string[] {
    const ofConfiguration = [...this.#byId.values()].filter((group) => group.ssoId === ssoId);
    const called = ofConfiguration.filter((group) => group.name === name && group.listed !== undefined);
    const found =
      called.length > 0 ? called : ofConfiguration.filter(({ groupId }) => groupId === name && groupId !== '');
    const ids = found.length > 0 ? found.map(({ id }) => id) : [this.#nameOnly(ssoId, name)];
    for (const id of unknownRole === undefined ? [] : ids) {
      this.#unknownRoles.set(id, (this.#unknownRoles.get(id) ?? new Set<string>()).add(unknownRole ?? ''));
    }
    return ids;
  }

  get views(): readonly GroupView[] {
    return [...this.#byId.values()]
      .map((group) => Object.assign({ unknownRoles: [...(this.#unknownRoles.get(group.id) ?? [])] }, group))
      .toSorted((left, right) => compare(left.id, right.id));
  }

  /** A listed group may have an id that looks like that of a name: then the name stands behind one prefix more. */
  #nameOnly(ssoId: string, name: string): string {
    let word = `${nameOnly}${name}`;
    while (this.#byId.get(idpGroupId(this.#tenantId, ssoId, word))?.listed !== undefined) {
      word = `${nameOnly}${word}`;
    }
    const id = idpGroupId(this.#tenantId, ssoId, word);
    if (!this.#byId.has(id)) {
      this.#byId.set(id, { id, ssoId, groupId: '', name, listed: undefined });
    }
    return id;
  }
}
