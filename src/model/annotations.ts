import { create, createRegistry, type DescMessage, type MessageShape, type Registry } from '@bufbuild/protobuf';
import { type Any, AnySchema, anyIs, anyPack } from '@bufbuild/protobuf/wkt';
import { file_c1_connector_v2_annotation_entitlement } from '../gen/c1/connector/v2/annotation_entitlement_pb.ts';
import { file_c1_connector_v2_annotation_grant } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { file_c1_connector_v2_annotation_ratelimit } from '../gen/c1/connector/v2/annotation_ratelimit_pb.ts';
import { file_c1_connector_v2_annotation_raw_id } from '../gen/c1/connector/v2/annotation_raw_id_pb.ts';
import { file_c1_connector_v2_annotation_resource } from '../gen/c1/connector/v2/annotation_resource_pb.ts';
import { file_c1_connector_v2_annotation_resource_deleted } from '../gen/c1/connector/v2/annotation_resource_deleted_pb.ts';
import { file_c1_connector_v2_annotation_resource_tree } from '../gen/c1/connector/v2/annotation_resource_tree_pb.ts';
import { file_c1_connector_v2_annotation_security_insight } from '../gen/c1/connector/v2/annotation_security_insight_pb.ts';
import { file_c1_connector_v2_annotation_trait } from '../gen/c1/connector/v2/annotation_trait_pb.ts';
import { file_c1_connector_v2_annotation_type_scoped_entitlements } from '../gen/c1/connector/v2/annotation_type_scoped_entitlements_pb.ts';
import { file_c1_connector_v2_annotation_type_scoped_grants } from '../gen/c1/connector/v2/annotation_type_scoped_grants_pb.ts';
import { file_c1_connector_v2_connector } from '../gen/c1/connector/v2/connector_pb.ts';

/** Every annotation that we attach or read: protobuf JSON cannot be written without it. */
export const annotationRegistry: Registry = createRegistry(
  file_c1_connector_v2_annotation_entitlement,
  file_c1_connector_v2_annotation_grant,
  file_c1_connector_v2_annotation_ratelimit,
  file_c1_connector_v2_annotation_raw_id,
  file_c1_connector_v2_annotation_resource,
  file_c1_connector_v2_annotation_resource_deleted,
  file_c1_connector_v2_annotation_resource_tree,
  file_c1_connector_v2_annotation_security_insight,
  file_c1_connector_v2_annotation_trait,
  file_c1_connector_v2_annotation_type_scoped_entitlements,
  file_c1_connector_v2_annotation_type_scoped_grants,
  file_c1_connector_v2_connector,
);

/** An annotation with content. */
export function annotate<Desc extends DescMessage>(schema: Desc, message: MessageShape<Desc>): Any {
  return anyPack(schema, message);
}

/** An empty annotation: a type URL and zero bytes. */
export function marker(schema: DescMessage): Any {
  return create(AnySchema, { typeUrl: `type.googleapis.com/${schema.typeName}` });
}

/**
 * Whether an annotation of this type is in the list; matched, as everywhere in the field, by what follows the last "/".
 */
export function hasAnnotation(annotations: readonly Any[], schema: DescMessage): boolean {
  return annotations.some((annotation) => anyIs(annotation, schema));
}
