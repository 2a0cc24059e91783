import { create, type MessageInitShape } from '@bufbuild/protobuf';
import {
  type ConnectorAccountCreationSchema,
  type ConnectorAccountCreationSchema_FieldSchema,
  ConnectorAccountCreationSchemaSchema,
} from '../gen/c1/connector/v2/connector_pb.ts';
import { type AccountField, accountFields } from './account-fields.ts';

/** The form of a new account, as the protocol describes it: a switch is a string, "true" or "false". */
export function accountCreationSchema(fields: readonly AccountField[] = accountFields): ConnectorAccountCreationSchema {
  return create(ConnectorAccountCreationSchemaSchema, {
    fieldMap: Object.fromEntries(
      fields.map(({ name, displayName, description, placeholder, isRequired = false, kind }, at) => [
        name,
        { displayName, description, placeholder, required: isRequired, order: at + 1, field: valueOf(kind) },
      ]),
    ),
  });
}

type Value = NonNullable<MessageInitShape<typeof ConnectorAccountCreationSchema_FieldSchema>['field']>;

function valueOf(kind: AccountField['kind']): Value {
  switch (kind) {
    case 'text':
      return { case: 'stringField', value: {} };
    case 'switch':
      return { case: 'stringField', value: { defaultValue: 'false' } };
    case 'texts':
      return { case: 'stringListField', value: {} };
    case 'map':
      return { case: 'mapField', value: {} };
  }
}
