import { printable } from '../answers/printable.ts';
import type { AccessKey } from '../descope/access-keys.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { Membership } from '../descope/memberships.ts';
import { nameOfUser } from '../model/names.ts';
import { personText } from './account-words.ts';

const mostNamed = 5;

/** What a question about a key must tell: what it is called, whose it is, and what it opens. */
export async function keyInWords(
  client: Pick<DescopeClient, 'loadKey' | 'loadUser'>,
  id: string,
  signal: AbortSignal,
): Promise<string> {
  const key = await client.loadKey(id, { signal });
  if (key === undefined) {
    return `access key ${printable(id)}`;
  }
  const title = key.name === '' ? printable(id) : `${printable(key.name)} (${printable(id)})`;
  return `access key ${title}, ${key.boundUserId === '' ? scopeOf(key) : await ownerOf(client, key, signal)}`;
}

/** A key that is bound can do what its user can: what it holds itself is ignored. */
async function ownerOf(
  client: Pick<DescopeClient, 'loadUser'>,
  { boundUserId }: AccessKey,
  signal: AbortSignal,
): Promise<string> {
  const user = await client.loadUser(boundUserId, { signal });
  const who =
    user === undefined
      ? `${printable(boundUserId)}, who is gone`
      : personText(nameOfUser(user), user.loginIds[0] ?? '', user.userId);
  return `which acts as user ${who}`;
}

function scopeOf({ roleNames, keyTenants }: AccessKey): string {
  const places = [
    ...(roleNames.length === 0 ? [] : [`in the whole project ${listed(roleNames)}`]),
    ...keyTenants.slice(0, mostNamed).map(placeOf),
    ...(keyTenants.length > mostNamed ? [`and ${keyTenants.length - mostNamed} more tenants`] : []),
  ];
  return places.length === 0 ? 'of no user, which holds nothing' : `of no user, which holds ${places.join('; ')}`;
}

function placeOf({ tenantId, roleNames }: Membership): string {
  return `in tenant ${printable(tenantId)} ${roleNames.length === 0 ? 'no role' : listed(roleNames)}`;
}

function listed(roles: readonly string[]): string {
  const named = roles.slice(0, mostNamed).map((role) => printable(role));
  return roles.length > mostNamed ? `${named.join(', ')} and ${roles.length - mostNamed} more` : named.join(', ');
}
