import type { Catalog } from '../../access/catalog.ts';
import { namesIn, type PolicyName } from '../policy/names.ts';
import type { Policy } from '../policy/schema.ts';

/**
 * Names in the conflicts and limits of a policy that the project does not have, a sentence each: what is not there is given
 * to nobody, so that no grant would ever ask a rule of a misspelled name. Worked out once for each reading of the lists.
 */
export function createMissingNames({ conflicts, limits }: Policy): (catalog: Catalog) => readonly string[] {
  const rules = [
    ...conflicts.map(({ id, first, second }) => ({ rule: `conflict/${id}`, names: namesIn([first, second]) })),
    ...limits.map(({ id, held, in: place }) => ({ rule: `limit/${id}`, names: namesIn([held], place) })),
  ];
  const known = new WeakMap<Catalog, readonly string[]>();
  return (catalog) => {
    const missing =
      known.get(catalog) ??
      rules.flatMap(({ rule, names }) =>
        names
          .filter((one) => !has(catalog, one))
          .map(({ kind, name }) => `${rule} of the policy names the ${kind} ${name}, which the project does not have`),
      );
    known.set(catalog, missing);
    return missing;
  };
}

function has(catalog: Catalog, { kind, name }: PolicyName): boolean {
  switch (kind) {
    case 'tenant':
      return catalog.tenant(name) !== undefined;
    case 'role':
      return catalog.scopesDefining(name).length > 0;
    default:
      // Where no permission is listed, the list was not read, and tells of none.
      return (
        catalog.permissions.length === 0 ||
        catalog.hasPermission(name) ||
        catalog.roles.some(({ permissionNames }) => permissionNames.includes(name))
      );
  }
}
