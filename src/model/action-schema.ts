import { create } from '@bufbuild/protobuf';
import { ActionType, type BatonActionSchema, BatonActionSchemaSchema } from '../gen/c1/connector/v2/action_pb.ts';

const kinds = {
  account: ActionType.ACCOUNT,
  'account-update-profile': ActionType.ACCOUNT_UPDATE_PROFILE,
  'account-disable': ActionType.ACCOUNT_DISABLE,
  'account-enable': ActionType.ACCOUNT_ENABLE,
  'resource-enable': ActionType.RESOURCE_ENABLE,
  'resource-disable': ActionType.RESOURCE_DISABLE,
  dynamic: ActionType.DYNAMIC,
} as const;

const fields = {
  text: { case: 'stringField', value: {} },
  flag: { case: 'boolField', value: {} },
  texts: { case: 'stringSliceField', value: {} },
} as const;

/** One argument or result of an action. */
export interface ActionField {
  /** In snake_case. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** A string, a boolean, or a list of strings. */
  readonly type: keyof typeof fields;
  readonly isRequired?: boolean;
  /** True where it must not be shown or logged. */
  readonly isSecret?: boolean;
}

/** An action in words; `toActionSchema` makes the protocol's message of it. */
export interface ActionWords {
  /** In snake_case, and the only one of its name. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** What a platform takes it for. */
  readonly kinds: readonly (keyof typeof kinds)[];
  /** The resource type that it belongs to; absent for one of the whole connector. */
  readonly resourceTypeId?: string;
  readonly arguments: readonly ActionField[];
  readonly results: readonly ActionField[];
}

/** The action as ListActionSchemas gives it. */
export function toActionSchema(words: ActionWords): BatonActionSchema {
  const { name, displayName, description, resourceTypeId = '' } = words;
  return create(BatonActionSchemaSchema, {
    name,
    displayName,
    description,
    resourceTypeId,
    actionType: words.kinds.map((kind) => kinds[kind]),
    arguments: words.arguments.map(toField),
    returnTypes: words.results.map(toField),
  });
}

function toField({ name, displayName, description, type, isRequired = false, isSecret = false }: ActionField) {
  return { name, displayName, description, isRequired, isSecret, field: fields[type] };
}
