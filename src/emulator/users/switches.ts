import { amount, choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';

/** Switches that decide about users: how they are searched, and what changes of them do. */
export const userSwitches = {
  maxLimit: sure('invented', amount(100, 1, 100_000)),
  overMaxLimit: sure('invented', choice('clamp', 'reject')),
  offset: sure('documented', choice('supported', 'unknown-field')),
  sort: sure('documented', choice('supported', 'unknown-field', 'ignored')),
  createdTimeFilter: sure('documented', choice('supported', 'unknown-field', 'ignored', 'hides-invited')),
  defaultOrder: sure('invented', choice('hashed', 'shuffled')),
  tieOrder: sure('inferred', choice('stable', 'shuffled')),
  total: sure('inferred', choice('exact', 'constant', 'growing', 'oscillating', 'page-length', 'zero')),
  totalDrift: sure('invented', amount(1, -1_000_000, 1_000_000)),
  searchLagSeconds: sure('inferred', amount(0, 0, 86_400)),
  searchLagReads: sure('inferred', amount(0, 0, 1_000_000)),
  loadLagSeconds: sure('seen', amount(0, 0, 86_400)),
  loadLagReads: sure('seen', amount(0, 0, 1_000_000)),
  v1RoleAddNonMember: sure('inferred', choice('reject', 'join')),
  v2RoleAddNonMember: sure('seen', choice('join', 'reject')),
  repeatedChange: sure('inferred', choice('accept', 'reject')),
  removeDanglingRole: sure('invented', choice('accept', 'reject')),
  unknownUserStatus: sure('seen', amount(404, 400, 499)),
  roleNamesFilter: sure('invented', choice('anywhere', 'project-wide')),
  severalRoles: sure('invented', choice('atomic', 'partial')),
  defaultRoles: sure('invented', choice('off', 'on')),
  userTenants: sure('inferred', choice('direct', 'inherited-too')),
  createdStatus: sure('seen', choice('as-given', 'invited')),
  existingLoginId: sure('invented', choice('bad-request', 'conflict', 'returned')),
  invitedExpireSeconds: sure('documented', amount(0, 0, 31_536_000)),
  loginIdIsolation: sure('documented', choice('off', 'on')),
  contactCollision: sure('seen', choice('merge', 'always-merge', 'conflict')),
  emptyPassword: sure('inferred', choice('refused', 'made-up')),
  passwordPolicy: sure('invented', choice('project', 'tenants-too')),
  factorCallsTakeUserIds: sure('seen', choice('no', 'yes')),
  loggedOutTokens: sure('inferred', choice('valid', 'revoked')),
  disabledRefresh: sure('inferred', choice('refused', 'allowed')),
  patchedLists: sure('inferred', choice('replaced', 'merged')),
  nullAttributes: sure('invented', choice('cleared', 'kept')),
} as const;

export type UserSwitches = SwitchValues<typeof userSwitches>;
