import type { PresentedKey } from './api.ts';
import { createFaults } from './faults.ts';
import type { FaultPlan } from './faults.ts';
import { startServer } from './http-server.ts';
import type { ProjectSeed } from './families.ts';
import { createProject } from './project.ts';
import type { ProjectState } from './project-state.ts';
import { createStats } from './stats.ts';
import type { RequestStats } from './stats.ts';
import type { Switches } from './switches.ts';

export type { RequestInfo } from './api-request.ts';
export type { ArmedFault, Fault, FaultMatch, FaultPlan, FaultRule } from './faults.ts';
export { parseFault } from './fault-spec.ts';
export type { ProjectState } from './project-state.ts';
export { sampleProject } from './families.ts';
export type { ProjectSeed } from './families.ts';
export type { AccessKey, AccessKeySeed } from './keys/records.ts';
export type { Consent, ConsentSeed } from './apps/consent-records.ts';
export { defaultAppId } from './apps/federated-records.ts';
export type { FederatedApp, FederatedAppSeed } from './apps/federated-records.ts';
export type { ThirdPartyApp, ThirdPartyAppSeed } from './apps/third-party-records.ts';
export type { Descoper, DescoperSeed } from './console/descoper-records.ts';
export { companyKeyId, projectKeyId } from './console/management-key-records.ts';
export type { ManagementKey, ManagementKeySeed } from './console/management-key-records.ts';
export { thisProject } from './console/projects.ts';
export type { Project, ProjectRecordSeed } from './console/projects.ts';
export type { Group, GroupMember, GroupSeed } from './groups.ts';
export type { Permission, PermissionSeed } from './permissions.ts';
export type { Role, RoleSeed } from './roles.ts';
export type { SignIn, SignInRequest } from './sign-in/sign-in.ts';
export type { GivenRole } from './sign-in/mapping.ts';
export { defaultSsoId } from './sso/records.ts';
export type { SsoConfiguration, SsoConfigurationSeed } from './sso/records.ts';
export { secretCanary } from './sso/sample.ts';
export type { Tenant, TenantSeed } from './tenants.ts';
export type { Membership, UserRecord, UserSeed } from './users/records.ts';
export { adaLovelace, danglingRoleNames } from './users/sample.ts';
export type { LoggedRequest, RequestStats } from './stats.ts';
export { defaultSwitches, parseSwitches } from './switches.ts';
export type { Switches } from './switches.ts';

export interface EmulatorOptions {
  /** Default: a 28 character id, which stands for the region without a name. */
  readonly projectId?: string;
  /** A key of the project. */
  readonly managementKey?: string;
  /** A key of the company, which also opens what is about all of its projects. It may be the same text. */
  readonly companyKey?: string;
  /** How many users to generate; default 1,200, or none when `project` is given. Ignored when it lists users. */
  readonly users?: number;
  readonly seed?: number;
  readonly host?: string;
  /** 0 takes any free port. */
  readonly port?: number;
  readonly switches?: Partial<Switches>;
  /** Starts with this instead of the sample company. */
  readonly project?: ProjectSeed;
  /** Wait before every answer; the request itself takes effect before the wait. */
  readonly latencyMs?: number;
  /** Epoch milliseconds: the clock of the stand-in, for created times, the Date header, lag and rate limits. */
  readonly now?: () => number;
}

/** A running stand-in for the Descope Management API. */
export interface Emulator {
  readonly baseUrl: string;
  readonly projectId: string;
  readonly managementKey: string;
  readonly companyKey: string;
  readonly stats: RequestStats;
  readonly state: ProjectState;
  readonly faults: FaultPlan;
  /** Ends at once: connections still open, hung ones too, are dropped. */
  close(): Promise<void>;
}

/** The project and the keys that a stand-in has when nobody says otherwise. All are invented, and open nothing else. */
export const usualKey = {
  projectId: 'P2EmulatorProject00000000000',
  managementKey: 'emulator-management-key',
  companyKey: 'emulator-company-key',
} as const;

/** Starts the stand-in. Rejects when the address is taken. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const projectId = options.projectId ?? usualKey.projectId;
  const managementKey = options.managementKey ?? usualKey.managementKey;
  const companyKey = options.companyKey ?? usualKey.companyKey;
  const now = options.now ?? Date.now;
  const { api, state, beforeRequest, switches } = createProject({
    projectId,
    users: options.users,
    seed: options.seed ?? 1,
    project: options.project,
    switches: options.switches ?? {},
    now,
  });
  const stats = createStats();
  const faults = createFaults();
  const server = await startServer({
    host: options.host ?? '127.0.0.1',
    port: options.port ?? 0,
    keys: new Map<string, PresentedKey>([
      [`Bearer ${projectId}:${managementKey}`, { scope: 'project', namesProject: true }],
      [`Bearer ${projectId}:${companyKey}`, { scope: 'company', namesProject: true }],
      [`Bearer ${companyKey}`, { scope: 'company', namesProject: false }],
    ]),
    latencyMs: options.latencyMs ?? 0,
    now,
    switches,
    api,
    faults,
    stats,
    beforeRequest,
  });
  return {
    baseUrl: server.baseUrl,
    projectId,
    managementKey,
    companyKey,
    stats,
    state,
    faults,
    close: () => server.close(),
  };
}
