import type { MessageInitShape } from '@bufbuild/protobuf';
import { anyIs, anyUnpack } from '@bufbuild/protobuf/wkt';
import { fromBinary } from '@bufbuild/protobuf';
import type { ServiceError } from '@grpc/grpc-js';
import type { ApplicationDefault } from '../../src/access/application-default.ts';
import type { InheritanceMode } from '../../src/access/inheritance.ts';
import { createConnector } from '../../src/connector.ts';
import type { DescopeClientOptions } from '../../src/descope/client.ts';
import {
  type Emulator,
  type EmulatorOptions,
  type Fault,
  type ProjectSeed,
  type ProjectState,
  startEmulator,
} from '../../src/emulator/emulator.ts';
import {
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
  GrantMetadataSchema,
} from '../../src/gen/c1/connector/v2/annotation_grant_pb.ts';
import { RequestIdSchema } from '../../src/gen/c1/connector/v2/annotation_request_pb.ts';
import {
  GrantManagerService,
  type GrantManagerServiceGrantRequestSchema,
  type GrantManagerServiceRevokeRequestSchema,
} from '../../src/gen/c1/connector/v2/grant_pb.ts';
import { ErrorInfoSchema } from '../../src/gen/google/rpc/error_details_pb.ts';
import { StatusSchema } from '../../src/gen/google/rpc/status_pb.ts';
import type { Logger } from '../../src/log.ts';
import type { AccessGuard } from '../../src/provisioning/access-guard.ts';
import type { AuditEntry, WriteAudit } from '../../src/provisioning/audit.ts';
import { createProvisioner, type Provisioner } from '../../src/provisioning/provisioner.ts';
import type { ReturningMode } from '../../src/provisioning/returning.ts';
import { startServer } from '../../src/server/server.ts';
import { clientOf } from './embedded.ts';
import { grpcCall } from './grpc-call.ts';

export type GrantRequest = MessageInitShape<typeof GrantManagerServiceGrantRequestSchema>;
export type RevokeRequest = MessageInitShape<typeof GrantManagerServiceRevokeRequestSchema>;

/** The literal that the platform sends where it does not know the id of a grant. */
export const unknownGrantId = '🧸_UNKNOWN_GRANT_ID';

const slugs: Readonly<Record<string, string>> = {
  tenant: 'member',
  role: 'assigned',
  role_binding: 'assigned',
  permission: 'granted',
  application: 'access',
  third_party_app: 'consent',
};

/**
 * A tree: Group above Acme above Acme East, which defines an Auditor of its own, and Acme Shut, into which only one
 * reading lets anything. Pat holds things in Acme and in the group, Quinn the same directly in Acme East besides.
 */
export function treeOfTenants(): ProjectSeed {
  return {
    tenants: [
      { id: 'group', name: 'Group' },
      { id: 'acme', name: 'Acme', parent: 'group' },
      { id: 'east', name: 'Acme East', parent: 'acme' },
      { id: 'shut', name: 'Acme Shut', parent: 'acme', roleInheritance: 'none' },
    ],
    permissions: [{ name: 'read' }],
    roles: [
      { name: 'Editor', permissionNames: ['read'] },
      { name: 'Auditor' },
      { name: 'Auditor', tenantId: 'east' },
      { name: 'Approver', tenantId: 'acme' },
    ],
    users: [
      {
        userId: 'U2Pat',
        name: 'Pat',
        email: 'pat@acme.example',
        tenants: [
          { tenantId: 'acme', roleNames: ['Editor', 'Auditor', 'Approver'] },
          { tenantId: 'group', roleNames: ['Editor'] },
        ],
      },
      {
        userId: 'U2Quinn',
        name: 'Quinn',
        email: 'quinn@acme.example',
        tenants: [
          { tenantId: 'acme', roleNames: ['Editor'] },
          { tenantId: 'east', roleNames: ['Editor'] },
        ],
      },
    ],
  };
}

/** What a platform knows of an entitlement: ids only. */
export function entitlement(typeId: string, resource: string): NonNullable<GrantRequest['entitlement']> {
  return {
    id: `${typeId}:${resource}:${slugs[typeId] ?? 'assigned'}`,
    slug: slugs[typeId] ?? 'assigned',
    resource: { id: { resourceType: typeId, resource } },
  };
}

export function keyPrincipal(keyId: string): NonNullable<GrantRequest['principal']> {
  return { id: { resourceType: 'access_key', resource: keyId } };
}

export function userPrincipal(userId: string): NonNullable<GrantRequest['principal']> {
  return { id: { resourceType: 'user', resource: userId } };
}

/**
 * A small company in which every confusion of scopes shows: Bob holds Editor in the whole project, in Acme and in
 * Globex; Globex defines an Auditor of its own beside the project's; Ada is a member of Acme who holds nothing; Cleo is
 * nowhere.
 */
export function company(): ProjectSeed {
  return {
    tenants: [
      { id: 'acme', name: 'Acme', defaultRoles: ['Viewer'] },
      { id: 'globex', name: 'Globex' },
    ],
    permissions: [{ name: 'read' }, { name: 'write' }],
    roles: [
      { name: 'Editor', permissionNames: ['read', 'write'] },
      { name: 'Viewer', permissionNames: ['read'] },
      { name: 'Auditor', permissionNames: ['read'] },
      { name: 'Approver', tenantId: 'acme', permissionNames: ['write'] },
      { name: 'Auditor', tenantId: 'globex', permissionNames: ['write'] },
    ],
    users: [
      { userId: 'U2Ada', name: 'Ada', email: 'ada@acme.example', tenants: [{ tenantId: 'acme', roleNames: [] }] },
      {
        userId: 'U2Bob',
        name: 'Bob',
        email: 'bob@acme.example',
        customAttributes: { badge: 7 },
        roleNames: ['Editor', 'Viewer'],
        tenants: [
          { tenantId: 'acme', roleNames: ['Editor', 'Approver'] },
          { tenantId: 'globex', roleNames: ['Editor', 'Auditor'] },
        ],
      },
      { userId: 'U2Cleo', name: 'Cleo', email: 'cleo@nowhere.example' },
    ],
  };
}

/** Stands still, so that two projects are alike to the last field. */
export const clock = (): number => Date.UTC(2026, 0, 2, 3, 4, 5);

/** The whole project, save when users were last touched. */
export function snapshot(state: ProjectState): unknown {
  return {
    users: [...state.users()].map((user) => Object.assign({}, user, { modifiedTime: 0 })),
    accessKeys: state.accessKeys(),
    tenants: state.tenants(),
    roles: state.roles(),
    permissions: state.permissions(),
    applications: state.federatedApps(),
    consents: state.consents(),
  };
}

/** One write as Descope received it. */
export interface SentWrite {
  readonly endpoint: string;
  readonly body: unknown;
}

/** How a call ended, as a platform sees it. */
export interface Ended {
  /** Ids of the grants that the answer names; a revoke names none. */
  readonly grants: readonly string[];
  readonly isOld: boolean;
  readonly requestId: string;
  /** GrantMetadata of the answer. */
  readonly metadata: unknown;
}

export interface ProvisioningOptions {
  readonly emulator?: EmulatorOptions;
  /** A project that stands already; it stays when the connector ends. */
  readonly at?: Emulator;
  readonly joinTenant?: boolean;
  readonly allowPrivilegedDelete?: boolean;
  readonly inheritance?: InheritanceMode;
  readonly applicationDefault?: ApplicationDefault;
  readonly include?: readonly string[];
  readonly returning?: ReturningMode;
  /** Asked before a grant; made of the project, once that is there. */
  readonly guard?: (emulator: Emulator) => AccessGuard;
  readonly dryRun?: boolean;
  readonly isOff?: boolean;
  readonly audit?: WriteAudit;
  readonly logger?: Logger;
  readonly client?: Partial<DescopeClientOptions>;
}

export interface Provisioning extends AsyncDisposable {
  readonly emulator: Emulator;
  readonly address: string;
  readonly provisioner: Provisioner;
  /** The audit lines so far about how attempts ended. */
  readonly audit: AuditEntry[];
  /** Those that were written before something was sent. */
  readonly intents: AuditEntry[];
  /** Milliseconds that anybody would have waited. */
  readonly waited: () => number;
  /** Lets time pass. */
  readonly pass: (ms: number) => void;
  readonly writes: () => readonly SentWrite[];
  readonly state: () => unknown;
  readonly grant: (typeId: string, resource: string, userId: string) => Promise<Ended>;
  readonly revoke: (typeId: string, resource: string, userId: string) => Promise<Ended>;
  readonly sendGrant: (request: GrantRequest, cancelAfterMs?: number) => Promise<Ended>;
  readonly sendRevoke: (request: RevokeRequest, cancelAfterMs?: number) => Promise<Ended>;
  readonly fault: (endpoint: string, fault: Fault, times?: number) => ReturnType<Emulator['faults']['add']>;
}

/** An embedded project, a connector that may change it, its gRPC server and a foreign client. Nobody really waits. */
export async function startProvisioning({
  emulator: given = {},
  at: standing,
  joinTenant = false,
  allowPrivilegedDelete = false,
  inheritance = 'auto',
  applicationDefault = 'unknown',
  include = [],
  returning = 'ignore',
  guard,
  dryRun = false,
  isOff = false,
  audit: sink,
  logger,
  client: clientOptions = {},
}: ProvisioningOptions = {}): Promise<Provisioning> {
  const emulator = standing ?? (await startEmulator({ project: company(), now: clock, ...given }));
  let skipped = 0;
  const now = (): number => performance.now() + skipped;
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    skipped += ms;
  };
  const client = clientOf(emulator, { now, sleep, random: () => 0.5, longestRateWaitMs: 30_000, ...clientOptions });
  const audit: AuditEntry[] = [];
  const intents: AuditEntry[] = [];
  const provisioner = createProvisioner({
    client,
    now,
    sleep,
    joinTenant,
    allowPrivilegedDelete,
    inheritance,
    applicationDefault,
    returning,
    guard: guard?.(emulator),
    dryRun,
    isEnabled: !isOff,
    ...(logger !== undefined && { logger }),
    audit: async (entry) => {
      (entry.outcome === 'intended' ? intents : audit).push(entry);
      await sink?.(entry);
    },
  });
  const connector = createConnector({
    project: client,
    policy: { tenantRoles: 'all', inheritance, include },
    provisioner,
  });
  const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });

  const sendGrant: Provisioning['sendGrant'] = async (request, cancelAfterMs) => {
    const { grants, annotations } = await grpcCall(
      server.address,
      GrantManagerService.method.grant,
      request,
      cancelAfterMs,
    );
    return {
      grants: grants.map(({ id }) => id),
      isOld: annotations.some((one) => anyIs(one, GrantAlreadyExistsSchema)),
      requestId: requestIdOf(annotations),
      metadata: annotations.map((one) => anyUnpack(one, GrantMetadataSchema)).find((one) => one !== undefined)
        ?.metadata,
    };
  };
  const sendRevoke: Provisioning['sendRevoke'] = async (request, cancelAfterMs) => {
    const { annotations } = await grpcCall(server.address, GrantManagerService.method.revoke, request, cancelAfterMs);
    return {
      grants: [],
      isOld: annotations.some((one) => anyIs(one, GrantAlreadyRevokedSchema)),
      requestId: requestIdOf(annotations),
      metadata: annotations.map((one) => anyUnpack(one, GrantMetadataSchema)).find((one) => one !== undefined)
        ?.metadata,
    };
  };

  return {
    emulator,
    address: server.address,
    provisioner,
    audit,
    intents,
    waited: () => skipped,
    pass: (ms) => void (skipped += ms),
    writes: () =>
      emulator.stats.recent
        .filter(({ endpoint }) => isWrite(endpoint))
        .map(({ endpoint, body }) => ({ endpoint, body })),
    state: () => snapshot(emulator.state),
    sendGrant,
    sendRevoke,
    grant: (typeId, resource, userId) =>
      sendGrant({ entitlement: entitlement(typeId, resource), principal: userPrincipal(userId) }),
    revoke: (typeId, resource, userId) =>
      sendRevoke({
        grant: { id: unknownGrantId, entitlement: entitlement(typeId, resource), principal: userPrincipal(userId) },
      }),
    fault: (endpoint, fault, times = 1) => emulator.faults.add({ match: { endpoint }, times, fault }),
    [Symbol.asyncDispose]: async () => {
      await server.stop(200);
      connector.close();
      if (standing === undefined) {
        await emulator.close();
      }
    },
  };
}

/** Whatever is no read: so a write that nobody expects shows, too. */
const isWrite = (endpoint: string): boolean =>
  !endpoint.startsWith('GET ') && !/\/(?:search|all|list|load|history)$/.test(endpoint);

function requestIdOf(annotations: Parameters<typeof anyUnpack>[0][]): string {
  return annotations.map((one) => anyUnpack(one, RequestIdSchema)).find((one) => one !== undefined)?.requestId ?? '';
}

/** The google.rpc.ErrorInfo that a refusal carries; undefined for an error without. */
export function errorInfoOf({
  metadata,
}: ServiceError): { readonly reason: string; readonly domain: string; readonly text: string } | undefined {
  const [rich] = metadata.get('grpc-status-details-bin');
  const details = rich === undefined ? [] : fromBinary(StatusSchema, rich as Buffer).details;
  const info = details.map((detail) => anyUnpack(detail, ErrorInfoSchema)).find((one) => one !== undefined);
  return info && { reason: info.reason, domain: info.domain, text: info.metadata['reason'] ?? '' };
}

/** `POST` and the path of the writes that provisioning knows. */
export const addRole = 'POST /v1/mgmt/user/update/role/add';
export const removeRole = 'POST /v1/mgmt/user/update/role/remove';
export const addTenant = 'POST /v1/mgmt/user/update/tenant/add';
export const updateKey = 'POST /v1/mgmt/accesskey/update';
export const removeTenant = 'POST /v1/mgmt/user/update/tenant/remove';
export const addApp = 'POST /v1/mgmt/user/update/ssoapp/add';
export const removeApp = 'POST /v1/mgmt/user/update/ssoapp/remove';
export const createUser = 'POST /v1/mgmt/user/create';
export const deleteUser = 'POST /v1/mgmt/user/delete';
export const deleteConsents = 'POST /v1/mgmt/thirdparty/consents/delete';
export const deleteTenantConsents = 'POST /v1/mgmt/thirdparty/consents/delete/tenant';
