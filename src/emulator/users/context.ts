import type { Sessions } from './sessions.ts';
import type { AuditLog } from '../audit/log.ts';
import type { Passwords } from './passwords.ts';
import type { UserAttributes } from './attributes.ts';
import type { Invitations } from './invitations.ts';
import type { UserStore } from './store.ts';
import type { UserSwitches } from './switches.ts';
import type { UserNames } from './wire.ts';

/** What the endpoints and controls of users work with. */
export interface UserContext extends UserNames {
  readonly users: UserStore;
  readonly sessions: Sessions;
  readonly passwords: Passwords;
  readonly audit: AuditLog;
  readonly attributes: UserAttributes;
  readonly invitations: Invitations;
  readonly switches: UserSwitches;
  readonly nowSeconds: () => number;
  /** Key of the default order of searches; another key is another order. */
  readonly orderKey: () => number;
  readonly newUserId: () => string;
}
