import { badRequest, fieldRequired, invented } from './api-error.ts';
import { endpoint, nothing } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import type { Project } from './project.ts';
import type { Permission } from './records.ts';
import type { RequestBody } from './request-body.ts';
import { toWirePermission } from './wire.ts';

export function permissionEndpoints(project: Project): Endpoints {
  const { catalog, switches } = project;
  const wire = (permission: Permission): Record<string, unknown> => toWirePermission(permission, switches);

  return {
    'GET /v1/mgmt/permission/all': endpoint([], () => ({
      json: { permissions: [...catalog.permissions.values()].map((permission) => wire(permission)) },
    })),
    'POST /v1/mgmt/permission/create': endpoint(['name', 'description'], ({ body }) => {
      const name = body.required('name');
      if (catalog.permissions.has(name)) throw permissionExists();
      catalog.putPermission({ name, description: body.text('description') });
      return nothing;
    }),
    'POST /v1/mgmt/permission/update': endpoint(['name', 'id', 'newName', 'description'], ({ body }) => {
      const before = findPermission(project, body);
      const name = body.text('newName') || before.name;
      if (name !== before.name && catalog.permissions.has(name)) throw permissionExists();
      catalog.putPermission({ name, description: body.text('description') }, before);
      return nothing;
    }),
    'POST /v1/mgmt/permission/delete': endpoint(['name', 'id'], ({ body }) => {
      catalog.removePermission(findPermission(project, body).name);
      return nothing;
    }),
  };
}

const permissionExists = (): Error =>
  invented(400, 'E990008', 'Permission exists', 'A permission with this name exists already');

function findPermission(project: Project, body: RequestBody): Permission {
  const id = body.text('id');
  const name = body.text('name');
  if (id === '' && name === '') throw fieldRequired('name');
  if (id !== '' && name !== '') throw badRequest('name and id exclude each other');
  const found = [...project.catalog.permissions.values()].find((one) => (id ? one.id === id : one.name === name));
  if (!found) throw invented(400, 'E990007', 'Permission not found', 'The permission does not exist');
  if (found.systemDefault) throw invented(400, 'E990009', 'Protected', 'A system permission cannot be changed');
  return found;
}
