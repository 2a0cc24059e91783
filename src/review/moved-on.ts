import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { OperationTools } from '../provisioning/provisioner.ts';
import { type Decisions } from './format.ts';
import { type Revoke, targetIn } from './revokes.ts';

/** What the holder of a reviewed holding is now, as far as the review has to know; undefined where there is none. */
interface Holder {
  readonly names: readonly string[];
  readonly tenants: readonly { readonly tenantId: string; readonly roleNames: readonly string[] }[];
}

/** Refuses a revoke whose holding is not what the reviewer decided of any more. */
export interface MovedOn {
  /** `isTaken` says whether a role of the holder in the tenant was revoked, or, in a dry run, would be. */
  check(revoke: Revoke, tools: Pick<OperationTools, 'client'>, signal: AbortSignal): Promise<void>;
}

/**
 * Two things are refused here, and all others where every revoke is planned. Somebody else may have the id by now: a login
 * or the name of a key that was reviewed is not there any more. And a membership takes all roles in the tenant with it:
 * none may be left that was not decided to be revoked.
 */
export function createMovedOn({ rows }: Pick<Decisions, 'rows'>, isTaken: (place: number) => boolean): MovedOn {
  const reviewed = new Map<string, number>();
  rows.forEach(({ principal: { type, id }, entitlement }, place) => {
    const target = targetIn(entitlement);
    if (target?.roleName !== undefined && target.tenantId !== '') {
      reviewed.set(keyOf(type, id, target.tenantId, target.roleName), place);
    }
  });

  function checkRoles({ principal: { typeId, id }, target: { tenantId } }: Revoke, { tenants }: Holder): void {
    const held = tenants.find((one) => one.tenantId === tenantId)?.roleNames ?? [];
    for (const roleName of held) {
      const place = reviewed.get(keyOf(typeId, id, tenantId, roleName));
      const word = place === undefined ? undefined : rows[place]?.decision;
      if (place === undefined || !isTaken(place)) {
        const why =
          place === undefined
            ? 'which the review does not have: it was given since, or is none of the project'
            : word === 'revoke'
              ? 'whose own revoke was refused'
              : word === undefined
                ? 'of which nothing was decided'
                : `which was decided as ${word}`;
        throw new ConnectorError(
          'refused',
          `the membership would take the role ${printable(roleName)} with it, ${why}: review the tenant anew`,
        );
      }
    }
  }

  return {
    check: async (revoke, tools, signal) => {
      const { row, principal, target } = revoke;
      const holder = await holderOf(revoke, tools, signal);
      if (holder === undefined) {
        return; // nobody holds anything: told as gone before
      }
      const reviewedName = principal.typeId === 'user' ? row.principal.login : row.principal.name;
      if (reviewedName !== '' && !holder.names.includes(reviewedName)) {
        const what = principal.typeId === 'user' ? 'login id' : 'name';
        throw new ConnectorError(
          'refused',
          `${principal.typeId.replaceAll('_', ' ')} ${printable(principal.id)} does not have the ${what} ` +
            `${printable(reviewedName)} any more, under which it was reviewed: sync again, and make a new review`,
        );
      }
      if (target.typeId === 'tenant') {
        checkRoles(revoke, holder);
      }
    },
  };
}

async function holderOf(
  { principal: { typeId, id } }: Revoke,
  { client }: Pick<OperationTools, 'client'>,
  signal: AbortSignal,
): Promise<Holder | undefined> {
  switch (typeId) {
    case 'user': {
      const user = await client.loadUser(id, { signal });
      return user && { names: user.loginIds, tenants: user.userTenants };
    }
    case 'access_key': {
      const key = await client.loadKey(id, { signal });
      return key && { names: [key.name], tenants: key.keyTenants };
    }
    default:
      return undefined; // a tenant that consents is known by its id alone
  }
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
