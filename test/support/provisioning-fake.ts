import type { WholeList } from '../../src/descope/whole-list.ts';
import type { CallOptions } from '../../src/descope/http/call.ts';
import type { Role } from '../../src/descope/roles.ts';
import type { Tenant } from '../../src/descope/tenants.ts';
import type { User } from '../../src/descope/users/user.ts';
import type { UserChange, WriteOutcome } from '../../src/descope/users/user-writes.ts';
import type { AuditEntry } from '../../src/provisioning/audit.ts';
import { createProvisioner, type Provisioner, type ProvisionerOptions } from '../../src/provisioning/provisioner.ts';
import { inTenant } from './project-fixture.ts';

/** What a test does with a write, instead of having it carried out. */
export type OnWrite = (change: UserChange, carryOut: () => User) => WriteOutcome;

/** A project of rows behind the provisioner, without HTTP: it notes every call, in order. */
export interface FakeProject {
  tenants: readonly Tenant[];
  roles: readonly Role[];
  users: readonly User[];
  nowMs: number;
  onWrite: OnWrite | undefined;
  /** Called before a load is answered. */
  onLoad: (() => void) | undefined;
  readonly calls: string[];
  readonly requestIds: Set<string | undefined>;
  readonly slept: number[];
  /** How attempts ended. */
  readonly audit: AuditEntry[];
  /** What was written down before something was sent. */
  readonly intents: AuditEntry[];
  readonly provisioner: Provisioner;
}

export function createFakeProject(
  rows: Pick<FakeProject, 'tenants' | 'roles' | 'users'>,
  options: Partial<ProvisionerOptions> = {},
): FakeProject {
  const note = (call: string, { requestId }: CallOptions = {}): void => {
    fake.calls.push(call);
    fake.requestIds.add(requestId);
  };
  const provisioner = createProvisioner({
    client: {
      readList: async <Row>({ what }: WholeList<Row>, call?: CallOptions) => {
        note(what, call);
        return (what === 'tenants' ? fake.tenants : fake.roles) as readonly unknown[] as readonly Row[];
      },
      loadForWrite: async (userId, call) => {
        note('load', call);
        fake.onLoad?.();
        return fake.users.find((row) => row.userId === userId);
      },
      writeUser: async (change, call) => {
        note(`${change.operation} ${change.tenantId}/${change.roleName ?? ''}`, call);
        call?.onRequest?.('a write');
        const carryOut = (): User => {
          fake.users = fake.users.map((row) => (row.userId === change.userId ? applied(row, change) : row));
          const changed = fake.users.find((row) => row.userId === change.userId);
          if (changed === undefined) {
            throw new Error('the fake has no such user');
          }
          return changed;
        };
        return fake.onWrite?.(change, carryOut) ?? { kind: 'answered', user: carryOut() };
      },
    },
    audit: async (entry) => void (entry.outcome === 'intended' ? fake.intents : fake.audit).push(entry),
    now: () => fake.nowMs,
    sleep: async (ms) => void fake.slept.push(ms),
    ...options,
  });
  const fake: FakeProject = {
    ...rows,
    nowMs: 0,
    onWrite: undefined,
    onLoad: undefined,
    calls: [],
    requestIds: new Set(),
    slept: [],
    audit: [],
    intents: [],
    provisioner,
  };
  return fake;
}

function applied(row: User, { operation, tenantId, roleName }: UserChange): User {
  const changed = (names: readonly string[]): readonly string[] =>
    roleName === undefined
      ? names
      : operation === 'add'
        ? [...new Set([...names, roleName])]
        : names.filter((name) => name !== roleName);
  if (tenantId === '') {
    return { ...row, roleNames: changed(row.roleNames) };
  }
  const others = row.userTenants.filter((entry) => entry.tenantId !== tenantId);
  const own = row.userTenants.find((entry) => entry.tenantId === tenantId);
  if (roleName === undefined && operation === 'remove') {
    return { ...row, userTenants: others };
  }
  return { ...row, userTenants: [...others, inTenant(tenantId, ...changed(own?.roleNames ?? []))] };
}
