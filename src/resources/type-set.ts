import type { CatalogList } from '../access/catalog-list.ts';
import type { HolderType } from '../access/holder-list.ts';
import { ConnectorError } from '../errors.ts';
import { entitlementTemplate } from '../model/entitlement-message.ts';
import type { Entitlement, ResourceType as ResourceTypeMessage } from '../model/messages.ts';
import { toResourceType } from '../model/resource-type.ts';
import type { EntitlementType, ResourceType } from './resource-type.ts';
import type { ActingType } from './sync/findings.ts';
import type { UserReferences } from './sync/holders.ts';
import type { LateResources, TypesRead } from './sync/sync-session.ts';
import type { TenantFamily } from './sync/tenant-family.ts';
import { quoted } from '../printable.ts';

/** Throws for a type whose parts contradict each other: a client would leave out grants, and nobody would notice. */
function checkType({ words, entitlements, namedByUsers, late }: ResourceType): void {
  if ((words.skips === 'entitlements') !== entitlements.length > 0) {
    throw new Error(`${words.id} has ${entitlements.length} entitlements, and tells clients to skip ${words.skips}`);
  }
  if (namedByUsers !== undefined && late === undefined) {
    throw new Error(`${words.id} is named by users: a second look may show more of it, and only \`late\` lists that`);
  }
}

/** The types of one connector, in the order in which they are listed, and what follows from which of them there are. */
export class TypeSet implements TypesRead {
  readonly all: readonly ResourceType[];
  readonly typeIds: ReadonlySet<string>;
  /** What ListResourceTypes answers. */
  readonly messages: ResourceTypeMessage[];
  /** The whole lists that are read, each once. */
  readonly lists: readonly CatalogList<unknown>[];
  /** Types of those who can hold memberships and roles: users first. */
  readonly holderTypeIds: readonly string[];
  /** Those of them who are no users. */
  readonly otherHolders: readonly HolderType[];
  /** What users' records name besides tenants and roles. */
  readonly named: readonly UserReferences[];
  /** Those that act as users. */
  readonly acting: readonly ActingType[];
  readonly late: readonly LateResources[];
  /** What is read tenant by tenant, each once. */
  readonly tenantFamilies: readonly TenantFamily<unknown>[];
  readonly #byId: ReadonlyMap<string, ResourceType>;
  readonly #messages: ReadonlyMap<string, ResourceTypeMessage>;
  readonly #templates: ReadonlyMap<EntitlementType, Entitlement>;

  constructor(types: readonly ResourceType[]) {
    types.forEach(checkType);
    this.all = types;
    this.typeIds = new Set(types.map(({ words }) => words.id));
    this.messages = types.map(({ words, isOptIn }) => toResourceType(words, isOptIn));
    this.lists = [...new Set(types.flatMap(({ lists }) => lists))];
    this.#byId = new Map(types.map((type) => [type.words.id, type]));
    this.#messages = new Map(this.messages.map((message) => [message.id, message]));
    this.holderTypeIds = types.filter(({ holders }) => holders !== undefined).map(({ words }) => words.id);
    this.otherHolders = types.flatMap(({ words, holders }) =>
      holders === undefined || holders === 'users' ? [] : [{ typeId: words.id, ...holders }],
    );
    this.named = types.flatMap(({ namedByUsers }) => (namedByUsers === undefined ? [] : [namedByUsers]));
    this.acting = types.flatMap(({ words, actsAs }) => (actsAs === undefined ? [] : [{ typeId: words.id, ...actsAs }]));
    this.late = types.flatMap((type) => (type.late === undefined ? [] : [type.late]));
    this.tenantFamilies = [...new Set(types.flatMap(({ tenantFamilies = [] }) => tenantFamilies))];
    this.#templates = new Map(
      types.flatMap(({ entitlements }) => entitlements.map((one) => [one, this.#toTemplate(one)])),
    );
  }

  /** The type of this id; `unsupported` for one that is unknown, or that this connector does not list. */
  of(typeId: string): ResourceType {
    const type = this.#byId.get(typeId);
    if (type === undefined) {
      const known = [...this.#byId.keys()].join(', ');
      throw new ConnectorError('unsupported', `there is no resource type ${quoted(typeId)}; the types are ${known}`);
    }
    return type;
  }

  /** The template of an entitlement of one of these types. */
  template(entitlement: EntitlementType): Entitlement {
    const template = this.#templates.get(entitlement);
    if (template === undefined) {
      throw new Error(`no type that is listed here offers the entitlement "${entitlement.words.slug}"`);
    }
    return template;
  }

  #toTemplate({ words, grantableTo }: EntitlementType): Entitlement {
    const readOnly = new Set(
      this.otherHolders.filter(({ isReadOnly }) => isReadOnly === true).map(({ typeId }) => typeId),
    );
    const typeIds = grantableTo === 'holders' ? this.holderTypeIds.filter((id) => !readOnly.has(id)) : grantableTo;
    return entitlementTemplate(
      words,
      typeIds.map((id) => this.#messages.get(id)).filter((type) => type !== undefined),
    );
  }
}
