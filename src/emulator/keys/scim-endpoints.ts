import { ApiError, fieldRequired, invalidArgument } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoint, Endpoints } from '../endpoint.ts';
import type { RequestBody } from '../request-body.ts';
import { defaultSsoId } from '../sso/records.ts';
import { findKey, toWireKey } from './context.ts';
import type { KeyContext } from './context.ts';
import type { AccessKey } from './records.ts';

/** The keys of a tenant, of one configuration or of all, by which identity providers push users and groups. */
export function scimKeyEndpoints(context: KeyContext): Endpoints {
  const { keys, tenants, switches } = context;

  const offered = (fields: readonly string[], run: Endpoint['run']): Endpoint =>
    endpoint(fields, (call) => {
      if (switches.scimKeys === 'offered') return run(call);
      const status = switches.scimKeys === 'missing' ? 404 : 400;
      throw new ApiError(status, 'E990001', 'No such endpoint', 'No such endpoint');
    });
  const of = (tenantId: string, ssoId: string): readonly AccessKey[] =>
    keys
      .all()
      .filter(({ scimSsoId, keyTenants }) => scimSsoId !== '' && keyTenants[0]?.tenantId === tenantId)
      .filter(({ scimSsoId }) => ['', scimSsoId].includes(ssoId));
  const create = (tenantId: string, body: RequestBody): Answer => {
    const scimSsoId = configurationOf(body);
    const made = keys.put({
      name: body.text('name') || `SCIM of ${tenantId} (${scimSsoId})`,
      keyTenants: [{ tenantId, roleNames: [] }],
      customClaims: { scim: true },
      expireTime: body.time('expireTime') ?? 0,
      editable: false,
      scimSsoId,
    });
    const key = keys.put({ ...made, cleartext: `${made.id}-cleartext-1` });
    return { json: { cleartext: key.cleartext, key: toWireKey(key, context) } };
  };
  const revoke = (tenantId: string, body: RequestBody): readonly string[] => {
    const mode = body.whole('revokeMode') ?? 0;
    if (mode !== 0 && mode !== 1) throw invalidArgument('revokeMode is 0 or 1');
    const revoked = of(tenantId, configurationOf(body));
    for (const key of revoked) {
      if (mode === 0) keys.remove(key.id);
      else keys.put({ ...key, status: 'inactive' });
    }
    return revoked.map(({ id }) => id);
  };
  const tenantOf = (body: RequestBody): string => tenants.find(body.required('tenantId')).id;

  return {
    // Keys of every configuration without an ssoId: only writes mean the default one then.
    'GET /v1/mgmt/scim/key': offered([], ({ query }) => {
      if (!query['tenantId']) throw fieldRequired('tenantId');
      const found = of(tenants.find(query['tenantId']).id, query['ssoId'] ?? '');
      return { json: { keys: found.map((key) => ({ key: toWireKey(key, context), ssoId: key.scimSsoId })) } };
    }),
    'POST /v1/mgmt/scim/key/create': offered(['tenantId', 'ssoId', 'name', 'expireTime'], ({ body }) =>
      create(tenantOf(body), body),
    ),
    'POST /v1/mgmt/scim/key/rotate': offered(['tenantId', 'ssoId', 'revokeMode'], ({ body }) => {
      const tenantId = tenantOf(body);
      revoke(tenantId, body);
      return create(tenantId, body);
    }),
    'POST /v1/mgmt/scim/key/revoke': offered(['tenantId', 'ssoId', 'revokeMode'], ({ body }) => ({
      json: { revokedKeyIds: revoke(tenantOf(body), body) },
    })),
    'POST /v1/mgmt/scim/key/activate': offered(['tenantId', 'ssoId', 'keyIds'], ({ body }) => {
      const own = new Set(of(tenantOf(body), configurationOf(body)).map(({ id }) => id));
      const asked = body.texts('keyIds');
      if (asked.length === 0) throw fieldRequired('keyIds');
      if (!asked.every((id) => own.has(id))) throw invalidArgument('A key is none of this configuration');
      for (const id of asked) keys.put({ ...findKey(context, id), status: 'active' });
      return { json: { activatedKeyIds: asked } };
    }),
  };
}

const configurationOf = (body: RequestBody): string => body.text('ssoId') || defaultSsoId;
