import { create, type JsonValue, type MessageInitShape, toJson } from '@bufbuild/protobuf';
import { ConstraintKind, type ConstraintSchema, type FieldSchema } from '../gen/c1/config/v1/config_pb.ts';
import { ActionType, type BatonActionSchema, BatonActionSchemaSchema } from '../gen/c1/connector/v2/action_pb.ts';

const kinds = {
  account: ActionType.ACCOUNT,
  'account-update-profile': ActionType.ACCOUNT_UPDATE_PROFILE,
  'account-disable': ActionType.ACCOUNT_DISABLE,
  'account-enable': ActionType.ACCOUNT_ENABLE,
  'resource-create': ActionType.RESOURCE_CREATE,
  'resource-delete': ActionType.RESOURCE_DELETE,
  'resource-enable': ActionType.RESOURCE_ENABLE,
  'resource-disable': ActionType.RESOURCE_DISABLE,
  dynamic: ActionType.DYNAMIC,
} as const;

export type ActionKind = keyof typeof kinds;

const constraintKinds = {
  'required-together': ConstraintKind.REQUIRED_TOGETHER,
  'at-least-one': ConstraintKind.AT_LEAST_ONE,
  'mutually-exclusive': ConstraintKind.MUTUALLY_EXCLUSIVE,
  'dependent-on': ConstraintKind.DEPENDENT_ON,
} as const;

/** What is true of several arguments at once. */
export interface ActionConstraint {
  readonly kind: keyof typeof constraintKinds;
  readonly fields: readonly string[];
  /** Of `dependent-on`: what must be there where one of `fields` is. */
  readonly on?: readonly string[];
}

/** One argument or result of an action. */
export interface ActionField {
  /** In snake_case. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /**
   * A string, a boolean, or a list of strings. `id`: the id of a resource, as a string; the pair of type and id is taken
   * as well. `json`: an object, or a string that holds one.
   */
  readonly type: 'text' | 'flag' | 'texts' | 'id' | 'json';
  readonly isRequired?: boolean;
  /** True where it must not be shown or logged. */
  readonly isSecret?: boolean;
  /** Of an `id`: the type of the resource. */
  readonly of?: string;
  /** Of a `text`: what it must look like, as an expression for the whole of it. */
  readonly pattern?: string;
  /** Of a `text`: the only values. */
  readonly oneOf?: readonly string[];
  /** How many characters at most; of a list, each of its texts. 1,024 where nothing is said, 65,536 for `json`. */
  readonly maxLength?: number;
}

/** How many texts a list may have. */
export const maxTexts = 100;

export function maxLengthOf({ type, maxLength }: ActionField): number {
  return maxLength ?? (type === 'json' ? 65_536 : 1024);
}

/** An action in words; `toActionSchema` makes the protocol's message of it. */
export interface ActionWords {
  /** In snake_case, and the only one of its name within its resource type, or among those without one. */
  readonly name: string;
  readonly displayName: string;
  readonly description: string;
  /** What a platform takes it for. */
  readonly kinds: readonly ActionKind[];
  /** The resource type that it belongs to; absent for one of the whole connector. */
  readonly resourceTypeId?: string;
  readonly arguments: readonly ActionField[];
  readonly constraints?: readonly ActionConstraint[];
  readonly results: readonly ActionField[];
}

/** What people call an action: its name, behind that of its type and a dot where it belongs to one. */
export function actionTitle({
  name,
  resourceTypeId,
}: {
  readonly name: string;
  readonly resourceTypeId?: string;
}): string {
  return resourceTypeId === undefined ? name : `${resourceTypeId}.${name}`;
}

/** The action as ListActionSchemas gives it. */
export function toActionSchema(words: ActionWords): BatonActionSchema {
  const { name, displayName, description, resourceTypeId = '', constraints = [] } = words;
  return create(BatonActionSchemaSchema, {
    name,
    displayName,
    description,
    resourceTypeId,
    actionType: words.kinds.map((kind) => kinds[kind]),
    arguments: words.arguments.map((field) => toField(field, true)),
    constraints: constraints.map(toConstraint),
    returnTypes: [...always, ...words.results].map((field) => toField(field, false)),
  });
}

/** The same as JSON. */
export function actionSchemaJson(words: ActionWords): JsonValue {
  return toJson(BatonActionSchemaSchema, toActionSchema(words));
}

/** What every action answers with, besides its own results. */
const always: readonly ActionField[] = [
  {
    name: 'success',
    displayName: 'Success',
    description: 'Whether the action did what it is for, as a fresh look showed.',
    type: 'flag',
  },
  {
    name: 'request_ids',
    displayName: 'Request ids',
    description: 'The ids under which the audit log has what was done.',
    type: 'texts',
  },
];

function toConstraint({ kind, fields, on = [] }: ActionConstraint): MessageInitShape<typeof ConstraintSchema> {
  return { kind: constraintKinds[kind], fieldNames: [...fields], secondaryFieldNames: [...on] };
}

function toField(field: ActionField, isArgument: boolean): MessageInitShape<typeof FieldSchema> {
  const { name, displayName, description, isRequired = false, isSecret = false } = field;
  return { name, displayName, description, isRequired, isSecret, field: kindOfField(field, isArgument) };
}

type FieldKind = NonNullable<MessageInitShape<typeof FieldSchema>['field']>;

/** What an argument may be; a result is described by its kind alone. */
function kindOfField(field: ActionField, isArgument: boolean): FieldKind {
  const { type, pattern, oneOf = [], isRequired = false } = field;
  if (type === 'flag') {
    return { case: 'boolField', value: {} };
  }
  const maxLen = BigInt(maxLengthOf(field));
  if (type === 'texts') {
    const rules = { maxItems: BigInt(maxTexts), unique: true, isRequired, itemRules: { minLen: 1n, maxLen } };
    return { case: 'stringSliceField', value: isArgument ? { rules } : {} };
  }
  const rules = {
    maxLen,
    isRequired,
    ...(isRequired && { minLen: 1n }),
    ...(pattern !== undefined && { pattern }),
    in: [...oneOf],
  };
  const options = oneOf.map((value) => ({ name: value, value, displayName: value }));
  return { case: 'stringField', value: isArgument ? { rules, options } : {} };
}
