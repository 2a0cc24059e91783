import { fold } from '../model/fold.ts';
import { nearNames } from '../model/near-names.ts';
import { printable } from '../printable.ts';
import type { Catalog } from './catalog.ts';
import type { Holding } from './holding.ts';
import { nameOf, roleNamesIn, tenantsDefining } from './names.ts';
import { type Target, targetOf } from './target.ts';
import { entitlementIdOf } from '../model/ids.ts';

const mostNamed = 3;

/**
 * Targets of the project that a malformed or unknown resource id may have meant: one whose names are not encoded, or
 * encoded twice, or that calls a tenant by its name. So `Ops/On-call` means the role whose id is `Ops%2FOn-call`. The
 * id itself is never among them.
 */
export function targetsMeantBy(typeId: string, resourceId: string, catalog: Catalog): readonly Target[] {
  const wanted = decodedForm(resourceId);
  const found = new Map<string, Target>();
  const add = (holding: Holding): void => {
    const target = targetOf(catalog, holding);
    if (target !== undefined && !(target.typeId === typeId && target.resourceId === resourceId)) {
      found.set(entitlementIdOf(target), target);
    }
  };
  const isTenant = typeId === 'tenant';
  for (const { id, name } of catalog.tenants) {
    for (const called of new Set([decodedForm(id), decodedForm(name)])) {
      if (isTenant && called === wanted) {
        add({ tenantId: id, roleName: undefined });
      } else if (!isTenant && called !== '' && wanted.startsWith(`${called}/`)) {
        roleNamesIn(catalog, id)
          .filter((roleName) => decodedForm(roleName) === wanted.slice(called.length + 1))
          .forEach((roleName) => add({ tenantId: id, roleName }));
      }
    }
  }
  if (!isTenant) {
    roleNamesIn(catalog, '')
      .filter((roleName) => decodedForm(roleName) === wanted)
      .forEach((roleName) => add({ tenantId: '', roleName }));
  }
  return [...found.values()];
}

/** Decodes a text until no escape is left, ours or a URL's, and folds it as names are folded for comparison. */
function decodedForm(text: string): string {
  let decoded = text;
  for (let before = ''; before !== decoded;) {
    before = decoded;
    decoded = decoded.replaceAll(/(?:%[0-9a-f]{2})+/gi, decodedOnce);
  }
  return fold(decoded);
}

/** Escapes that are no valid UTF-8 stay as they are. */
function decodedOnce(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}

/**
 * Targets that were probably meant by one that the project does not have: the same name in another scope, or a similar
 * name.
 */
export function nearTargets({ typeId, resourceId, tenantId, roleName }: Target, catalog: Catalog): readonly Target[] {
  const meant = targetsMeantBy(typeId, resourceId, catalog);
  if (meant.length > 0) {
    return meant;
  }
  if (roleName === undefined || (tenantId !== '' && catalog.tenant(tenantId) === undefined)) {
    return listed(
      nearTenants(tenantId, catalog).map((id) => ({ tenantId: id, roleName })),
      catalog,
    );
  }
  const here = nearNames(roleName, roleNamesIn(catalog, tenantId)).map((name) => ({ tenantId, roleName: name }));
  if (here.length > 0) {
    return listed(here, catalog);
  }
  const inProject = tenantId !== '' && catalog.role('', roleName) !== undefined ? [{ tenantId: '', roleName }] : [];
  const inTenants = tenantsDefining(catalog, roleName).map((id) => ({ tenantId: id, roleName }));
  return listed([...inProject, ...inTenants], catalog);
}

function listed(holdings: readonly Holding[], catalog: Catalog): readonly Target[] {
  return holdings.map((holding) => targetOf(catalog, holding)).filter((target) => target !== undefined);
}

/** Ids of the tenants whose id or name is similar. */
export function nearTenants(asked: string, catalog: Catalog): readonly string[] {
  const names = nearNames(
    asked,
    catalog.tenants.flatMap(({ id, name }) => [id, name]).filter((name) => name !== ''),
  );
  return [
    ...new Set(
      names.flatMap((near) =>
        catalog.tenants.filter(({ id, name }) => id === near || name === near).map(({ id }) => id),
      ),
    ),
  ];
}

/** "; did you mean "Editor" (role:Editor:assigned)?", or nothing. */
export function didYouMean(targets: readonly Target[], catalog: Catalog): string {
  if (targets.length === 0) {
    return '';
  }
  const named = targets
    .slice(0, mostNamed)
    .map((target) => `${JSON.stringify(nameOf(catalog, target))} (${printable(entitlementIdOf(target))})`);
  return `; did you mean ${named.join(' or ')}${targets.length > mostNamed ? ', or another' : ''}?`;
}
