import type { Catalog } from '../access/catalog.ts';
import { didYouMean, nearTargets } from '../access/near-targets.ts';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { quoted } from '../printable.ts';

/** `not-found`, with what was probably meant. */
export function missing(what: string, target: Target, catalog: Catalog): ConnectorError {
  return new ConnectorError('not-found', `there is no ${what}${didYouMean(nearTargets(target, catalog), catalog)}`);
}

export function checkTenantExists(target: Target, catalog: Catalog): void {
  if (catalog.tenant(target.tenantId) === undefined) {
    throw missing(`tenant with the id ${quoted(target.tenantId)} in the project`, target, catalog);
  }
}
