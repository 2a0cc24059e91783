// What the expressions of a policy can ask of whom, once: the rules are evaluated by it, and the table of docs/policy.md is made of it.

/** What a field of a subject is, in CEL's words. */
export type FieldType = 'string' | 'bool' | 'int' | 'list<string>' | 'google.protobuf.Timestamp';

/** How a column of a query becomes a value. `days` counts whole days from the time to the sync, `left` from the sync to the time. */
export type FieldForm =
  | 'text'
  | 'domain'
  | 'flag'
  | 'number'
  | 'time'
  | 'days'
  | 'left'
  | 'list'
  | 'tenants'
  | 'roles'
  | 'permissions'
  | 'privileged';

export interface SubjectField {
  readonly type: FieldType;
  readonly form: FieldForm;
  /** The column; of `tenants`, `roles`, `permissions` and `privileged` the numbers of the things that are held, joined by commas. */
  readonly sql: string;
  readonly help: string;
  readonly needs?: 'last_login' | 'time';
}

export interface SubjectKind {
  /** What the variable is called. */
  readonly variable: string;
  /** In words, for more than one. */
  readonly title: string;
  readonly needs: readonly 'access_key'[];
  /** What is asked, from `from` on, in the order of type and id. `type`, `id`, `name`, `tenant`, `about` and `what` are there always. */
  readonly identity: string;
  readonly from: string;
  readonly fields: Readonly<Record<string, SubjectField>>;
}

const text = (sql: string, help: string): SubjectField => ({ type: 'string', form: 'text', sql, help });
const flag = (sql: string, help: string): SubjectField => ({ type: 'bool', form: 'flag', sql, help });
const number = (sql: string, help: string): SubjectField => ({ type: 'int', form: 'number', sql, help });
const time = (sql: string, help: string): SubjectField => ({
  type: 'google.protobuf.Timestamp',
  form: 'time',
  sql,
  help,
});
const days = (sql: string, help: string): SubjectField => ({ type: 'int', form: 'days', sql, help, needs: 'time' });
const list = (sql: string, help: string): SubjectField => ({ type: 'list<string>', form: 'list', sql, help });
const things = (form: 'tenants' | 'roles' | 'permissions', sql: string, help: string): SubjectField => ({
  type: 'list<string>',
  form,
  sql,
  help,
});
const power = (sql: string, help: string): SubjectField => ({ type: 'bool', form: 'privileged', sql, help });
const domain = (sql: string, help: string): SubjectField => ({ type: 'string', form: 'domain', sql, help });

const ofUser = '(select group_concat(h.thing) from holding h where h.user = u.n)';
const ofKey =
  '(select group_concat(g.thing) from other_grant g where g.to_type = k.kind and g.to_id = k.id and g.thing is not null)';
const lastLogin = '(select l.at from last_login l where l.user = u.n)';

export const subjectKinds = {
  users: {
    variable: 'user',
    title: 'users',
    needs: [],
    identity: `'user' type, u.id id, u.name name, '' tenant, '' about, '' what`,
    from: 'user u order by u.id',
    fields: {
      id: text('u.id', 'the user id'),
      name: text('u.name', 'the display name'),
      email: text('u.email', 'the address; empty for none'),
      domain: domain('u.email', 'what stands behind the @ of the address, in small letters'),
      login: text('u.login', 'the first login'),
      status: text('u.status', '`enabled`, `disabled`, `invited` or `expired`'),
      verified_email: flag('u.is_email_verified', 'the address was verified'),
      phone: text('u.phone', 'the telephone number'),
      verified_phone: flag('u.is_phone_verified', 'the number was verified'),
      test: flag('u.is_test', 'a test user'),
      scim: flag('u.is_scim', 'made by SCIM provisioning'),
      mfa: flag('u.has_mfa', 'has a second factor'),
      sso: flag('u.has_sso', 'signs in through single sign-on'),
      created: time('u.created_at', 'when the user was made'),
      age_days: days('u.created_at', 'whole days from then to the sync'),
      last_login: {
        ...time(lastLogin, 'when the user last signed in; not there for who never did'),
        needs: 'last_login',
      },
      idle_days: {
        ...days(lastLogin, 'whole days from then to the sync; not there for who never did'),
        needs: 'last_login',
      },
      tenants: things('tenants', ofUser, 'ids of the tenants of which the user is a direct member'),
      roles: things('roles', ofUser, 'names of the roles that are held directly, wherever'),
      permissions: things('permissions', ofUser, 'names of what these roles allow'),
      privileged: power(ofUser, 'one of these roles is privileged'),
    },
  },
  tenants: {
    variable: 'tenant',
    title: 'tenants',
    needs: [],
    identity: `'tenant' type, e.id id, e.name name, '' tenant, '' about, '' what`,
    from: `tenant e left join profile p on p.type = 'tenant' and p.id = e.id order by e.id`,
    fields: {
      id: text('e.id', 'the tenant id'),
      name: text('e.name', 'the display name'),
      parent: text('e.parent', 'the id of the tenant above; empty for none'),
      disabled: flag(`p.profile ->> 'disabled'`, 'it is switched off'),
      domains: list(`p.profile -> 'domains'`, 'its mail domains'),
      members: number(
        `(select count(*) from thing t join holding h on h.thing = t.n where t.kind = 'tenant' and t.id = e.id)`,
        'how many direct members it has',
      ),
    },
  },
  roles: {
    variable: 'role',
    title: 'roles',
    needs: [],
    identity: `'role' type, t.id id, t.name name, t.tenant tenant, '' about, '' what`,
    from: `thing t where t.kind = 'role' order by t.id`,
    fields: {
      id: text('t.id', 'the resource id'),
      name: text('t.role', 'the name'),
      tenant: text('t.tenant', 'the id of the tenant that defines it; empty for the project'),
      permissions: things('permissions', 't.n', 'names of what it allows'),
      privileged: power('t.n', 'it is privileged'),
      holders: number(
        '(select count(distinct h.user) from role_of r join holding h on h.thing = r.thing where r.role = t.n)',
        'how many users hold it directly, wherever',
      ),
    },
  },
  permissions: {
    variable: 'permission',
    title: 'permissions',
    needs: [],
    identity: `'permission' type, t.id id, t.name name, '' tenant, '' about, '' what`,
    from: `thing t where t.kind = 'permission' order by t.id`,
    fields: {
      name: text('t.id', 'the name'),
      system: flag('t.is_system', 'one of Descope’s own'),
      roles: number(
        `(select count(*) from confers c join thing r on r.n = c.thing where c.permission = t.n and r.kind = 'role')`,
        'how many roles allow it',
      ),
    },
  },
  keys: {
    variable: 'key',
    title: 'access keys and management keys',
    needs: ['access_key'],
    identity: `k.kind type, k.id id, k.name name, '' tenant, '' about, '' what`,
    from: 'credential k order by k.kind, k.id',
    fields: {
      kind: text('k.kind', '`access_key` or `management_key` (the second with `--include console` only)'),
      id: text('k.id', 'the id'),
      name: text('k.name', 'the display name'),
      status: text('k.status', '`active`, `inactive` or `expired`'),
      created: time('k.created_at', 'when it was made'),
      age_days: days('k.created_at', 'whole days from then to the sync'),
      never_expires: flag(`k.expires_at = ''`, 'it has no end'),
      expires: time('k.expires_at', 'its end; not there for a key without one'),
      days_left: {
        ...days('k.expires_at', 'whole days from the sync to its end; not there for a key without one'),
        form: 'left',
      },
      addresses: list(`k.profile -> 'permitted_ips'`, 'addresses from which it may be used; none is anywhere'),
      bound_to: text(`k.profile ->> 'bound_user_id'`, 'the id of the user as whom it acts'),
      created_by: text(`k.profile ->> 'created_by'`, 'the id of who made it'),
      scim: flag(`k.profile ->> 'scim'`, 'it provisions by SCIM'),
      tenants: things('tenants', ofKey, 'ids of the tenants of which it is a direct member'),
      roles: things('roles', ofKey, 'names of the roles that it holds itself'),
      permissions: things('permissions', ofKey, 'names of what these roles allow'),
      privileged: power(ofKey, 'one of these roles is privileged'),
    },
  },
  grants: {
    variable: 'grant',
    title: 'what users hold directly, one by one',
    needs: [],
    identity: `'user' type, u.id id, u.name name, t.tenant tenant, t.id about, t.name what`,
    from: 'user u cross join holding h on h.user = u.n cross join thing t on t.n = h.thing order by u.id',
    fields: {
      user: text('u.id', 'the user id'),
      email: text('u.email', 'the address of the user'),
      domain: domain('u.email', 'what stands behind its @, in small letters'),
      status: text('u.status', 'the status of the user'),
      test: flag('u.is_test', 'a test user'),
      mfa: flag('u.has_mfa', 'the user has a second factor'),
      kind: text(`iif(t.kind = 'tenant', 'membership', 'role')`, '`membership` or `role`'),
      role: text('t.role', 'the name of the role; empty for a membership'),
      tenant: text('t.tenant', 'the id of the tenant; empty for the whole project'),
      permissions: things('permissions', 't.n', 'names of what the role allows'),
      privileged: power('t.n', 'the role is privileged'),
    },
  },
} as const satisfies Readonly<Record<string, SubjectKind>>;

export type SubjectName = keyof typeof subjectKinds;
export const subjectNames = Object.keys(subjectKinds) as [SubjectName, ...SubjectName[]]; // its own keys

export function subjectKind(name: SubjectName): SubjectKind {
  return subjectKinds[name];
}
