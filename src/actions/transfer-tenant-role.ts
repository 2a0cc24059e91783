import { holds } from '../access/holding.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Change } from '../provisioning/change.ts';
import { parseEntitlementArgument, parseTarget } from '../provisioning/request.ts';
import { type Action, type ActionCall, ActionFailed } from './action.ts';
import { textArgument } from './arguments.ts';
import { message, policyText, userId } from './user-action.ts';

const from = 'from_user_id';
const to = 'to_user_id';
const entitlement = 'entitlement_id';

export const transferTenantRole: Action = {
  words: {
    name: 'transfer_tenant_role',
    displayName: 'Transfer tenant role',
    description:
      'Gives a role inside a tenant to one user, and then takes it from another. Nobody is without it meanwhile, and ' +
      'where the first fails the second is not begun.',
    kinds: ['dynamic'],
    arguments: [
      { ...userId, name: from, displayName: 'From', description: 'The id of the user who holds the role.' },
      { ...userId, name: to, displayName: 'To', description: 'The id of the user who is given the role.' },
      {
        name: entitlement,
        displayName: 'Entitlement',
        description: 'The role inside the tenant, such as role_binding:acme/Editor:assigned.',
        type: 'text',
        isRequired: true,
      },
    ],
    results: [message],
  },
  operation: 'grant',
  run: async (call) => {
    const [fromId, toId] = [textArgument(call.args, from), textArgument(call.args, to)];
    const words = { operation: 'grant', entitlement: textArgument(call.args, entitlement), principal: toId } as const;
    const { target, isHeld } = await call.provisioner.read(words, () => readTransfer(call, fromId, toId));
    const given = noted(call, await call.provisioner.grant(target, { typeId: 'user', id: toId }, call.signal));
    const taken = await takenFrom(call, fromId, target, given);
    const isPlanned = [given, taken].some(({ outcome }) => outcome === 'planned');
    const done = isPlanned
      ? 'would be transferred'
      : isHeld
        ? 'is transferred'
        : 'was transferred already: nothing was sent';
    const policy = policyText(given.policy, isPlanned);
    return {
      message: `${given.words.target} ${done}, from ${taken.words.principal} to ${given.words.principal}${policy}`,
    };
  },
};

/** What is to be transferred, and whether the first user still holds it. Refuses where there is nothing to transfer. */
async function readTransfer(
  call: ActionCall,
  fromId: string,
  toId: string,
): Promise<{ readonly target: Target; readonly isHeld: boolean }> {
  const target = targetOf(textArgument(call.args, entitlement));
  if (fromId === toId) {
    throw new ConnectorError('invalid', `${from} and ${to} are the same user: nothing was sent`);
  }
  const isHeld = await holdsNow(call, fromId, target);
  if (!isHeld && !(await holdsNow(call, toId, target))) {
    throw new ConnectorError(
      'precondition',
      `user ${printable(fromId)} does not hold ${textArgument(call.args, entitlement)} directly: there is nothing to ` +
        'transfer, and nothing was sent',
    );
  }
  return { target, isHeld };
}

/** Once the other user holds the role, a failure leaves it with both: that must be told. */
async function takenFrom(call: ActionCall, fromId: string, target: Target, given: Change): Promise<Change> {
  try {
    return noted(call, await call.provisioner.revoke(target, { typeId: 'user', id: fromId }, call.signal));
  } catch (thrown) {
    if (thrown instanceof ConnectorError && given.outcome !== 'planned') {
      throw new ActionFailed(
        thrown.kind,
        `${given.words.principal} holds it now, and taking it from user ${printable(fromId)} failed: ${thrown.message}`,
        { message: `${given.words.target} may be held by both` },
      );
    }
    throw thrown;
  }
}

function noted({ attempted }: ActionCall, change: Change): Change {
  attempted(change);
  return change;
}

function targetOf(id: string): Target {
  const parts = parseEntitlementArgument(id);
  if (parts?.typeId !== 'role_binding') {
    throw new ConnectorError(
      'invalid',
      `${entitlement} must be a role inside a tenant, such as role_binding:acme/Editor:assigned`,
    );
  }
  return parseTarget(parts.typeId, parts.resourceId, parts.slug);
}

async function holdsNow({ provisioner, signal }: ActionCall, id: string, target: Target): Promise<boolean> {
  const user = await provisioner.tools.client.loadForWrite(id, signal === undefined ? {} : { signal });
  if (user === undefined) {
    throw new ConnectorError('not-found', `there is no user ${printable(id)}: nothing was sent`);
  }
  return holds(user, target);
}
