import { fieldRequired } from '../api-error.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import { containsText, matchesAny, matchesAttributes, matchesText } from '../list-filter.ts';
import type { RequestBody } from '../request-body.ts';
import { findKey, toWireKey } from './context.ts';
import type { KeyContext } from './context.ts';
import type { AccessKey } from './records.ts';

const searchFields = ['tenantIds', 'text', 'sort', 'boundUserId', 'creatingUser', 'customAttributes'];

export function keyReadEndpoints(context: KeyContext): Endpoints {
  const { keys } = context;

  return {
    'POST /v1/mgmt/accesskey/search': endpoint(searchFields, ({ body }) => ({
      json: {
        keys: keys
          .all()
          .filter((key) => isFound(key, body))
          .map((key) => toWireKey(key, context)),
      },
    })),
    'GET /v1/mgmt/accesskey': endpoint([], ({ query }) => {
      if (!query['id']) throw fieldRequired('id');
      return { json: { key: toWireKey(findKey(context, query['id']), context) } };
    }),
  };
}

/** All keys for an empty body; there are neither pages nor a total. */
function isFound(key: AccessKey, body: RequestBody): boolean {
  return (
    matchesAny(
      body,
      'tenantIds',
      key.keyTenants.map(({ tenantId }) => tenantId),
    ) &&
    containsText(body, 'text', `${key.id} ${key.name} ${key.description}`) &&
    matchesText(body, 'boundUserId', key.boundUserId) &&
    matchesText(body, 'creatingUser', key.createdBy) &&
    matchesAttributes(body, key.customAttributes)
  );
}
