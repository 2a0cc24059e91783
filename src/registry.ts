import { ConnectorError } from './errors.ts';
import type { CatalogList } from './access/catalog-list.ts';
import { endpointLabel } from './descope/http/endpoint.ts';
import type { WholeList } from './descope/whole-list.ts';
import type { ResourceType as ResourceTypeMessage } from './model/messages.ts';
import { toResourceType } from './model/resource-type.ts';
import { createRightsOf } from './provisioning/accounts.ts';
import { deleteRightsOf } from './provisioning/deletions.ts';
import { issueRightsOf } from './provisioning/issuing.ts';
import { rotateRightsOf } from './provisioning/rotations.ts';
import { actionRightsOf } from './provisioning/operations.ts';
import { writeRightsOf } from './provisioning/types.ts';
import { accessKeyType } from './resources/access-key.ts';
import { applicationType } from './resources/application.ts';
import { accessKeySecretType } from './resources/access-key-secret.ts';
import { consoleAdminType } from './resources/console-admin.ts';
import { findingType } from './resources/finding.ts';
import { idpGroupType } from './resources/idp-group.ts';
import { managementKeySecretType, managementKeyType } from './resources/management-key.ts';
import { permissionType } from './resources/permission.ts';
import { projectType } from './resources/project.ts';
import type { ResourceType } from './resources/resource-type.ts';
import { roleBindingType } from './resources/role-binding.ts';
import { roleType } from './resources/role.ts';
import { ssoConfigurationType } from './resources/sso-configuration.ts';
import type { RowsOf } from './resources/sync/tenant-family.ts';
import { tenantType } from './resources/tenant.ts';
import { thirdPartyAppType } from './resources/third-party-app.ts';
import { TypeSet } from './resources/type-set.ts';
import { userType } from './resources/user.ts';
import { quoted } from './printable.ts';

/**
 * Every resource type, in the order in which they are listed. Users come first: a client that keeps this order has read
 * all of them before it asks for anything that is derived from them. A new type is one line here; what can be changed
 * on it is one line in `provisioning/types.ts`. Findings come last: they are about all that is listed before them.
 */
export const registry: readonly ResourceType[] = [
  userType,
  tenantType,
  roleType,
  permissionType,
  roleBindingType,
  accessKeyType,
  accessKeySecretType,
  ssoConfigurationType,
  idpGroupType,
  applicationType,
  thirdPartyAppType,
  projectType,
  consoleAdminType,
  managementKeyType,
  managementKeySecretType,
  findingType,
];

/**
 * The types that a connector lists: all that are not opt-in, and those that were asked for; `all` asks for every one.
 * Throws `config` for a name that no opt-in type has.
 */
export function listedTypes(include: readonly string[] = []): TypeSet {
  const optIn = includeWords();
  const unknown = include.find((typeId) => typeId !== 'all' && !optIn.includes(typeId));
  if (unknown !== undefined) {
    const isAlwaysRead = registry.some(({ words }) => words.id === unknown);
    throw new ConnectorError(
      'config',
      `include (--include, BATON_INCLUDE or the config file) names ${quoted(unknown)}, ` +
        `${isAlwaysRead ? 'which is read anyway' : 'which is no resource type'}; it takes ` +
        [...optIn, 'all'].join(', '),
    );
  }
  const isIncluded = (typeId: string): boolean => include.includes('all') || include.includes(typeId);
  return new TypeSet(registry.filter((type) => type.isOptIn !== true || isIncluded(includeWord(type))));
}

/** The words that `--include` takes besides `all`, each once. */
export function includeWords(): readonly string[] {
  return [...new Set(registry.filter(({ isOptIn }) => isOptIn === true).map(includeWord))];
}

/** The words that `--include` needs, so that the types of these ids are listed. Throws `config` for an id of no type. */
export function includesOf(typeIds: readonly string[]): readonly string[] {
  return typeIds.flatMap((typeId) => {
    const type = registry.find(({ words }) => words.id === typeId);
    if (type === undefined) {
      throw new ConnectorError(
        'config',
        `there is no resource type ${quoted(typeId)}; the types are ${registry.map(({ words }) => words.id).join(', ')}`,
      );
    }
    return type.isOptIn === true ? [includeWord(type)] : [];
  });
}

/** The word by which `--include` asks for a type. */
function includeWord({ words, includedWith = words.id }: ResourceType): string {
  return includedWith;
}

/** How many requests a sync sends for each tenant, for the types that are read tenant by tenant. */
export function requestsPerTenant(include: readonly string[] = []): number {
  return listedTypes(include).tenantFamilies.filter(({ isExtra }) => isExtra !== true).length;
}

/** How many tenants the rows of a list name of which a sync asks only those that are named; none for other lists. */
export function countTenantsNamed(
  include: readonly string[],
  list: WholeList<unknown>,
  rows: readonly unknown[],
): number {
  const rowsOf: RowsOf = <Row>({ whole }: CatalogList<Row>) =>
    whole.endpoint === list.endpoint ? (rows as readonly Row[]) : []; // rows of this very list
  return new Set(listedTypes(include).tenantFamilies.flatMap(({ tenantsNamed }) => tenantsNamed?.(rowsOf) ?? [])).size;
}

/** What the management key must be allowed to call for a type: to read it, and to change who holds it. */
export interface TypeRights {
  readonly type: ResourceTypeMessage;
  readonly isOptIn: boolean;
  readonly read: readonly string[];
  readonly write: readonly string[];
  readonly can: {
    /** Something of it can be granted and revoked. */
    readonly grant: boolean;
    /** Accounts of it can be created. */
    readonly create: boolean;
    /** Its resources can be deleted. */
    readonly delete: boolean;
    /** Its resources can be given new credentials in the place of the old ones. */
    readonly rotate: boolean;
    /** New credentials can be made for its resources. */
    readonly issue: boolean;
  };
}

/** The rights of every type, also of those that are not listed unless somebody asks for them. */
export function typeRights(): readonly TypeRights[] {
  return registry.map(({ words, isOptIn = false, reads }) => ({
    type: toResourceType(words, isOptIn),
    isOptIn,
    read: reads.map(endpointLabel),
    write: [
      ...new Set(
        [writeRightsOf, createRightsOf, deleteRightsOf, rotateRightsOf, issueRightsOf, actionRightsOf].flatMap(
          (rightsOf) => rightsOf(words.id),
        ),
      ),
    ],
    can: {
      grant: writeRightsOf(words.id).length > 0,
      create: createRightsOf(words.id).length > 0,
      delete: deleteRightsOf(words.id).length > 0,
      rotate: rotateRightsOf(words.id).length > 0,
      issue: issueRightsOf(words.id).length > 0,
    },
  }));
}
