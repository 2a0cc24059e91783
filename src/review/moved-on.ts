import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { PrincipalRecord } from '../provisioning/principal.ts';
import { type Decisions } from './format.ts';
import { type Revoke, targetIn } from './revokes.ts';

/** Refuses a revoke whose holding is not what the reviewer decided of any more. */
export interface MovedOn {
  /**
   * Asked of the record that the write goes by. `isTaken` says whether a role of the holder in the tenant was revoked, or,
   * in a dry run, would be.
   */
  check(revoke: Revoke, record: PrincipalRecord): void;
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

  function checkRoles(
    { principal: { typeId, id }, target: { tenantId } }: Revoke,
    { userTenants }: PrincipalRecord,
  ): void {
    const held = userTenants.find((one) => one.tenantId === tenantId)?.roleNames ?? [];
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
    check: (revoke, record) => {
      const { row, principal, target } = revoke;
      const [what, reviewedName] =
        principal.typeId === 'user' ? ['login id', row.principal.login] : ['name', row.principal.name];
      if (reviewedName !== '' && namesOf(revoke, record)?.includes(reviewedName) === false) {
        throw new ConnectorError(
          'refused',
          `${principal.typeId.replaceAll('_', ' ')} ${printable(principal.id)} does not have the ${what} ` +
            `${printable(reviewedName)} any more, under which it was reviewed: sync again, and make a new review`,
        );
      }
      if (target.typeId === 'tenant') {
        checkRoles(revoke, record);
      }
    },
  };
}

/** What a record is known by, besides its id; undefined where that is all: for a tenant, and a user who is gone. */
function namesOf(
  { principal: { typeId } }: Revoke,
  { name, loginIds }: PrincipalRecord,
): readonly string[] | undefined {
  return typeId === 'access_key' ? [name] : typeId === 'user' ? loginIds : undefined;
}

function keyOf(...parts: readonly string[]): string {
  return JSON.stringify(parts);
}
