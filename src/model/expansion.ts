import { toBinary } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { GrantExpandableSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import type { Grant } from './messages.ts';

/**
 * The first GrantExpandable of a grant, serialized as itself and not as an Any; undefined where there is none or it
 * names no entitlement.
 */
export function expansionOf({ annotations }: Grant): Uint8Array | undefined {
  const annotation = annotations.find((candidate) => anyIs(candidate, GrantExpandableSchema));
  const expandable = annotation === undefined ? undefined : anyUnpack(annotation, GrantExpandableSchema);
  const isExpanding = expandable?.entitlementIds.some((id) => id.trim() !== '') === true;
  return expandable !== undefined && isExpanding ? toBinary(GrantExpandableSchema, expandable) : undefined;
}

/** The grant without any GrantExpandable, also one that names no entitlement. */
export function withoutExpansion(grant: Grant): Grant {
  return {
    ...grant,
    annotations: grant.annotations.filter((annotation) => !anyIs(annotation, GrantExpandableSchema)),
  };
}
