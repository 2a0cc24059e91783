import type { JsonObject } from '@bufbuild/protobuf';
import type { Emulator } from '../../src/emulator/emulator.ts';

type State = Emulator['state'];

/** One write of one action on Bob. */
export interface MatrixRow {
  readonly name: string;
  readonly args: JsonObject;
  readonly endpoint: string;
  /** What the action changes in all. */
  readonly change: (state: State) => unknown;
  /** What it has changed before this write. */
  readonly before?: (state: State) => unknown;
  /** Whether a look shows the effect; where none does, the write is sent again when its answer is lost. */
  readonly isShown: boolean;
  readonly typeId?: string;
  /** Takes the record away; Bob where nothing is said. */
  readonly gone?: (state: State) => unknown;
  /** True where a record that is gone is no failure. */
  readonly mayBeGone?: true;
}

const bob = { user_id: 'U2Bob' };
const disabled = (state: State): unknown => state.updateUser('U2Bob', { status: 'disabled' });
const nothing = (): undefined => undefined;

const keyBob = { access_key_id: 'K2Bob' };
const keyOff = (state: State): unknown => state.putAccessKey({ id: 'K2Bob', status: 'inactive' });

/** Every write of every action. */
export const rows: readonly MatrixRow[] = [
  {
    name: 'disable_user',
    args: bob,
    endpoint: 'POST /v1/mgmt/user/update/status',
    change: disabled,
    isShown: true,
  },
  {
    name: 'disable_user',
    args: bob,
    endpoint: 'POST /v1/mgmt/user/logout',
    change: disabled,
    before: disabled,
    isShown: false,
  },
  { name: 'logout_user', args: bob, endpoint: 'POST /v1/mgmt/user/logout', change: nothing, isShown: false },
  {
    name: 'remove_passkeys',
    args: bob,
    endpoint: 'POST /v1/mgmt/user/passkeys/delete',
    change: (state) => state.updateUser('U2Bob', { webauthn: false }),
    isShown: true,
  },
  {
    name: 'remove_totp',
    args: bob,
    endpoint: 'POST /v1/mgmt/user/totp/delete',
    change: (state) => state.updateUser('U2Bob', { TOTP: false }),
    isShown: true,
  },
  {
    name: 'expire_password',
    args: bob,
    endpoint: 'POST /v1/mgmt/user/password/expire',
    change: nothing,
    isShown: false,
  },
  {
    name: 'disable_access_key',
    args: keyBob,
    endpoint: 'POST /v1/mgmt/accesskey/deactivate',
    change: keyOff,
    isShown: true,
    gone: (state) => state.deleteAccessKey('K2Bob'),
  },
  {
    name: 'enable_access_key',
    args: { access_key_id: 'K2Off' },
    endpoint: 'POST /v1/mgmt/accesskey/activate',
    change: (state) => state.putAccessKey({ id: 'K2Off', status: 'active' }),
    isShown: true,
    gone: (state) => state.deleteAccessKey('K2Off'),
  },
  {
    name: 'delete',
    typeId: 'user',
    args: bob,
    endpoint: 'POST /v1/mgmt/user/delete',
    // The keys that act as the user are deactivated first.
    before: keyOff,
    change: (state) => {
      keyOff(state);
      state.deleteUser('U2Bob');
    },
    isShown: true,
    mayBeGone: true,
  },
  {
    name: 'transfer_tenant_role',
    args: { from_user_id: 'U2Bob', to_user_id: 'U2Ada', entitlement_id: 'role_binding:acme/Editor:assigned' },
    endpoint: 'POST /v1/mgmt/user/update/role/add',
    change: (state) => {
      state.grantRole('U2Ada', 'Editor', 'acme');
      state.revokeRole('U2Bob', 'Editor', 'acme');
    },
    isShown: true,
    gone: (state) => state.deleteUser('U2Ada'),
  },
  {
    name: 'transfer_tenant_role',
    args: { from_user_id: 'U2Bob', to_user_id: 'U2Ada', entitlement_id: 'role_binding:acme/Editor:assigned' },
    endpoint: 'POST /v1/mgmt/user/update/role/remove',
    before: (state) => state.grantRole('U2Ada', 'Editor', 'acme'),
    change: (state) => {
      state.grantRole('U2Ada', 'Editor', 'acme');
      state.revokeRole('U2Bob', 'Editor', 'acme');
    },
    isShown: true,
    mayBeGone: true,
  },
];
