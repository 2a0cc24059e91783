import { flag, identity, type JsonObject, object, objects, text } from './decode.ts';
import { named } from './record-names.ts';
import type { WholeList } from './whole-list.ts';

/**
 * An application that signs its people in through Descope, with only the fields we use: never the secret of an OIDC
 * client, nor a key.
 */
export interface Application {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** Nobody reaches an application that is not; who may stays as it is. */
  readonly isEnabled: boolean;
  /** `saml`, `oidc` and others. */
  readonly type: string;
  /** How many of the application's own groups are made of Descope's roles. */
  readonly mappedGroups: number;
}

function decodeApplication(app: JsonObject): Application {
  return {
    id: identity(app, 'id'),
    name: text(app, 'name'),
    description: text(app, 'description'),
    isEnabled: flag(app, 'enabled'),
    type: text(app, 'appType'),
    mappedGroups: objects(object(app, 'samlSettings'), 'groupsMapping', ({ name }) => name).length,
  };
}

/** Every federated application of the project; one that Descope adds by itself is always among them. */
export const applicationList: WholeList<Application> = {
  what: 'applications',
  endpoint: {
    method: 'GET',
    path: '/v1/mgmt/sso/idp/apps/load',
    includedBy: 'application',
    effect: 'read',
    answers: 'list',
    isWhole: true,
    bucket: 'general',
  },
  key: 'apps',
  decode: decodeApplication,
  nameOf: (row) => named('application', row['id']),
  identityOf: ({ id }) => id,
};
