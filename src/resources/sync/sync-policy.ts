import type { ApplicationDefault } from '../../access/application-default.ts';
import type { InheritanceMode } from '../../access/inheritance.ts';
import type { DescopeClient } from '../../descope/client.ts';
import type { DanglingPolicy } from './findings.ts';
import type { LastLoginSource } from './last-logins.ts';
import type { UserClient } from './user-walks.ts';

/** What a project's reading needs of the client. */
export type ProjectRead = Pick<
  DescopeClient,
  'projectId' | 'readList' | 'readOfTenant' | 'searchAudit' | 'loginTimes'
> &
  Partial<Pick<DescopeClient, 'ownKeys'>> &
  UserClient;

export interface SyncPolicy extends DanglingPolicy {
  /** Which project role x tenant pairs exist as bindings: every one, or those that somebody holds. */
  readonly tenantRoles: 'all' | 'observed';
  /** Whose setting governs what flows down the tree of tenants; `auto` when left out. */
  readonly inheritance?: InheritanceMode;
  /** Whether a group that is mapped to a role passes the role on to its members now, not at their next login only. */
  readonly expandMappings?: boolean;
  /** What users have who were given no application by name; `unknown` when left out. */
  readonly applicationDefault?: ApplicationDefault;
  /** Where the last login of users is taken from; it is left out when this is. */
  readonly lastLogin?: LastLoginSource | undefined;
  /** Opt-in types that are listed, too; none when left out. */
  readonly include?: readonly string[];
}
