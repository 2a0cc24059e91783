import type { Target } from '../access/target.ts';
import type { Principal } from '../access/principal.ts';
import { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import { parseEntitlementArgument, parseTarget } from '../provisioning/request.ts';
import type { DecidedRow, Decisions } from './format.ts';

/** A holding that is to be revoked, and its place among the rows. */
export interface Revoke {
  readonly place: number;
  readonly row: DecidedRow;
  readonly reason: string;
  readonly target: Target;
  readonly principal: Principal;
}

/** So many rows are named. */
const mostTold = 10;

/**
 * What a file of decisions asks to revoke: memberships last, since they take with them what is held in the tenant, which
 * is to be told by itself. A revoke without a reason, or of something that cannot be, is a `config` error.
 */
export function revokesIn(path: string, { rows }: Decisions): readonly Revoke[] {
  const problems: string[] = [];
  const revokes = rows.flatMap((row, place): Revoke[] => {
    if (row.decision !== 'revoke') {
      return [];
    }
    const reason = row.reason?.trim() ?? '';
    const target = targetIn(row.entitlement);
    if (reason === '') {
      problems.push(`/rows/${place}/reason: ${nameOf(row)} is to be revoked, and no reason is given`);
    }
    if (target === undefined) {
      problems.push(`/rows/${place}/entitlement: ${printable(row.entitlement)} is no entitlement that can be revoked`);
    }
    const { type: typeId, id } = row.principal;
    return target === undefined ? [] : [{ place, row, reason, target, principal: { typeId, id } }];
  });
  if (problems.length > 0) {
    const more = problems.length > mostTold ? [`and ${problems.length - mostTold} more`] : [];
    throw new ConnectorError(
      'config',
      [...problems.slice(0, mostTold).map((problem) => `${printable(path)} ${problem}`), ...more].join('\n'),
    );
  }
  const isLast = ({ target }: Revoke): number => Number(target.typeId === 'tenant');
  return revokes.toSorted((one, other) => isLast(one) - isLast(other) || one.place - other.place);
}

/** The target of an entitlement id; undefined where there can be none. */
export function targetIn(entitlement: string): Target | undefined {
  const parts = parseEntitlementArgument(entitlement);
  try {
    return parts && parseTarget(parts.typeId, parts.resourceId, parts.slug);
  } catch {
    return undefined;
  }
}

/** "Ada Lovelace <ada@acme.example> (U2...): Editor in Acme". */
export function nameOf({ principal: { type, id, name, login }, held }: DecidedRow): string {
  const who = type === 'user' ? id : `${type.replaceAll('_', ' ')} ${id}`;
  const marks = login === '' || login === name ? '' : ` <${login}>`;
  return printable(`${name === '' || name === id ? who : `${name}${marks} (${who})`}: ${held}`);
}
