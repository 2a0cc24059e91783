import { listedThirdPartyApps } from '../access/app-lists.ts';
import { listedTenants } from '../access/catalog-list.ts';
import { ConnectorError } from '../errors.ts';
import type { Planner, Progress } from './plan.ts';
import { described } from './principal.ts';
import type { Asked, ProvisionedType } from './provisioned-type.ts';
import { checkCouldExist } from './revoke.ts';
import type { Step } from './step.ts';

const refusedGrant =
  "a consent is given by the user or the tenant itself, on the app's consent screen, and by nobody for them; what " +
  'the app may ask for is managed at the app in the Descope console';

/** What a user or a tenant allowed a third-party app to do: it can be taken back, and not be given for somebody. */
export const provisionedThirdPartyApp: ProvisionedType = {
  typeId: 'third_party_app',
  idExample: 'TPA2abc',
  parseId: () => ({ tenantId: '', roleName: undefined }),
  entitlements: [
    {
      slug: 'consent',
      gives: 'consent',
      lists: [listedThirdPartyApps, listedTenants],
      refusedGrant,
      planGrant: () => () => {
        throw new ConnectorError('refused', refusedGrant);
      },
      planRevoke: planRevokeOfConsent,
    },
  ],
};

/** Whoever consents anew while consents are taken back is followed so often. */
const mostAnew = 2;

/**
 * Plans to delete each consent of one user, or of one tenant, to one app, by its id, until a search shows none. A user's
 * consents in several tenants are one grant; a tenant's are apart from those of its users.
 */
function planRevokeOfConsent({ subject }: Asked): Planner {
  return ({ record }, progress) => {
    if (record === undefined) {
      checkCouldExist(subject, progress);
    }
    const [first, ...others] = (record?.consents ?? []).map(({ id }) => taking(id));
    if (first === undefined) {
      return { kind: 'settled', isOurs: progress.mayBeOurs || progress.effected.length > 0 };
    }
    const anew = takenAnew(progress);
    if (anew.size >= mostAnew && !anew.has(first.consentId)) {
      throw new ConnectorError(
        'inconsistent',
        `${described(subject)} consents anew while consents are taken back: one is left; ask again, or block the app in ` +
          'the Descope console',
        { sent: progress.sent.length },
      );
    }
    return { kind: 'due', steps: [first, ...others] };
  };
}

function taking(consentId: string): Step {
  return { operation: 'remove', tenantId: '', roleName: undefined, consentId };
}

/** The consents that were taken back and were not there at first. */
function takenAnew({ seen: [first], sent }: Progress): ReadonlySet<string | undefined> {
  const atFirst = new Set(first?.record?.consents?.map(({ id }) => id));
  return new Set(sent.map(({ step }) => step.consentId).filter((id) => id !== undefined && !atFirst.has(id)));
}
