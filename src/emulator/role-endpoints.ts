import { badRequest, fieldRequired, invented } from './api-error.ts';
import { endpoint, nothing } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import type { Project } from './project.ts';
import type { Role, RoleSeed } from './records.ts';
import type { RequestBody } from './request-body.ts';
import { findTenant } from './tenant-endpoints.ts';
import { toWireRole } from './wire.ts';

const settingFields = ['name', 'description', 'permissionNames', 'tenantId', 'default', 'private'];
const searchFields = [
  'tenantIds',
  'roleNames',
  'roleNameLike',
  'permissionNames',
  'text',
  'sort',
  'includeProjectRoles',
  'roleIds',
];

export function roleEndpoints(project: Project): Endpoints {
  const { catalog, switches } = project;
  const wire = (role: Role): Record<string, unknown> => toWireRole(role, switches);

  return {
    'GET /v1/mgmt/role/all': endpoint([], () => ({ json: { roles: catalog.roles().map((role) => wire(role)) } })),
    'POST /v1/mgmt/role/search': endpoint(searchFields, ({ body }) => ({
      json: {
        roles: catalog
          .roles()
          .filter(toRoleTest(body))
          .map((role) => wire(role)),
      },
    })),
    'POST /v1/mgmt/role/create': endpoint(settingFields, ({ body }) => {
      const name = body.required('name');
      const tenantId = body.text('tenantId');
      if (tenantId !== '') findTenant(project, tenantId);
      if (catalog.role(name, tenantId)) throw roleExists();
      return { json: wire(catalog.putRole({ ...settings(project, body), name, tenantId })) };
    }),
    'POST /v1/mgmt/role/update': endpoint([...settingFields, 'id', 'newName'], ({ body }) => {
      const before = findRole(project, body);
      const name = body.text('newName') || before.name;
      if (name !== before.name && catalog.role(name, before.tenantId)) throw roleExists();
      if (name !== before.name) project.renameRole(before, name);
      const { tenantId, createdTime } = before;
      return { json: wire(catalog.putRole({ ...settings(project, body), name, tenantId, createdTime }, before)) };
    }),
    'POST /v1/mgmt/role/delete': endpoint(['name', 'id', 'tenantId'], ({ body }) => {
      project.deleteRole(findRole(project, body));
      return nothing;
    }),
  };
}

const roleExists = (): Error => invented(400, 'E990005', 'Role exists', 'A role with this name exists already');

/** By `name` and `tenantId`, or by `id`, never both. */
function findRole(project: Project, body: RequestBody): Role {
  const id = body.text('id');
  const name = body.text('name');
  if (id === '' && name === '') throw fieldRequired('name');
  if (id !== '' && name !== '') throw badRequest('name and id exclude each other');
  const role = id
    ? project.catalog.roles().find((one) => one.id === id)
    : project.catalog.role(name, body.text('tenantId'));
  if (role) return role;
  throw invented(project.switches.unknownRoleStatus, 'E990004', 'Role not found', 'The role does not exist');
}

function settings(project: Project, body: RequestBody): Omit<RoleSeed, 'name'> {
  const permissionNames = body.texts('permissionNames');
  if (permissionNames.some((name) => !project.catalog.permissions.has(name))) {
    throw invented(400, 'E990006', 'Permission not found', 'A permission of the role does not exist');
  }
  return {
    description: body.text('description'),
    permissionNames,
    default: body.flag('default') === true,
    private: body.flag('private') === true,
  };
}

function toRoleTest(body: RequestBody): (role: Role) => boolean {
  const anyOf = (field: string, held: readonly string[]): boolean => {
    const wanted = body.texts(field);
    return wanted.length === 0 || wanted.some((value) => held.includes(value));
  };
  const contains = (text: string, part: string): boolean => text.toLowerCase().includes(part.toLowerCase());
  return (role) =>
    (anyOf('tenantIds', [role.tenantId]) || (role.tenantId === '' && body.flag('includeProjectRoles') === true)) &&
    anyOf('roleNames', [role.name]) &&
    anyOf('roleIds', [role.id]) &&
    anyOf('permissionNames', role.permissionNames) &&
    contains(role.name, body.text('roleNameLike')) &&
    contains(`${role.name} ${role.description}`, body.text('text'));
}
