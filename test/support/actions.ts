import type { JsonObject } from '@bufbuild/protobuf';
import type { Emulator, ProjectSeed } from '../../src/emulator/emulator.ts';
import { startEmulator } from '../../src/emulator/emulator.ts';
import { ActionService, BatonActionStatus } from '../../src/gen/c1/connector/v2/action_pb.ts';
import { grpcCall } from './grpc-call.ts';
import { clock, company, type Provisioning, snapshot } from './provisioning-server.ts';

/** How a call of an action ended, as a platform sees it. */
export interface ActionAnswer {
  readonly status: keyof typeof BatonActionStatus;
  readonly response: JsonObject;
}

function nameOf(status: BatonActionStatus): ActionAnswer['status'] {
  const [name = 'UNKNOWN'] = Object.entries(BatonActionStatus).find(([, value]) => value === status) ?? [];
  return name as ActionAnswer['status'];
}

/** Calls an action over gRPC, and waits for its end. */
export async function invoke(
  { address }: Pick<Provisioning, 'address'>,
  name: string,
  args: JsonObject,
  resourceTypeId = '',
): Promise<ActionAnswer> {
  const { status, response = {} } = await grpcCall(address, ActionService.method.invokeAction, {
    name,
    args,
    resourceTypeId,
    inlineWait: { seconds: 20n },
  });
  return { status: nameOf(status), response };
}

const bob = {
  password: true,
  verifiedEmail: true,
  webauthn: true,
  TOTP: true,
  phone: '+12025550101',
  familyName: 'Bo',
};

/**
 * The small company, with people who could be taken for one another: Dee is disabled, and one of her login ids is the
 * user id of somebody who never was; Eve was invited; Fay's only way in is a passkey, Gus' an authenticator.
 */
export function people(): ProjectSeed {
  const { users = [], ...rest } = company();
  return {
    ...rest,
    accessKeys: [
      { id: 'K2Bob', name: 'Scripts of Bob', boundUserId: 'U2Bob' },
      { id: 'K2BobOff', name: 'Old scripts of Bob', boundUserId: 'U2Bob', status: 'inactive' },
      { id: 'K2Ada', name: 'Scripts of Ada', boundUserId: 'U2Ada' },
      { id: 'K2Free', name: 'Nightly export', roleNames: ['Viewer'] },
      { id: 'K2Off', name: 'Paused export', status: 'inactive' },
      { id: 'K2Past', name: 'Old export', status: 'inactive', expireTime: 1_600_000_000 },
    ],
    thirdPartyApps: [
      { id: 'TPA2Ledger', name: 'Ledger Sync' },
      { id: 'TPA2Mail', name: 'Mail' },
    ],
    consents: [
      { id: 'TPC2Bob', appId: 'TPA2Ledger', userId: 'U2Bob' },
      { id: 'TPC2BobAcme', appId: 'TPA2Ledger', userId: 'U2Bob', tenantId: 'acme' },
      { id: 'TPC2BobMail', appId: 'TPA2Mail', userId: 'U2Bob' },
      { id: 'TPC2Ada', appId: 'TPA2Ledger', userId: 'U2Ada' },
      { id: 'TPC2Acme', appId: 'TPA2Ledger', tenantId: 'acme' },
    ],
    users: [
      ...users.map((user) => (user.userId === 'U2Bob' ? Object.assign({}, user, bob) : user)),
      {
        userId: 'U2Dee',
        loginIds: ['dee@acme.example', 'U2Never'],
        name: 'Dee',
        email: 'dee@acme.example',
        status: 'disabled',
        webauthn: true,
        TOTP: true,
      },
      { userId: 'U2Eve', name: 'Eve', email: 'eve@acme.example', status: 'invited' },
      { userId: 'U2Fay', loginIds: ['fay'], name: 'Fay', webauthn: true },
      { userId: 'U2Gus', loginIds: ['gus'], name: 'Gus', TOTP: true },
    ],
  };
}

/** The whole project as it should be after a change, and after nothing else. */
export async function peopleAfter(change: (state: Emulator['state']) => unknown): Promise<unknown> {
  const emulator = await startEmulator({ project: people(), now: clock });
  change(emulator.state);
  const state = snapshot(emulator.state);
  await emulator.close();
  return state;
}
