import { create } from '@bufbuild/protobuf';
import { OptInRequiredSchema } from '../gen/c1/connector/v2/connector_pb.ts';
import {
  SkipEntitlementsAndGrantsSchema,
  SkipEntitlementsSchema,
} from '../gen/c1/connector/v2/annotation_resource_tree_pb.ts';
import { TypeScopedGrantsSchema } from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import { type ResourceType, ResourceType_Trait, ResourceTypeSchema } from '../gen/c1/connector/v2/resource_pb.ts';
import { marker } from './annotations.ts';

const traits = {
  user: ResourceType_Trait.USER,
  group: ResourceType_Trait.GROUP,
  role: ResourceType_Trait.ROLE,
  app: ResourceType_Trait.APP,
  secret: ResourceType_Trait.SECRET,
  scopeBinding: ResourceType_Trait.SCOPE_BINDING,
  securityInsight: ResourceType_Trait.SECURITY_INSIGHT,
} as const;

/** A resource type in words; `toResourceType` makes the protocol's message of it. */
export interface ResourceTypeWords {
  readonly id: string;
  readonly displayName: string;
  /** For a column or row of several: "Users". */
  readonly plural: string;
  readonly description: string;
  /** What a platform treats resources of the type as; none where nothing fits. */
  readonly traits: readonly (keyof typeof traits)[];
  /**
   * What a client need not ask for: `entitlements` where each is made of the type's templates, `entitlements and
   * grants` where resources of the type offer nothing that could be held.
   */
  readonly skips: 'entitlements' | 'entitlements and grants';
  /** True where grants are listed for the whole type in one walk. */
  readonly areGrantsTypeScoped?: boolean;
}

/** The type as ListResourceTypes gives it. Readers of a file know by its annotation that somebody asked for an opt-in type. */
export function toResourceType(
  { id, displayName, description, ...words }: ResourceTypeWords,
  isOptIn = false,
): ResourceType {
  const skips = words.skips === 'entitlements' ? SkipEntitlementsSchema : SkipEntitlementsAndGrantsSchema;
  return create(ResourceTypeSchema, {
    id,
    displayName,
    description,
    traits: words.traits.map((trait) => traits[trait]),
    annotations: [
      marker(skips),
      ...(words.areGrantsTypeScoped === true ? [marker(TypeScopedGrantsSchema)] : []),
      ...(isOptIn ? [marker(OptInRequiredSchema)] : []),
    ],
  });
}
