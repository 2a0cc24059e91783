import { fieldRequired, invented } from './api-error.ts';
import { endpoint, nothing } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import type { Project } from './project.ts';
import { randomId } from './random.ts';
import type { Tenant, TenantSeed } from './records.ts';
import type { RequestBody } from './request-body.ts';
import { toWireTenant } from './wire.ts';

const settingFields = [
  'id',
  'name',
  'selfProvisioningDomains',
  'customAttributes',
  'authType',
  'disabled',
  'enforceSSO',
  'enforceSSOExclusions',
  'federatedAppIds',
  'roleInheritance',
];
const searchFields = [
  'tenantIds',
  'tenantNames',
  'tenantSelfProvisioningDomains',
  'customAttributes',
  'authType',
  'tenantSSODomains',
  'parentTenantId',
  'topLevelOnly',
];

export function tenantEndpoints(project: Project): Endpoints {
  const { catalog, switches } = project;
  const wire = (tenant: Tenant): Record<string, unknown> => toWireTenant(tenant, catalog);
  const all = (): Tenant[] => [...catalog.tenants.values()];

  return {
    'GET /v1/mgmt/tenant/all': endpoint([], () => ({ json: { tenants: all().map((tenant) => wire(tenant)) } })),
    'GET /v1/mgmt/tenant': endpoint([], ({ query }) => {
      if (!query['id']) throw fieldRequired('id');
      const tenant = wire(findTenant(project, query['id']));
      return { json: switches.wrapping === 'wrapped' ? { tenant } : tenant };
    }),
    'POST /v1/mgmt/tenant/search': endpoint(searchFields, ({ body }) => ({
      json: {
        tenants: all()
          .filter(toTenantTest(body))
          .map((tenant) => wire(tenant)),
      },
    })),
    'POST /v1/mgmt/tenant/create': endpoint([...settingFields, 'parent'], ({ body }) => {
      const name = body.required('name');
      const id = body.text('id') || randomId('T', project.nowSeconds(), `${name} ${catalog.tenants.size}`);
      checkFree(project, name, id, undefined);
      const parent = body.text('parent');
      if (parent !== '') findTenant(project, parent);
      catalog.putTenant({ ...settings(body), id, name, parent });
      return { json: { id } };
    }),
    'POST /v1/mgmt/tenant/update': endpoint(settingFields, ({ body }) => {
      const before = findTenant(project, body.required('id'));
      const name = body.required('name');
      checkFree(project, name, undefined, before.id);
      const { id, parent, createdTime, defaultRoles, domains } = before;
      catalog.putTenant({ ...settings(body), id, parent, createdTime, defaultRoles, domains, name });
      return nothing;
    }),
    'POST /v1/mgmt/tenant/delete': endpoint(['id', 'cascade'], ({ body }) => {
      const { id } = findTenant(project, body.required('id'));
      project.deleteTenant(id, body.flag('cascade') === true);
      return nothing;
    }),
    'POST /v1/mgmt/tenant/updateDefaultRoles': endpoint(['id', 'defaultRoles'], ({ body }) => {
      const tenant = findTenant(project, body.required('id'));
      catalog.putTenant({ ...tenant, defaultRoles: body.texts('defaultRoles') });
      return nothing;
    }),
  };
}

export function findTenant(project: Project, id: string): Tenant {
  const tenant = project.catalog.tenants.get(id);
  if (tenant) return tenant;
  throw invented(project.switches.unknownTenantStatus, 'E990002', 'Tenant not found', 'The tenant does not exist');
}

function checkFree(project: Project, name: string, id: string | undefined, except: string | undefined): void {
  const taken = [...project.catalog.tenants.values()].some(
    (tenant) => tenant.id !== except && (tenant.id === id || tenant.name === name),
  );
  if (taken) throw invented(400, 'E990003', 'Tenant exists', 'A tenant with this name or id exists already');
}

/** Fields left out are cleared, as the update is documented to do. */
function settings(body: RequestBody): Omit<TenantSeed, 'id'> {
  return {
    selfProvisioningDomains: body.texts('selfProvisioningDomains'),
    customAttributes: body.object('customAttributes'),
    authType: body.text('authType') || 'none',
    disabled: body.flag('disabled') === true,
    enforceSSO: body.flag('enforceSSO') === true,
    enforceSSOExclusions: body.texts('enforceSSOExclusions'),
    federatedAppIds: body.texts('federatedAppIds'),
    roleInheritance: body.text('roleInheritance'),
  };
}

function toTenantTest(body: RequestBody): (tenant: Tenant) => boolean {
  const anyOf = (field: string, held: readonly string[]): boolean => {
    const wanted = body.texts(field);
    return wanted.length === 0 || wanted.some((value) => held.includes(value));
  };
  return (tenant) =>
    anyOf('tenantIds', [tenant.id]) &&
    anyOf('tenantNames', [tenant.name]) &&
    anyOf('tenantSelfProvisioningDomains', tenant.selfProvisioningDomains) &&
    anyOf('tenantSSODomains', tenant.domains) &&
    ['', tenant.authType].includes(body.text('authType')) &&
    ['', tenant.parent].includes(body.text('parentTenantId')) &&
    (body.flag('topLevelOnly') !== true || tenant.parent === '') &&
    Object.entries(body.object('customAttributes')).every(
      ([key, value]) => JSON.stringify(tenant.customAttributes[key]) === JSON.stringify(value),
    );
}
