import { keySwitchEndpoints } from '../descope/access-key-calls.ts';
import { endpointLabel, type WriteEndpoint } from '../descope/http/endpoint.ts';
import { passwordUpkeepEndpoints } from '../descope/users/passwords.ts';
import { userUpdateEndpoints } from '../descope/users/user-updates.ts';

/** The calls by which actions change the resources of a type, besides those that give access, take it or delete. */
const endpointsOf: Readonly<Record<string, readonly WriteEndpoint[]>> = {
  user: [...Object.values(userUpdateEndpoints), passwordUpkeepEndpoints.expirePassword],
  access_key: Object.values(keySwitchEndpoints),
};

/** The calls that the management key must be allowed to make for the actions on a type. */
export function actionRightsOf(typeId: string): readonly string[] {
  return (Object.hasOwn(endpointsOf, typeId) ? (endpointsOf[typeId] ?? []) : []).map(endpointLabel);
}
