import { create, type JsonObject, type Message, toJson } from '@bufbuild/protobuf';
import type { GenMessage } from '@bufbuild/protobuf/codegenv2';
import { ConfigurationSchema, type FieldSchema } from '../gen/c1/config/v1/config_pb.ts';
import { type ConnectorCapabilities, ConnectorCapabilitiesSchema } from '../gen/c1/connector/v2/connector_pb.ts';
import { annotationRegistry } from '../model/annotations.ts';
import type { ConnectorServiceGetMetadataResponse } from '../model/messages.ts';

/** A setting as the platform's form shows it. */
export interface ConfigField {
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  readonly kind: 'text' | 'number' | 'switch';
  readonly isRequired: boolean;
  readonly isOps: boolean;
  readonly isSecret: boolean;
  readonly defaultValue?: string | undefined;
}

/** `baton_capabilities.json`: what the connector can do, type by type, as the ecosystem's tools and CI read it. */
export function capabilitiesManifest({ metadata }: Pick<ConnectorServiceGetMetadataResponse, 'metadata'>): string {
  const capabilities = metadata?.capabilities ?? create(ConnectorCapabilitiesSchema);
  const json = toObject<ConnectorCapabilities>(ConnectorCapabilitiesSchema, capabilities);
  return JSON.stringify(
    { '@type': `type.googleapis.com/${ConnectorCapabilitiesSchema.typeName}`, ...json },
    undefined,
    2,
  );
}

/** `config_schema.json`: the settings, operational ones first, as the ecosystem's tools read them. */
export function configManifest(fields: readonly ConfigField[]): string {
  const ordered = [...fields.filter(({ isOps }) => isOps), ...fields.filter(({ isOps }) => !isOps)];
  const configuration = create(ConfigurationSchema, {
    displayName: 'Descope',
    helpUrl: 'https://docs.descope.com',
    fields: ordered.map(toField),
  });
  return JSON.stringify(toJson(ConfigurationSchema, configuration), undefined, 2);
}

type FieldInit = Parameters<typeof create<typeof FieldSchema>>[1];

function toField({ kind, defaultValue, ...field }: ConfigField): NonNullable<FieldInit> {
  const required = field.isRequired ? { rules: { isRequired: true } } : {};
  switch (kind) {
    case 'text':
      return {
        ...field,
        field: { case: 'stringField', value: { ...(defaultValue !== undefined && { defaultValue }), ...required } },
      };
    case 'number':
      return {
        ...field,
        field: {
          case: 'intField',
          value: { ...(defaultValue !== undefined && { defaultValue: BigInt(defaultValue) }), ...required },
        },
      };
    case 'switch':
      return { ...field, field: { case: 'boolField', value: { defaultValue: defaultValue === 'true' } } };
  }
}

function toObject<T extends Message>(schema: GenMessage<T>, message: T): JsonObject {
  return toJson(schema, message, { registry: annotationRegistry }) as JsonObject; // a message without a JSON form of its own is an object
}
