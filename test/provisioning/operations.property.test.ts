import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Fault, ProjectState } from '../../src/emulator/emulator.ts';
import type { AuditEntry } from '../../src/provisioning/audit.ts';
import { createAccount } from '../../src/provisioning/accounts.ts';
import { deleteResource } from '../../src/provisioning/deletions.ts';
import { parseTarget } from '../../src/provisioning/request.ts';
import { invoke } from '../support/actions.ts';
import { createUser, deleteUser, type Provisioning, startProvisioning } from '../support/provisioning-server.ts';

// Whatever sequence of operations runs, and whatever goes wrong with their writes: no record but the named one changes,
// and the audit log, replayed from the beginning, tells the final state.

const people = ['U2Ada', 'U2Bob', 'U2Cleo', 'dora@acme.example', 'eve@acme.example'] as const;
const faults: readonly (Fault | undefined)[] = [
  undefined,
  { kind: 'reset', at: 'before-headers', applied: true },
  { kind: 'reset', at: 'before-headers' },
  { kind: 'status', status: 503, applied: true },
  { kind: 'status', status: 500 },
  { kind: 'status', status: 429, headers: { 'retry-after': '1' } },
  { kind: 'status', status: 400 },
  { kind: 'status', status: 200, body: {} },
];
const operations = ['create', 'invite', 'delete', 'grant', 'revoke'] as const;
/** What each is called with, of a user. */
const argumentsOf = {
  disable_user: {},
  enable_user: {},
  logout_user: {},
  resend_invite: {},
  update_user: { user_profile: { display_name: 'Somebody else', family_name: null } },
  offboard_user: { remove_memberships: true },
  transfer_tenant_role: { to_user_id: 'U2Ada', entitlement_id: 'role_binding:acme/Editor:assigned' },
} as const;
const actions = Object.keys(argumentsOf) as readonly (keyof typeof argumentsOf)[];
const isAction = (what: string): what is keyof typeof argumentsOf => Object.hasOwn(argumentsOf, what);
const asked = fc.record({
  what: fc.constantFrom(...operations, ...actions),
  person: fc.constantFrom(...people),
  target: fc.constantFrom(
    ['tenant', 'acme'],
    ['tenant', 'globex'],
    ['role', 'Editor'],
    ['role_binding', 'acme/Editor'],
  ),
  fault: fc.constantFrom(...faults),
  nth: fc.constantFrom(1, 2),
});
type Asked = typeof asked extends fc.Arbitrary<infer One> ? One : never;

interface Shown {
  status: string;
  roles: string[];
  tenants: Record<string, string[]>;
}
type World = Record<string, Shown>;

/** What audit lines tell of: users with their status, roles and memberships. */
function worldOf(state: ProjectState): World {
  return Object.fromEntries(
    [...state.users()].map(({ userId, status, roleNames, tenants }) => [
      userId,
      {
        status,
        roles: roleNames.toSorted(),
        tenants: Object.fromEntries(tenants.map((one) => [one.tenantId, one.roleNames.toSorted()])),
      },
    ]),
  );
}

async function perform(at: Provisioning, { what, person, target }: Asked): Promise<void> {
  const { provisioner, emulator } = at;
  const id = emulator.state.user(person)?.userId ?? person;
  if (isAction(what)) {
    await invoke(at, what, {
      [what === 'transfer_tenant_role' ? 'from_user_id' : 'user_id']: id,
      ...argumentsOf[what],
    });
  } else if (what === 'grant' || what === 'revoke') {
    const [typeId = '', resourceId = ''] = target;
    await provisioner[what](parseTarget(typeId, resourceId), { typeId: 'user', id });
  } else if (what === 'delete') {
    await deleteResource(provisioner, { typeId: 'user', id }, () => ({ typeId: 'user', id }));
  } else {
    const login =
      emulator.state.user(person)?.loginIds[0] ?? (person.includes('@') ? person : `${person.slice(2)}@acme.example`);
    const profile = { login_id: login, email: login, tenant_ids: ['acme'], send_invite: what === 'invite' };
    const account = { login: '', loginAliases: [], emails: [], profile };
    await createAccount(provisioner, account, () => undefined);
  }
}

/** The world after one line, by what the line says and nothing else. */
function replay(world: World, line: AuditEntry): World {
  const { operation, outcome, after } = line;
  if (after === undefined || !(outcome in changing)) {
    return world;
  }
  const next = structuredClone(world);
  if (operation === 'grant' || operation === 'revoke') {
    const user = next[line.principal ?? ''];
    const tenantId = tenantOf(line.entitlement ?? '');
    if (user !== undefined && tenantId === '') user.roles = [...(after.roles ?? [])].toSorted();
    else if (user !== undefined && after.member === true) user.tenants[tenantId] = [...(after.roles ?? [])].toSorted();
    else if (user !== undefined) delete user.tenants[tenantId];
    return next;
  }
  const id = (line.resource ?? '').replace(/^user:/, '');
  if (after.exists === true) {
    const known = next[id];
    next[id] = {
      status: after.status ?? '',
      roles: (after.roles ?? known?.roles ?? []).toSorted(),
      tenants:
        after.tenants === undefined
          ? (known?.tenants ?? {})
          : Object.fromEntries(after.tenants.map((one) => [one.tenantId, one.roleNames.toSorted()])),
    };
  } else {
    delete next[id];
  }
  return next;
}

const changing = {
  disabled: 1,
  enabled: 1,
  updated: 1,
  granted: 1,
  revoked: 1,
  created: 1,
  invited: 1,
  'maybe-invited': 1,
  'not-invited': 1,
  deleted: 1,
  failed: 1,
};

function tenantOf(entitlement: string): string {
  return /^(?:tenant|role_binding):(acme|globex)/.exec(entitlement)?.[1] ?? '';
}

/** Each user to the last field, save when it was last touched. */
function wholeOf(state: ProjectState): Record<string, unknown> {
  return Object.fromEntries(
    [...state.users()].map((user) => [user.userId, Object.assign({}, user, { modifiedTime: 0 })]),
  );
}

/** Users that differ between two states of the project. */
function changedBetween(before: Record<string, unknown>, after: Record<string, unknown>): readonly string[] {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...ids].filter((id) => JSON.stringify(before[id]) !== JSON.stringify(after[id]));
}

it('no record but the named one changes, and the audit log replays to the final state', async () => {
  let changes = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 4, maxLength: 8 }), async (sequence) => {
      await using at = await startProvisioning();
      const { state } = at.emulator;
      const first = worldOf(state);
      for (const one of sequence) {
        const before = wholeOf(state);
        const lines = at.audit.length;
        const named = state.user(one.person)?.userId;
        const armed =
          one.fault && at.emulator.faults.add({ match: { predicate: isWrite, nth: one.nth }, fault: one.fault });
        const messages = state.invitations().length;
        await perform(at, one).catch(() => undefined);
        armed?.remove();
        const changed = changedBetween(before, wholeOf(state));
        changes += changed.length;
        // a user who was created has a new id
        const meant = [named, ...(one.what === 'transfer_tenant_role' ? ['U2Ada'] : [])];
        expect(changed.filter((id) => !meant.includes(id) && before[id] !== undefined)).toEqual([]);
        expect(changed.length).toBeLessThanOrEqual(meant.length);
        const sent = state.invitations().length - messages;
        const isInviting = (one.what === 'invite' && named === undefined) || one.what === 'resend_invite';
        expect(sent).toBeLessThanOrEqual(isInviting ? 1 : 0);
        const written = at.audit.length - lines;
        expect(isAction(one.what) ? written > 0 : written === 1).toBe(true);
      }
      expect(at.audit.reduce(replay, first)).toEqual(worldOf(state));
    }),
    { numRuns: 20 },
  );
  expect(changes).toBeGreaterThan(3); // else next to nothing was tried
});

const isWrite = ({ endpoint }: { readonly endpoint: string }): boolean =>
  /\/user\/(?:update|patch|logout)/.test(endpoint) || endpoint === createUser || endpoint === deleteUser;
