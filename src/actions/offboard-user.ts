import { accessKeyList } from '../descope/access-keys.ts';
import { consentList } from '../descope/consents.ts';
import { printable } from '../printable.ts';
import { ConnectorError } from '../errors.ts';
import { parseTarget } from '../provisioning/request.ts';
import { disabling, loggingOut } from '../provisioning/user-status.ts';
import { type Action, type ActionCall, ActionFailed } from './action.ts';
import { flagArgument, textArgument } from './arguments.ts';
import { onKey } from './key-action.ts';
import { createSteps, type Steps } from './steps.ts';
import { message, onUser, userId } from './user-action.ts';

const removeMemberships = 'remove_memberships';

export const offboardUser: Action = {
  words: {
    name: 'offboard_user',
    displayName: 'Offboard user',
    description:
      'Disables the user, ends the sessions, deactivates the access keys that act as the user, takes back the consents ' +
      'to third-party apps and, where asked, removes the user from all tenants. A step that fails does not keep the ' +
      'next ones from being done, and the action has failed at the end.',
    kinds: ['account', 'dynamic'],
    arguments: [
      userId,
      {
        name: removeMemberships,
        displayName: 'Remove memberships',
        description:
          'Also removes the user from every tenant, with the roles there. They do not come back when the user is enabled.',
        type: 'flag',
      },
    ],
    results: [
      message,
      {
        name: 'steps',
        displayName: 'Steps',
        description: 'A row for each step, such as "disable: disabled".',
        type: 'texts',
      },
      {
        name: 'failed_steps',
        displayName: 'Failed steps',
        description: 'The names of steps that failed.',
        type: 'texts',
      },
    ],
  },
  operation: 'disable',
  cannotUndo: 'consents are taken back for good, and with remove_memberships the roles in all tenants',
  run: async (call) => {
    const id = textArgument(call.args, userId.name);
    await call.provisioner.read({ operation: 'disable', resource: `user:${id}` }, () => checkUser(call, id));
    const steps = createSteps();
    const disabled = await steps.run(
      'disable',
      () => onUser(call, 'disable', disabling),
      ({ outcome }) => outcome,
    );
    // Whoever was disabled before, or cannot be, may still have sessions.
    if (disabled === undefined || disabled.outcome === 'already-disabled') {
      await steps.run(
        'log_out',
        () => onUser(call, 'log-out', loggingOut),
        ({ outcome }) => outcome,
      );
    }
    await disableKeys(call, id, steps);
    await takeConsents(call, id, steps);
    if (flagArgument(call.args, removeMemberships)) {
      await leaveTenants(call, id, steps);
    }
    return ended(id, steps);
  },
};

function ended(id: string, { rows, failed, error }: Steps) {
  const response = { steps: [...rows], failed_steps: [...failed] };
  const who = `user ${printable(id)}`;
  if (error !== undefined) {
    throw new ActionFailed(
      error.kind,
      `${failed.length} of the steps to offboard ${who} failed (${failed.join(', ')}), the others are done; the first: ${error.message}`,
      { ...response, message: `${who} is offboarded in part` },
    );
  }
  const isPlanned = rows.some((row) => row.endsWith(': planned'));
  const message = isPlanned
    ? `${who} would be offboarded by these steps`
    : `the steps to offboard ${who} have ended well`;
  return { ...response, message };
}

/** Every step names the user by this id: one who is not there, or is called so by a login, must stop it at once. */
async function checkUser(call: ActionCall, id: string): Promise<void> {
  if ((await call.provisioner.tools.client.loadForWrite(id, optionsOf(call))) === undefined) {
    throw new ConnectorError('not-found', `there is no user ${printable(id)}: nothing was sent`);
  }
}

async function disableKeys(call: ActionCall, id: string, steps: Steps): Promise<void> {
  const { client } = call.provisioner.tools;
  const keys = await steps.run(
    'find_keys',
    () => client.readList(accessKeyList, optionsOf(call)),
    (all) => `${all.filter(({ boundUserId }) => boundUserId === id).length} act as the user`,
  );
  for (const key of keys?.filter(({ boundUserId }) => boundUserId === id) ?? []) {
    await steps.run(
      `disable_key ${printable(key.id)}`,
      () => onKey(call, 'disable', key.id),
      ({ outcome }) => outcome,
    );
  }
}

/** Those of the user in whatever tenant; a consent that a tenant gave is the tenant's. */
async function takeConsents(call: ActionCall, id: string, steps: Steps): Promise<void> {
  const { client } = call.provisioner.tools;
  let isOffered = true;
  const read = { ...optionsOf(call), onNotOffered: () => void (isOffered = false) };
  const consents = await steps.run(
    'find_consents',
    () => client.readList(consentList, read),
    (all) =>
      isOffered
        ? `${all.filter(({ userId: of }) => of === id).length} of the user`
        : 'this deployment of Descope does not tell of third-party apps',
  );
  const apps = new Set(consents?.filter(({ userId: of }) => of === id).map(({ appId }) => appId));
  for (const appId of apps) {
    await steps.run(
      `remove_consents ${printable(appId)}`,
      () => revoke(call, parseTarget('third_party_app', appId), id),
      ({ outcome }) => outcome,
    );
  }
}

async function leaveTenants(call: ActionCall, id: string, steps: Steps): Promise<void> {
  const { client } = call.provisioner.tools;
  const user = await steps.run(
    'find_memberships',
    () => client.loadForWrite(id, optionsOf(call)),
    (found) => `${found?.userTenants.length ?? 0} tenants`,
  );
  for (const { tenantId } of user?.userTenants ?? []) {
    await steps.run(
      `leave_tenant ${printable(tenantId)}`,
      () => revoke(call, parseTarget('tenant', tenantId), id),
      ({ outcome }) => outcome,
    );
  }
}

async function revoke(
  { provisioner, attempted, signal }: ActionCall,
  target: ReturnType<typeof parseTarget>,
  id: string,
) {
  const change = await provisioner.revoke(target, { typeId: 'user', id }, signal);
  attempted(change);
  return change;
}

function optionsOf({ signal }: ActionCall) {
  return signal === undefined ? {} : { signal };
}
