import type { Group, Groups } from '../groups.ts';
import type { SsoConfiguration } from '../sso/records.ts';
import type { UserRecord } from '../users/records.ts';
import type { HeldGroup } from './mapping.ts';

/** Names of the groups in which a login put somebody, and of those out of which it took them. */
export interface GroupChange {
  readonly joined: readonly string[];
  readonly left: readonly string[];
}

/** The groups that SCIM pushed for a user: they pass through the same mappings as those of a login. */
export function pushedGroups(
  groups: Groups,
  { tenantId, ssoId }: SsoConfiguration,
  userId: string,
): readonly HeldGroup[] {
  return groups
    .of(tenantId, ssoId)
    .filter((group) => group.source === 'scim' && hasMember(group, userId))
    .map(({ display, id }) => ({ name: display, id }));
}

/** Groups known from logins are as of the last login: the user is in those named, and in no other. */
export function keepGroups(
  groups: Groups,
  { tenantId, ssoId }: SsoConfiguration,
  { userId, loginIds, name }: UserRecord,
  asserted: readonly string[],
): GroupChange {
  const known = groups.of(tenantId, ssoId);
  const left = known.filter(
    (group) => group.source === 'jit' && hasMember(group, userId) && !asserted.includes(group.display),
  );
  for (const group of left) {
    groups.put({ ...group, members: group.members.filter((member) => member.userId !== userId) });
  }
  const joined = asserted.filter((display) => {
    const group = known.find((one) => one.display === display);
    // What SCIM pushed is changed by SCIM alone.
    if (group && (group.source === 'scim' || hasMember(group, userId))) return false;
    const members = [...(group?.members ?? []), { loginId: loginIds[0] ?? '', userId, display: name }];
    groups.put({ tenantId, ssoId, display, source: 'jit', ...group, members });
    return true;
  });
  return { joined, left: left.map(({ display }) => display) };
}

const hasMember = ({ members }: Group, userId: string): boolean => members.some((member) => member.userId === userId);
