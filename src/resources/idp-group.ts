import type { Catalog } from '../access/catalog.ts';
import { tenantName } from '../access/names.ts';
import type { GroupView } from '../access/sso-mappings.ts';
import { defaultSsoId } from '../descope/sso.ts';
import type { Tenant } from '../descope/tenants.ts';
import { partsOfId, tenantRef } from '../model/ids.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import { fitText, maxDisplayNameBytes } from '../model/text.ts';
import { type GroupSource, importedGroupTrait } from '../model/traits.ts';
import type { ResourceType } from './resource-type.ts';
import { listedByTenant } from './tenant-listing.ts';
import { memberPage } from './sync/group-members.ts';
import { emptyPage } from './sync/paging.ts';
import { idpGroups, ssoOf, ssoSettings } from './sync/sso-reads.ts';
import type { SyncSession } from './sync/sync-session.ts';

const families = [ssoSettings, idpGroups];

const sources: Readonly<Record<string, GroupSource>> = { scim: 'directory_synced', jit: 'app_imported' };

function toGroup(group: GroupView, tenant: Tenant, catalog: Catalog, { cuts }: SyncSession): ResourceRow {
  const { id, ssoId, groupId, listed, unknownRoles } = group;
  const name = fitText(group.name, maxDisplayNameBytes, cuts);
  const source = listed?.source ?? '';
  const profile = {
    tenant_id: tenant.id,
    sso_id: ssoId,
    group_id: groupId,
    group_name: name,
    source: source.toWellFormed(),
    is_listed: listed !== undefined,
    members: listed === undefined ? null : listed.members.length + listed.namelessMembers,
    unknown_roles: [...unknownRoles],
  };
  const where = ssoId === defaultSsoId ? '' : `${ssoId} of `;
  const parts = {
    id,
    parent: tenantRef(tenant.id),
    displayName: `${name.trim() === '' ? groupId : name} (${where}${tenantName(catalog, tenant.id)})`,
    rawId: groupId,
    profile,
  };
  const trait = importedGroupTrait(profile, Object.hasOwn(sources, source) ? (sources[source] ?? '') : '', source);
  return resourceRow(toResource('idp_group', parts, [trait], cuts));
}

async function rowsOf(
  session: SyncSession,
  catalog: Catalog,
  tenant: Tenant,
  signal?: AbortSignal,
): Promise<readonly ResourceRow[]> {
  const { groups } = await ssoOf(session, catalog, tenant, signal);
  return groups.map((group) => toGroup(group, tenant, catalog, session));
}

export const idpGroupType: ResourceType = {
  words: {
    id: 'idp_group',
    displayName: 'Identity provider group',
    plural: 'Identity provider groups',
    description:
      'A group of an identity provider, whose members get the roles that are mapped to it when they sign in.',
    traits: ['group'],
    skips: 'entitlements',
  },
  isOptIn: true,
  ...listedByTenant('idp_group', 3, families, rowsOf),
  entitlements: [
    {
      words: {
        slug: 'member',
        displayName: 'Member',
        description: 'Is in the group, as the identity provider last said. Changed there.',
        purpose: 'assignment',
        isImmutable: true,
      },
      grantableTo: ['user'],
      grants: async (session, id, request) => {
        const catalog = await session.catalog(request.signal);
        const [tenantId = ''] = partsOfId(id, 3) ?? [];
        const tenant = catalog.tenant(tenantId);
        return tenant === undefined ? emptyPage() : await memberPage(session, catalog, tenant, id, request);
      },
    },
  ],
};
