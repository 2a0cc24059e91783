import { amount, choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';

/** Switches that decide about access keys and about the keys of SCIM among them. */
export const accessKeySwitches = {
  expiredKeyStatus: sure('invented', choice('as-set', 'expired')),
  unknownKeyStatus: sure('invented', amount(404, 400, 499)),
  activationLagSeconds: sure('seen', amount(0, 0, 86_400)),
  keyRolesAndTenants: sure('inferred', choice('both', 'exclusive')),
  danglingKeyRoles: sure('invented', choice('accept', 'reject')),
  uneditableKeys: sure('invented', choice('reject', 'accept')),
  keySecrets: sure('documented', choice('absent', 'shown')),
  scimKeys: sure('documented', choice('offered', 'missing', 'bad-request')),
} as const;

export type AccessKeySwitches = SwitchValues<typeof accessKeySwitches>;
