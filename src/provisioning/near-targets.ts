import { fold } from '../model/fold.ts';
import { nearNames } from '../model/near-names.ts';
import { printable } from '../printable.ts';
import { entitlementId } from '../model/ids.ts';
import type { Directory } from './directory.ts';
import { type GrantableTypeId, type Holding, type Target } from './target.ts';

const mostNamed = 3;

/**
 * What an id would mean if nothing in it were encoded, or too much, or if it named tenants by their names: the role
 * "Ops/On-call" for `Ops/On-call`, whose id is `Ops%2FOn-call`. Only what the project has; never the asked target itself.
 */
export function readAsNames(typeId: GrantableTypeId, resourceId: string, directory: Directory): readonly Target[] {
  const wanted = plain(resourceId);
  const found = new Map<string, Target>();
  const add = (holding: Holding): void => {
    const target = directory.targetOf(holding);
    if (target !== undefined && !(target.typeId === typeId && target.resourceId === resourceId)) {
      found.set(entitlementId(target.typeId, target.resourceId), target);
    }
  };
  const isTenant = typeId === 'tenant';
  for (const { id, name } of directory.tenants) {
    for (const called of new Set([plain(id), plain(name)])) {
      if (isTenant && called === wanted) {
        add({ tenantId: id, roleName: undefined });
      } else if (!isTenant && called !== '' && wanted.startsWith(`${called}/`)) {
        directory
          .roleNamesIn(id)
          .filter((roleName) => plain(roleName) === wanted.slice(called.length + 1))
          .forEach((roleName) => add({ tenantId: id, roleName }));
      }
    }
  }
  if (!isTenant) {
    directory
      .roleNamesIn('')
      .filter((roleName) => plain(roleName) === wanted)
      .forEach((roleName) => add({ tenantId: '', roleName }));
  }
  return [...found.values()];
}

/** Text with every escape undone, ours and those of URLs, however often it was made, and in the form in which names are compared. */
function plain(text: string): string {
  let decoded = text;
  for (let before = ''; before !== decoded;) {
    before = decoded;
    decoded = decoded.replaceAll(/(?:%[0-9a-f]{2})+/gi, unescaped);
  }
  return fold(decoded);
}

/** A "%" that begins no escape stands for itself. */
function unescaped(escapes: string): string {
  try {
    return decodeURIComponent(escapes);
  } catch {
    return escapes;
  }
}

/** What was probably meant by a target that the project does not have: the same name elsewhere, or a name that is spelt alike. */
export function nearTargets(
  { typeId, resourceId, tenantId, roleName }: Target,
  directory: Directory,
): readonly Target[] {
  const read = readAsNames(typeId, resourceId, directory);
  if (read.length > 0) {
    return read;
  }
  if (roleName === undefined || (tenantId !== '' && !directory.hasTenant(tenantId))) {
    const ids = nearTenants(tenantId, directory);
    const holdings = ids.map((id): Holding => ({ tenantId: id, roleName }));
    return holdings.map((holding) => directory.targetOf(holding)).filter((target) => target !== undefined);
  }
  const here = nearNames(roleName, directory.roleNamesIn(tenantId)).map((name): Holding => ({
    tenantId,
    roleName: name,
  }));
  const elsewhere = directory.tenantsDefining(roleName).map((id): Holding => ({ tenantId: id, roleName }));
  const outside = tenantId !== '' && directory.hasRole('', roleName) ? [{ tenantId: '', roleName }] : [];
  return [...here, ...(here.length > 0 ? [] : [...outside, ...elsewhere])]
    .map((holding) => directory.targetOf(holding))
    .filter((target) => target !== undefined);
}

/** Ids of the tenants whose id or name is spelt alike. */
export function nearTenants(asked: string, directory: Directory): readonly string[] {
  const names = nearNames(
    asked,
    directory.tenants.flatMap(({ id, name }) => [id, name]).filter((name) => name !== ''),
  );
  return [
    ...new Set(
      names.flatMap((near) =>
        directory.tenants.filter(({ id, name }) => id === near || name === near).map(({ id }) => id),
      ),
    ),
  ];
}

/** "; did you mean "Editor" (role:Editor:assigned)?", or nothing. */
export function didYouMean(targets: readonly Target[], directory: Directory): string {
  if (targets.length === 0) {
    return '';
  }
  const named = targets
    .slice(0, mostNamed)
    .map(
      (target) =>
        `${JSON.stringify(directory.nameOf(target))} (${printable(entitlementId(target.typeId, target.resourceId))})`,
    );
  return `; did you mean ${named.join(' or ')}${targets.length > mostNamed ? ', or another' : ''}?`;
}
