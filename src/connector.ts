import { ConnectorError } from './errors.ts';
import { entitlementOf, toGrant } from './model/builders.ts';
import { isResourceTypeId, maxIdBytes, type ResourceTypeId, resourceTypeIds } from './model/ids.ts';
import type { Entitlement, Resource } from './model/messages.ts';
import { decodeToken, encodeToken, type TokenFields } from './model/page-token.ts';
import {
  checkListRequest,
  checkSyncId,
  optionalResourceId,
  pageLimit,
  requiredResourceId,
  requiredText,
} from './model/requests.ts';
import { resourceTypes } from './model/resource-types.ts';
import {
  cleanupResponse,
  entitlementsResponse,
  grantResponse,
  enqueuedPages,
  isTypeScoped,
  metadataResponse,
  resourceResponse,
  toRowPage,
  resourceTypesResponse,
  revokeResponse,
  staticEntitlementsResponse,
  validateResponse,
} from './model/responses.ts';
import type { ConnectorSurface } from './model/surface.ts';
import type { Change, Provisioner } from './provisioning/provisioner.ts';
import { parseEntitlement, type Target } from './provisioning/target.ts';
import { permissionSyncer } from './resources/permission.ts';
import { forecastOf, type GrantForecast } from './resources/forecast.ts';
import { createProbe } from './resources/probe.ts';
import { type SyncReport, syncReport } from './resources/report.ts';
export type { GrantForecast } from './resources/forecast.ts';
export type { SyncReport } from './resources/report.ts';
import { roleBindingSyncer } from './resources/role-binding.ts';
import { roleSyncer } from './resources/role.ts';
import type { ProjectRead, SyncPolicy, SyncRead } from './resources/sync-read.ts';
import { createSyncReads, type ReadLimits } from './resources/sync-reads.ts';
import type { EntitledSyncer, GrantPage, PageRequest, ResourceSyncer } from './resources/syncer.ts';
import { tenantSyncer } from './resources/tenant.ts';
import { userSyncer } from './resources/user.ts';

const syncers: Readonly<Record<ResourceTypeId, ResourceSyncer>> = {
  user: userSyncer,
  tenant: tenantSyncer,
  role: roleSyncer,
  permission: permissionSyncer,
  role_binding: roleBindingSyncer,
};

export interface ConnectorOptions {
  /** Changes access, or refuses to and writes that down; without it every grant and revoke is refused. */
  readonly provisioner?: Provisioner;
  readonly project: ProjectRead;
  readonly policy: SyncPolicy;
  readonly now?: () => number;
  /** A clock that ticks, and how much is kept for syncs that nobody ends; others than the usual ones for tests. */
  readonly every?: (ms: number, work: () => void) => () => void;
  readonly limits?: ReadLimits;
  /** Told how many grants a sync will have to tell, once it has read every user. */
  readonly onForecast?: (forecast: GrantForecast) => void;
}

/** The connector: the protocol's read surface over one Descope project. */
export interface Connector extends ConnectorSurface {
  /** What a sync has read, proved and found. Undefined for a sync that is unknown, or whose users are not all read. */
  report(activeSyncId: string): SyncReport | undefined;
  /** Stops every read. */
  close(): void;
}

export function createConnector({
  project,
  policy,
  provisioner,
  now = () => performance.now(),
  onForecast,
  ...timing
}: ConnectorOptions): Connector {
  const reads = createSyncReads({
    project,
    policy,
    now,
    ...timing,
    ...(onForecast !== undefined && {
      onSettled: ({ catalog, heldBindings }) => onForecast(forecastOf(catalog, heldBindings, policy)),
    }),
  });
  const probe = createProbe(project, now);
  const listedTypes = resourceTypeIds.map((typeId) => resourceTypes[typeId]);
  // A page token counts in one project only, and in one listing of it: what went on from another's would seal two halves as one.
  const scopeOf = (...listing: readonly (string | undefined)[]): string =>
    JSON.stringify([project.projectId, ...listing]);

  return {
    validate: async (signal) => {
      await probe(signal);
      return validateResponse();
    },

    getMetadata: async () => metadataResponse(listedTypes),

    cleanup: async ({ activeSyncId }) => {
      checkSyncId(activeSyncId);
      reads.end(activeSyncId);
      return cleanupResponse();
    },

    listResourceTypes: async (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      return resourceTypesResponse(listedTypes);
    },

    listResources: async (request, signal) => {
      checkListRequest(request);
      const syncer = syncerOf(requiredText(request.resourceTypeId, 'resource_type_id'));
      const parent = optionalResourceId(request.parentResourceId, 'parent_resource_id');
      // Which roles in tenants are listed depends on the policy; no other listing does.
      const policyOfList = syncer.typeId === 'role_binding' ? policy.tenantRoles : undefined;
      const scope = scopeOf('resources', syncer.typeId, parent?.resourceType, parent?.resource, policyOfList);
      const page = pageRequest(scope, request, signal);
      if (parent !== undefined && parent.resourceType !== 'tenant') {
        return toRowPage([], '');
      }
      const begins = syncer.typeId === 'user' && parent === undefined && page.cursor === undefined;
      const { rows, next } = await reads.use({ syncId: request.activeSyncId, cursor: page.cursor, begins }, (read) =>
        syncer.list(read, { ...page, ...(parent !== undefined && { parentTenantId: parent.resource }) }),
      );
      return toRowPage(rows, nextToken(scope, next, request.pageToken));
    },

    getResource: async (request, signal) => {
      checkSyncId(request.activeSyncId);
      const { resourceType, resource: id } = requiredResourceId(request.resourceId, 'resource_id');
      optionalResourceId(request.parentResourceId, 'parent_resource_id');
      const syncer = syncerOf(resourceType);
      const call = { syncId: request.activeSyncId, begins: true, resource: keyOf(resourceType, id) };
      const resource = await reads.use(call, (read) => {
        read.isTargeted = true;
        return syncer.get(read, id, signal);
      });
      if (resource === undefined) {
        throw new ConnectorError('not-found', `there is no ${syncer.typeId} with this id in the project`, {
          resourceType: syncer.typeId,
        });
      }
      return resourceResponse(resource.message);
    },

    listStaticEntitlements: async (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      const { entitled } = syncerOf(requiredText(request.resourceTypeId, 'resource_type_id'));
      return staticEntitlementsResponse(entitled === undefined ? [] : [entitled.template]);
    },

    listEntitlements: async (request) => {
      checkListRequest(request);
      refuseToken(request.pageToken);
      const { resourceType, resource: id } = requiredResourceId(request.resource?.id, 'resource.id');
      const { entitled } = syncerOf(resourceType);
      const entitlements: Entitlement[] = [];
      if (entitled !== undefined) {
        const { displayName = '', parentResourceId } = request.resource ?? {};
        entitlements.push(
          entitlementOf(
            { typeId: entitled.typeId, id, displayName, parentTenantId: parentResourceId?.resource ?? '' },
            entitled.template,
          ),
        );
      }
      return entitlementsResponse(entitlements);
    },

    listGrants: async (request, signal) => {
      checkListRequest(request);
      const { resourceType, resource: id } = requiredResourceId(request.resource?.id, 'resource.id');
      const { entitled } = syncerOf(resourceType);
      const isWholeType = isTypeScoped(request.annotations);
      const scope = scopeOf('grants', resourceType, isWholeType ? undefined : id);
      const page = pageRequest(scope, request, signal);
      if (entitled === undefined) {
        return toRowPage([], '');
      }
      const call = {
        syncId: request.activeSyncId,
        cursor: page.cursor,
        ...(!isWholeType && { resource: keyOf(resourceType, id) }),
      };
      const found = await reads.use(call, (read): Promise<GrantPage> =>
        isWholeType ? grantsOfType(entitled, read, page) : entitled.grants(read, id, page),
      );
      const siblings = (found.siblings ?? []).map((fields) => encodeToken(scope, fields));
      return toRowPage(
        found.rows,
        nextToken(scope, found.next, request.pageToken),
        enqueuedPages(siblings, found.estimatedTotal),
      );
    },

    grant: async ({ entitlement, principal }, signal) => {
      const { change, target } = await provision(present(provisioner), 'grant', entitlement, principal, signal);
      const asked = toGrant(target.typeId, target.resourceId, 'user', change.userId);
      const alongside = change.alongsideTargets.map(({ typeId, resourceId }) =>
        toGrant(typeId, resourceId, 'user', change.userId),
      );
      return grantResponse([asked, ...alongside], change.outcome === 'already-granted', change.requestId);
    },

    // The id of the grant is not looked at: it can be a placeholder. Entitlement and principal say all.
    revoke: async ({ grant }, signal) => {
      const { change } = await provision(present(provisioner), 'revoke', grant?.entitlement, grant?.principal, signal);
      return revokeResponse(change.outcome === 'already-revoked', change.requestId);
    },

    report: (activeSyncId) => {
      const read = reads.peek(activeSyncId);
      return read === undefined ? undefined : syncReport(read);
    },
    close: () => reads.close(),
  };
}

function present(provisioner: Provisioner | undefined): Provisioner {
  if (provisioner === undefined) {
    throw new ConnectorError('precondition', 'provisioning is not enabled: start the server with --provisioning');
  }
  return provisioner;
}

/** One grant or revoke: who and what are read from the request, all of which must make sense before anything is sent. */
async function provision(
  provisioner: Provisioner,
  operation: 'grant' | 'revoke',
  entitlement: Entitlement | undefined,
  principal: Resource | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly change: Change; readonly target: Target }> {
  const asked = await understand(provisioner, operation, entitlement, principal);
  return { target: asked.target, change: await provisioner[operation](asked.target, asked.userId, signal) };
}

async function understand(
  provisioner: Provisioner,
  operation: 'grant' | 'revoke',
  entitlement: Entitlement | undefined,
  principal: Resource | undefined,
): Promise<{ readonly target: Target; readonly userId: string }> {
  try {
    provisioner.checkEnabled();
    const { resourceType, resource: userId } = requiredResourceId(principal?.id, 'principal.id');
    const target = parseEntitlement(entitlement);
    if (resourceType !== 'user') {
      throw new ConnectorError(
        'invalid',
        `a ${target.typeId} can be granted to a user, not to a ${JSON.stringify(resourceType.slice(0, 100))}`,
      );
    }
    if (operation === 'grant') {
      requiredText(`${entitlement?.id}:user:${userId}`, "the grant's id"); // else what was granted could not be answered
    }
    return { target, userId };
  } catch (thrown) {
    await provisioner.refused(
      operation,
      (entitlement?.id ?? '').slice(0, maxIdBytes),
      (principal?.id?.resource ?? '').slice(0, maxIdBytes),
      thrown,
    );
    throw thrown;
  }
}

/** One resource, in one text. */
function keyOf(resourceType: string, id: string): string {
  return `${resourceType}:${id}`;
}

function syncerOf(typeId: string): ResourceSyncer {
  if (!isResourceTypeId(typeId)) {
    throw new ConnectorError(
      'unsupported',
      `there is no resource type ${JSON.stringify(typeId.slice(0, 100))}; the types are ${resourceTypeIds.join(', ')}`,
    );
  }
  return syncers[typeId];
}

/** Types that are listed per resource only do not carry the marker that asks for this. */
function grantsOfType({ typeId, allGrants }: EntitledSyncer, read: SyncRead, page: PageRequest): Promise<GrantPage> {
  if (allGrants === undefined) {
    throw new ConnectorError('unsupported', `the grants of ${typeId} are listed per resource`);
  }
  return allGrants(read, page);
}

function pageRequest(
  scope: string,
  request: { readonly pageSize: number; readonly pageToken: string },
  signal: AbortSignal | undefined,
): PageRequest {
  return {
    cursor: request.pageToken === '' ? undefined : decodeToken(scope, request.pageToken),
    limit: pageLimit(request.pageSize),
    ...(signal !== undefined && { signal }),
  };
}

/** A client that is handed its own token back asks the same again, for ever: nothing downstream notices, so we must. */
function nextToken(scope: string, next: TokenFields | undefined, received: string): string {
  const token = next === undefined ? '' : encodeToken(scope, next);
  if (token !== '' && token === received) {
    throw new Error('a listing did not advance: its next page token equals the one received');
  }
  return token;
}

function refuseToken(pageToken: string): void {
  if (pageToken !== '') {
    throw new ConnectorError('invalid', 'this listing has one page only and gave out no page token');
  }
}
