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
  /** How many records the action writes to by this endpoint; 1 where nothing is said. */
  readonly records?: number;
  /** By how many steps it does so where each of them fails; as many as `records` where nothing is said. */
  readonly failing?: number;
  /** What an action of several steps leaves when this write never works; what was done `before` where nothing is said. */
  readonly left?: (state: State) => unknown;
  /** What an action of several steps does besides, where the record is gone just before this write. */
  readonly leftOfGone?: (state: State) => unknown;
}

const bob = { user_id: 'U2Bob' };
const disabled = (state: State): unknown => state.updateUser('U2Bob', { status: 'disabled' });
const nothing = (): undefined => undefined;

const profiled = { ...bob, user_profile: { display_name: 'Robert', email: 'rob@acme.example', phone: '+12025550199' } };
const named =
  (...fields: readonly (keyof typeof profiles)[]) =>
  (state: State): unknown =>
    state.updateUser('U2Bob', Object.assign({}, ...fields.map((field) => profiles[field])) as object);
/** What a new address says of itself goes with it. */
const profiles = {
  name: { name: 'Robert' },
  email: { email: 'rob@acme.example', verifiedEmail: false },
  phone: { phone: '+12025550199', verifiedPhone: false },
} as const;

/** The steps of an offboarding that also leaves the tenants, in their order. */
const offboarding = {
  disable: (state: State): unknown => state.updateUser('U2Bob', { status: 'disabled' }),
  keys: (state: State): unknown => state.putAccessKey({ id: 'K2Bob', status: 'inactive' }),
  ledger: (state: State): void => ['TPC2Bob', 'TPC2BobAcme'].forEach((id) => state.deleteConsent(id)),
  mail: (state: State): unknown => state.deleteConsent('TPC2BobMail'),
  acme: (state: State): unknown => state.leaveTenant('U2Bob', 'acme'),
  globex: (state: State): unknown => state.leaveTenant('U2Bob', 'globex'),
} as const;

/** An offboarding without these steps. */
const offboarded =
  (...without: readonly (keyof typeof offboarding)[]) =>
  (state: State): void => {
    for (const [step, change] of Object.entries(offboarding)) {
      if (!without.some((name) => name === step)) change(state);
    }
  };
/** Of a user who is gone: what does not belong to the user's record. */
const offboardedGone = offboarded('disable', 'acme', 'globex');
const offboard = { ...bob, remove_memberships: true };

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
  {
    name: 'update_user',
    args: profiled,
    endpoint: 'POST /v1/mgmt/user/update/email',
    change: named('name', 'email', 'phone'),
    isShown: true,
  },
  {
    name: 'update_user',
    args: profiled,
    endpoint: 'POST /v1/mgmt/user/update/phone',
    before: named('email'),
    change: named('name', 'email', 'phone'),
    isShown: true,
  },
  {
    name: 'update_user',
    args: profiled,
    endpoint: 'PATCH /v1/mgmt/user/patch',
    before: named('email', 'phone'),
    change: named('name', 'email', 'phone'),
    isShown: true,
  },
  {
    name: 'offboard_user',
    args: offboard,
    endpoint: 'POST /v1/mgmt/user/update/status',
    change: offboarded(),
    left: offboarded('disable'),
    leftOfGone: offboardedGone,
    isShown: true,
  },
  {
    name: 'offboard_user',
    args: offboard,
    endpoint: 'POST /v1/mgmt/user/logout',
    change: offboarded(),
    left: offboarded(),
    failing: 2,
    leftOfGone: offboardedGone,
    isShown: false,
  },
  {
    name: 'offboard_user',
    args: offboard,
    endpoint: 'POST /v1/mgmt/accesskey/deactivate',
    change: offboarded(),
    left: offboarded('keys'),
    leftOfGone: offboarded('keys'),
    gone: (state) => state.deleteAccessKey('K2Bob'),
    isShown: true,
  },
  {
    name: 'offboard_user',
    args: offboard,
    endpoint: 'POST /v1/mgmt/thirdparty/consents/delete',
    change: offboarded(),
    records: 3,
    failing: 2,
    mayBeGone: true,
    left: offboarded('ledger', 'mail'),
    leftOfGone: offboardedGone,
    isShown: true,
  },
  {
    name: 'offboard_user',
    args: offboard,
    endpoint: 'POST /v1/mgmt/user/update/tenant/remove',
    change: offboarded(),
    records: 2,
    left: offboarded('acme', 'globex'),
    leftOfGone: offboardedGone,
    isShown: true,
    mayBeGone: true,
  },
];
