import { fieldRequired, invalidArgument, invented } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import { audit } from '../audit/audit.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import { findUser } from '../users/read-endpoints.ts';
import { findKey, isExpired, toWireKey } from './context.ts';
import type { KeyContext } from './context.ts';
import type { AccessKey, KeyTenant } from './records.ts';

const updateFields: readonly string[] =
  'id name description roleNames keyTenants customClaims permittedIps customAttributes'.split(' ');
const createFields: readonly string[] =
  'name expireTime roleNames keyTenants userId customClaims description permittedIps customAttributes'.split(' ');

type Held = Pick<AccessKey, 'roleNames' | 'keyTenants'>;

const nothingHeld: Held = { roleNames: [], keyTenants: [] };

/** Creating, changing, switching and deleting access keys. */
export function keyWriteEndpoints(context: KeyContext): Endpoints {
  const { keys, host, users, activated } = context;

  const withSecret = (key: AccessKey): Answer => ({
    json: { cleartext: key.cleartext, key: toWireKey(key, context) },
  });
  const activate = (key: AccessKey): void => {
    activated.set(key.id, host.nowSeconds());
    keys.put({ ...key, status: 'active' });
  };
  const deactivate = (key: AccessKey): void => void keys.put({ ...key, status: 'inactive' });
  const remove = (key: AccessKey): void => void keys.remove(key.id);
  const onOne = (change: (key: AccessKey) => void) =>
    endpoint(['id'], ({ body }) => {
      change(findKey(context, body.required('id')));
      return nothing;
    });
  const onMany = (change: (key: AccessKey) => void) =>
    endpoint(['ids'], ({ body }) => {
      if (body.texts('ids').length === 0) throw fieldRequired('ids');
      host.stateOf(audit).together(() => {
        for (const id of body.texts('ids')) {
          const key = keys.get(id);
          if (key) change(key);
        }
      });
      return nothing;
    });

  return {
    'POST /v1/mgmt/accesskey/create': endpoint(createFields, ({ body }) => {
      const name = body.required('name');
      const userId = body.text('userId');
      const boundUserId = userId === '' ? '' : findUser(users(), users().users.live, userId).userId;
      const held = heldOf(body, nothingHeld, context);
      const made = keys.put({ ...listsOf(body), ...held, name, boundUserId, expireTime: body.time('expireTime') ?? 0 });
      activated.set(made.id, host.nowSeconds());
      return withSecret(keys.put({ ...made, cleartext: `${made.id}-cleartext-1` }));
    }),
    'POST /v1/mgmt/accesskey/update': endpoint(updateFields, ({ body }) => {
      const before = findKey(context, body.required('id'));
      const name = body.required('name');
      checkEditable(before, context);
      const changed = keys.put({ ...before, ...listsOf(body), ...heldOf(body, before, context), name });
      return { json: { key: toWireKey(changed, context) } };
    }),
    'POST /v1/mgmt/accesskey/rotate': endpoint(['id'], ({ body }) => {
      const key = findKey(context, body.required('id'));
      if (key.status !== 'active' || isExpired(key, context)) throw invalidArgument('The access key is not active');
      const turn = Number(/-cleartext-(\d+)$/.exec(key.cleartext)?.[1] ?? 0) + 1;
      const tenants = key.keyTenants.map(({ tenantId }) => tenantId);
      host
        .stateOf(audit)
        .append({ action: 'AccessKeyModified', tenants, data: { access_key_id: key.id, rotated: true } });
      return withSecret(keys.put({ ...key, cleartext: `${key.id}-cleartext-${turn}` }));
    }),
    'POST /v1/mgmt/accesskey/activate': onOne(activate),
    'POST /v1/mgmt/accesskey/deactivate': onOne(deactivate),
    'POST /v1/mgmt/accesskey/delete': onOne(remove),
    'POST /v1/mgmt/accesskey/activate/batch': onMany(activate),
    'POST /v1/mgmt/accesskey/deactivate/batch': onMany(deactivate),
    'POST /v1/mgmt/accesskey/delete/batch': onMany(remove),
  };
}

/** What a request says beside roles and tenants. A field left out or null is kept, an empty one clears. */
function listsOf(body: RequestBody): Partial<AccessKey> {
  return {
    ...(body.has('description') && { description: body.text('description') }),
    ...(body.has('customClaims') && { customClaims: body.object('customClaims') }),
    ...(body.has('permittedIps') && { permittedIps: body.texts('permittedIps') }),
    ...(body.has('customAttributes') && { customAttributes: body.object('customAttributes') }),
  };
}

/** Roles and tenants after a request, by the same rule. */
function heldOf(body: RequestBody, before: Held, context: KeyContext): Held {
  const after: Held = {
    roleNames: body.has('roleNames') ? [...new Set(body.texts('roleNames'))] : before.roleNames,
    keyTenants: body.has('keyTenants')
      ? body.objects('keyTenants').map((value) => toKeyTenant(value))
      : before.keyTenants,
  };
  if (body.has('roleNames')) checkRoles('', after.roleNames, before.roleNames, context);
  if (body.has('keyTenants')) {
    for (const { tenantId, roleNames } of after.keyTenants) {
      const held = before.keyTenants.find((each) => each.tenantId === tenantId);
      if (!held) context.tenants.find(tenantId);
      checkRoles(tenantId, roleNames, held?.roleNames ?? [], context);
    }
  }
  const both = after.roleNames.length > 0 && after.keyTenants.length > 0;
  if (both && context.switches.keyRolesAndTenants === 'exclusive') {
    throw invalidArgument('A key has either roles of the project or tenants');
  }
  return after;
}

function toKeyTenant(value: Readonly<Record<string, unknown>>): KeyTenant {
  const entry = createRequestBody(value, undefined);
  return { tenantId: entry.required('tenantId'), roleNames: [...new Set(entry.texts('roleNames'))] };
}

/** Every name must be one of a role in its scope; what is held already may be one that is gone. */
function checkRoles(
  tenantId: string,
  asked: readonly string[],
  held: readonly string[],
  { roles, switches }: KeyContext,
): void {
  const isRole = (name: string): boolean =>
    (tenantId === '' ? roles.get(name, '') : roles.inside(tenantId, name)) !== undefined;
  const isKept = (name: string): boolean => switches.danglingKeyRoles === 'accept' && held.includes(name);
  if (!asked.every((name) => isRole(name) || isKept(name))) throw roles.unknown('A role does not exist in this scope');
}

function checkEditable(key: AccessKey, { switches }: KeyContext): void {
  if (key.editable || switches.uneditableKeys === 'accept') return;
  throw invented(400, 'E990014', 'Access key not editable', 'The access key is managed elsewhere');
}
