import { badRequest, fieldRequired, invented } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import type { UserContext } from './context.ts';
import { rolesIn, withRoles, withoutTenant } from './records.ts';
import type { UserRecord } from './records.ts';
import type { RequestBody } from '../request-body.ts';
import { findUser } from './read-endpoints.ts';
import { toWireUser } from './wire.ts';

const roleFields = ['loginId', 'identifier', 'tenantId', 'roleNames'];
const tenantFields = ['loginId', 'identifier', 'tenantId'];

interface RoleChange {
  readonly user: UserRecord;
  readonly tenantId: string;
  readonly asked: readonly string[];
  /** Held in that scope now; undefined when the user is no member of the tenant. */
  readonly held: readonly string[] | undefined;
}

/** Roles and memberships of users: what a grant or a revoke comes down to. */
export function userRoleEndpoints(context: UserContext): Endpoints {
  const { tenants, roles, switches } = context;

  const isAssignable = (name: string, tenantId: string): boolean =>
    (tenantId === '' ? roles.get(name, '') : roles.inside(tenantId, name)) !== undefined;

  const addRoles = (body: RequestBody, nonMember: 'reject' | 'join'): Answer => {
    const { user, tenantId, asked, held } = parseChange(context, body);
    if (!held && nonMember === 'reject') throw notMember();
    if (asked.some((name) => held?.includes(name))) checkRepeat(context);
    const { good, problem } = sortOut(context, asked, (name) => isAssignable(name, tenantId));
    if (problem && switches.severalRoles === 'atomic') throw problem;
    const joined = held ? user : withMembership(context, user, tenantId);
    const answer = saved(context, withRoles(joined, tenantId, [...(rolesIn(joined, tenantId) ?? []), ...good]));
    if (problem) throw problem;
    return answer;
  };

  return {
    'POST /v1/mgmt/user/update/role/add': endpoint(roleFields, ({ body }) =>
      addRoles(body, switches.v1RoleAddNonMember),
    ),
    'POST /v2/mgmt/user/update/role/add': endpoint(roleFields, ({ body }) =>
      addRoles(body, switches.v2RoleAddNonMember),
    ),
    'POST /v1/mgmt/user/update/role/remove': endpoint(roleFields, ({ body }) => {
      const { user, tenantId, asked, held } = parseChange(context, body);
      if (!held) throw notMember();
      const removable = (name: string): boolean =>
        isAssignable(name, tenantId) || (held.includes(name) && switches.removeDanglingRole === 'accept');
      const { good, problem } = sortOut(context, asked, removable);
      if (problem && switches.severalRoles === 'atomic') throw problem;
      if (good.some((name) => !held.includes(name))) checkRepeat(context);
      const rest = held.filter((name) => !good.includes(name));
      const answer = saved(context, withRoles(user, tenantId, rest));
      if (problem) throw problem;
      return answer;
    }),
    'POST /v1/mgmt/user/update/role/set': endpoint(roleFields, ({ body }) => {
      const { user, tenantId, asked, held } = parseChange(context, body);
      if (!held) throw notMember();
      const { good, problem } = sortOut(context, asked, (name) => isAssignable(name, tenantId));
      if (problem) throw problem;
      return saved(context, withRoles(user, tenantId, good));
    }),
    'POST /v1/mgmt/user/update/tenant/add': endpoint(tenantFields, ({ body }) => {
      const user = addressedUser(context, body);
      const tenant = tenants.find(body.required('tenantId'));
      if (!rolesIn(user, tenant.id)) return saved(context, withMembership(context, user, tenant.id));
      checkRepeat(context);
      return saved(context, user);
    }),
    'POST /v1/mgmt/user/update/tenant/remove': endpoint(tenantFields, ({ body }) => {
      const user = addressedUser(context, body);
      const tenantId = body.required('tenantId');
      // A membership that outlived its tenant can still be removed.
      if (!rolesIn(user, tenantId)) {
        tenants.find(tenantId);
        checkRepeat(context);
      }
      return saved(context, withoutTenant(user, tenantId));
    }),
  };
}

/** The user named by `loginId`, which takes a user id as well, or by its alias `identifier`. */
export function addressedUser(context: UserContext, body: RequestBody): UserRecord {
  const id = body.text('loginId') || body.required('identifier');
  return findUser(context, context.users.live, id);
}

/** Stores the user and answers as every user update does. */
export function saved(context: UserContext, record: UserRecord): Answer {
  const stored = { ...record, modifiedTime: context.nowSeconds() };
  context.users.put(stored);
  return { json: { user: toWireUser(stored, context), created: false } };
}

/** Makes the user a member; default roles come along when the switch says so. */
export function withMembership(context: UserContext, user: UserRecord, tenantId: string): UserRecord {
  const roles = context.switches.defaultRoles === 'on' ? context.tenants.get(tenantId)?.defaultRoles : [];
  return withRoles(user, tenantId, roles ?? []);
}

function parseChange(context: UserContext, body: RequestBody): RoleChange {
  const asked = body.texts('roleNames');
  if (asked.length === 0) throw fieldRequired('roleNames');
  const user = addressedUser(context, body);
  const tenantId = body.text('tenantId');
  const held = rolesIn(user, tenantId);
  if (tenantId !== '' && !held) context.tenants.find(tenantId);
  return { user, tenantId, asked: [...new Set(asked)], held };
}

function sortOut(
  context: UserContext,
  asked: readonly string[],
  accepts: (name: string) => boolean,
): { good: string[]; problem: Error | undefined } {
  const good = asked.filter((name) => accepts(name));
  const problem = good.length < asked.length ? context.roles.unknown('A role does not exist in this scope') : undefined;
  return { good, problem };
}

/** A change that changes nothing is an error where the switch says so. */
export function checkRepeat(context: UserContext): void {
  if (context.switches.repeatedChange === 'reject') throw badRequest('Nothing to change: it is so already');
}

const notMember = (): Error => invented(400, 'E990011', 'Not a member', 'The user is not associated with the tenant');
