import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { addRole, addTenant, clock, company, removeRole, removeTenant, snapshot } from './provisioning-server.ts';

type Change = (state: Emulator['state']) => unknown;
const known = new Map<Change, unknown>();

/** The project as it would be after a change made by hand: every field of every object. */
export async function expected(change: Change): Promise<unknown> {
  const before = known.get(change);
  if (before !== undefined) {
    return before;
  }
  const emulator = await startEmulator({ project: company(), now: clock });
  change(emulator.state);
  const state = snapshot(emulator.state);
  await emulator.close();
  known.set(change, state);
  return state;
}

/** One kind of access: Ada is given it, and Bob, who holds the same name in other scopes besides, loses it. */
export const kinds = [
  {
    kind: 'a role of the project',
    typeId: 'role',
    resource: 'Editor',
    given: (state: Emulator['state']) => state.grantRole('U2Ada', 'Editor'),
    added: { endpoint: addRole, body: { loginId: 'U2Ada', roleNames: ['Editor'] } },
    taken: (state: Emulator['state']) => state.revokeRole('U2Bob', 'Editor'),
    removed: { endpoint: removeRole, body: { loginId: 'U2Bob', roleNames: ['Editor'] } },
  },
  {
    kind: "a tenant's own role",
    typeId: 'role',
    resource: 'acme/Approver',
    given: (state: Emulator['state']) => state.grantRole('U2Ada', 'Approver', 'acme'),
    added: { endpoint: addRole, body: { loginId: 'U2Ada', roleNames: ['Approver'], tenantId: 'acme' } },
    taken: (state: Emulator['state']) => state.revokeRole('U2Bob', 'Approver', 'acme'),
    removed: { endpoint: removeRole, body: { loginId: 'U2Bob', roleNames: ['Approver'], tenantId: 'acme' } },
  },
  {
    kind: 'a role of the project inside a tenant',
    typeId: 'role_binding',
    resource: 'acme/Editor',
    given: (state: Emulator['state']) => state.grantRole('U2Ada', 'Editor', 'acme'),
    added: { endpoint: addRole, body: { loginId: 'U2Ada', roleNames: ['Editor'], tenantId: 'acme' } },
    taken: (state: Emulator['state']) => state.revokeRole('U2Bob', 'Editor', 'acme'),
    removed: { endpoint: removeRole, body: { loginId: 'U2Bob', roleNames: ['Editor'], tenantId: 'acme' } },
  },
  {
    kind: 'a membership',
    typeId: 'tenant',
    resource: 'globex',
    given: (state: Emulator['state']) => state.joinTenant('U2Ada', 'globex'),
    added: { endpoint: addTenant, body: { loginId: 'U2Ada', tenantId: 'globex' } },
    taken: (state: Emulator['state']) => state.leaveTenant('U2Bob', 'globex'),
    removed: { endpoint: removeTenant, body: { loginId: 'U2Bob', tenantId: 'globex' } },
  },
] as const;
