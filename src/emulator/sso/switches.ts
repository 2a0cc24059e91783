import { choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';

/** Switches that decide how SSO configurations are shown, and what a login through one gives. */
export const ssoSwitches = {
  ssoSettingsAll: sure('documented', choice('offered', 'missing')),
  xaaSettings: sure('seen', choice('offered', 'missing', 'bad-request')),
  ssoIds: sure('documented', choice('present', 'absent')),
  ssoSecrets: sure('seen', choice('empty', 'shown')),
  goneMappedRole: sure('invented', choice('nameless', 'dropped')),
  groupPriority: sure('inferred', choice('off', 'on')),
  overrideRoles: sure('inferred', choice('off', 'on')),
  defaultSsoRoles: sure('inferred', choice('always', 'unmatched')),
} as const;

export type SsoSwitches = SwitchValues<typeof ssoSwitches>;
