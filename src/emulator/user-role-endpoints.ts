import { badRequest, fieldRequired, invented } from './api-error.ts';
import type { Answer } from './api-request.ts';
import { endpoint } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import { rolesIn, withRoles, withoutTenant } from './project.ts';
import type { Project } from './project.ts';
import type { UserRecord } from './records.ts';
import type { RequestBody } from './request-body.ts';
import { findTenant } from './tenant-endpoints.ts';
import { findUser } from './user-read-endpoints.ts';
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
export function userRoleEndpoints(project: Project): Endpoints {
  const { catalog, switches } = project;

  const isAssignable = (name: string, tenantId: string): boolean =>
    (tenantId === '' ? catalog.role(name, '') : catalog.roleInside(tenantId, name)) !== undefined;

  const addRoles = (body: RequestBody, nonMember: 'reject' | 'join'): Answer => {
    const { user, tenantId, asked, held } = parseChange(project, body);
    if (!held && nonMember === 'reject') throw notMember();
    if (asked.some((name) => held?.includes(name))) checkRepeat(project);
    const { good, problem } = sortOut(project, asked, (name) => isAssignable(name, tenantId));
    if (problem && switches.severalRoles === 'atomic') throw problem;
    const joined = held ? user : withMembership(project, user, tenantId);
    const answer = saved(project, withRoles(joined, tenantId, [...(rolesIn(joined, tenantId) ?? []), ...good]));
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
      const { user, tenantId, asked, held } = parseChange(project, body);
      if (!held) throw notMember();
      const removable = (name: string): boolean =>
        isAssignable(name, tenantId) || (held.includes(name) && switches.removeDanglingRole === 'accept');
      const { good, problem } = sortOut(project, asked, removable);
      if (problem && switches.severalRoles === 'atomic') throw problem;
      if (good.some((name) => !held.includes(name))) checkRepeat(project);
      const rest = held.filter((name) => !good.includes(name));
      const answer = saved(project, withRoles(user, tenantId, rest));
      if (problem) throw problem;
      return answer;
    }),
    'POST /v1/mgmt/user/update/role/set': endpoint(roleFields, ({ body }) => {
      const { user, tenantId, asked, held } = parseChange(project, body);
      if (!held) throw notMember();
      const { good, problem } = sortOut(project, asked, (name) => isAssignable(name, tenantId));
      if (problem) throw problem;
      return saved(project, withRoles(user, tenantId, good));
    }),
    'POST /v1/mgmt/user/update/tenant/add': endpoint(tenantFields, ({ body }) => {
      const user = addressedUser(project, body);
      const tenant = findTenant(project, body.required('tenantId'));
      if (!rolesIn(user, tenant.id)) return saved(project, withMembership(project, user, tenant.id));
      checkRepeat(project);
      return saved(project, user);
    }),
    'POST /v1/mgmt/user/update/tenant/remove': endpoint(tenantFields, ({ body }) => {
      const user = addressedUser(project, body);
      const tenantId = body.required('tenantId');
      // A membership that outlived its tenant can still be removed.
      if (!rolesIn(user, tenantId)) {
        findTenant(project, tenantId);
        checkRepeat(project);
      }
      return saved(project, withoutTenant(user, tenantId));
    }),
  };
}

/** The user named by `loginId`, which takes a user id as well, or by its alias `identifier`. */
export function addressedUser(project: Project, body: RequestBody): UserRecord {
  const id = body.text('loginId') || body.required('identifier');
  return findUser(project, project.users.live, id);
}

/** Stores the user and answers as every user update does. */
export function saved(project: Project, record: UserRecord): Answer {
  const stored = { ...record, modifiedTime: project.nowSeconds() };
  project.users.put(stored);
  return { json: { user: toWireUser(stored, project.catalog), created: false } };
}

/** Makes the user a member; default roles come along when the switch says so. */
export function withMembership(project: Project, user: UserRecord, tenantId: string): UserRecord {
  const roles = project.switches.defaultRoles === 'on' ? project.catalog.tenants.get(tenantId)?.defaultRoles : [];
  return withRoles(user, tenantId, roles ?? []);
}

function parseChange(project: Project, body: RequestBody): RoleChange {
  const asked = body.texts('roleNames');
  if (asked.length === 0) throw fieldRequired('roleNames');
  const user = addressedUser(project, body);
  const tenantId = body.text('tenantId');
  const held = rolesIn(user, tenantId);
  if (tenantId !== '' && !held) findTenant(project, tenantId);
  return { user, tenantId, asked: [...new Set(asked)], held };
}

function sortOut(
  project: Project,
  asked: readonly string[],
  accepts: (name: string) => boolean,
): { good: string[]; problem: Error | undefined } {
  const good = asked.filter((name) => accepts(name));
  const problem =
    good.length < asked.length
      ? invented(project.switches.unknownRoleStatus, 'E990004', 'Role not found', 'A role does not exist in this scope')
      : undefined;
  return { good, problem };
}

function checkRepeat(project: Project): void {
  if (project.switches.repeatedChange === 'reject') throw badRequest('Nothing to change: it is so already');
}

const notMember = (): Error => invented(400, 'E990011', 'Not a member', 'The user is not associated with the tenant');
