import { identity, integer, type JsonObject, objects, text } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/** A custom attribute that the project defines for its users. */
export interface CustomAttribute {
  readonly name: string;
  readonly kind: 'text' | 'number' | 'flag' | 'one' | 'several' | 'date' | 'unknown';
  /** The values of one that is chosen from a list. */
  readonly options: readonly string[];
}

const kinds = ['unknown', 'text', 'number', 'flag', 'one', 'several', 'date', 'date'] as const;

function decodeAttribute(attribute: JsonObject): CustomAttribute {
  return {
    name: identity(attribute, 'name'),
    kind: kinds[integer(attribute, 'type') ?? 0] ?? 'unknown',
    options: objects(attribute, 'options', (option) => text(option, 'value')),
  };
}

/** The custom attributes that users of the project can have. */
export const customAttributeList: WholeList<CustomAttribute> = {
  what: 'custom attributes',
  endpoint: {
    method: 'GET',
    path: '/v1/mgmt/user/customattributes',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'user',
  },
  key: 'data',
  decode: decodeAttribute,
  nameOf: (row) => named('custom attribute', row['name']),
  identityOf: ({ name }) => name,
};
