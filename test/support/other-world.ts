import type { JsonObject } from '@bufbuild/protobuf';
import { edgeRow } from '../../src/model/edge-row.ts';
import type { GrantRow, ResourceRow } from '../../src/model/row.ts';
import {
  binding,
  confers,
  flows,
  type HandWritten,
  held,
  permission,
  resource,
  role,
  tenant,
  user,
} from './edge-files.ts';

/** The types besides those of every sync that a file with keys, applications and the console has. */
export const otherTypes = [
  'access_key',
  'access_key_secret',
  'application',
  'third_party_app',
  'project',
  'console_admin',
  'management_key',
  'management_key_secret',
];

/** A grant of an entitlement of any type, both ends as `type:id`. */
export function granted(on: string, slug: string, to: string, metadata?: JsonObject): GrantRow {
  const [entitlement, principal] = [on, to].map((key) => {
    const at = key.indexOf(':');
    return { typeId: key.slice(0, at), id: key.slice(at + 1) };
  });
  return edgeRow({
    entitlement: { typeId: entitlement?.typeId ?? '', resourceId: entitlement?.id ?? '', slug },
    principal: { typeId: principal?.typeId ?? '', id: principal?.id ?? '' },
    ...(metadata !== undefined && { metadata }),
  });
}

/** An access key with its secret; the two have one id, one name and one profile. */
export function keyRows(id: string, name: string, profile: JsonObject = {}): readonly ResourceRow[] {
  const all = { key_id: id, name, status: 'active', expires_at: '', created_by: '', permitted_ips: [], ...profile };
  const secret = resource('access_key_secret', id, name, { profile: all });
  return profile['bound_user_id'] === undefined
    ? [resource('access_key', id, name, { profile: all }), secret]
    : [secret];
}

/** A file in which every name, word and list is `bad`, with something of each type, and ids that are told apart by it. */
export function otherWorld(bad: string): HandWritten {
  const words = { name: bad, description: bad, status: bad };
  const ids = {
    key: `K1${bad}`,
    app: `A1${bad}`,
    sso: `S1${bad}`,
    project: `P1${bad}`,
    admin: `D1${bad}`,
    management: `K9${bad}`,
  };
  return {
    types: otherTypes,
    resources: [
      user('U1', 'Ada'),
      user('U2', bad, { status: 'disabled' }),
      tenant('acme', 'Acme'),
      tenant('eu', bad, 'acme'),
      role('Chief'),
      role('Reader'),
      permission('admin.all'),
      binding('acme', 'Chief'),
      binding('eu', 'Chief'),
      ...keyRows(ids.key, bad, { ...words, status: 'active', created_by: `U9${bad}`, permitted_ips: [bad] }),
      ...keyRows('K2', bad, {
        ...words,
        bound_user_id: 'U1',
        ignored_roles: [bad],
        expires_at: '2026-12-09T00:00:00Z',
      }),
      ...keyRows('K3', bad, { ...words, bound_user_id: `U8${bad}`, custom_claims_present: true, editable: false }),
      resource('application', ids.sso, bad, {
        profile: { ...words, type: bad, enabled: false, default_access: 'none' },
      }),
      resource('third_party_app', ids.app, bad, {
        profile: { ...words, client_id: bad, allowed_tenants: [bad], scopes: [{ name: bad, values: ['Chief', bad] }] },
      }),
      resource('project', ids.project, bad, { profile: { ...words, environment: bad, tags: [bad] } }),
      resource('console_admin', ids.admin, bad, {
        profile: {
          ...words,
          email: bad,
          login_ids: [bad],
          company_admin: true,
          other_roles: [bad],
          unlisted_tags: [bad],
        },
      }),
      resource('management_key', ids.management, bad, {
        profile: { ...words, status: 'active', expires_at: '', permitted_ips: [], company_roles: [bad] },
      }),
    ],
    grants: [
      confers('role:Chief', 'admin.all'),
      held('role:Chief', 'user:U1'),
      held('role:Reader', `access_key:${ids.key}`),
      held('role_binding:acme/Chief', `access_key:${ids.key}`),
      held('tenant:acme', `access_key:${ids.key}`),
      flows('role_binding:eu/Chief', 'role_binding:acme/Chief', 'acme', { keys: true }),
      granted(`application:${ids.sso}`, 'access', 'user:U2'),
      granted(`third_party_app:${ids.app}`, 'consent', 'tenant:eu', { scopes: [bad], granted_by: [bad, 'U1'] }),
      granted(`third_party_app:${ids.app}`, 'consent', 'user:U2', {
        scopes: [],
        granted_by: ['U2'],
        tenants: ['eu', bad],
        created: '2026-01-02T03:04:05Z',
        expires: '2199-12-31T00:00:00Z',
      }),
      granted(`project:${ids.project}`, 'admin', `console_admin:${ids.admin}`, { via: 'company_admin' }),
      granted(`project:${ids.project}`, 'management_key_role', `management_key:${ids.management}`, {
        roles: [bad],
        via: 'tag',
        tags: [bad],
        certainty: 'uncertain',
      }),
    ],
  };
}
