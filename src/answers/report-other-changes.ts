import { typeInWords } from '../sync-format/known-types.ts';
import type { Change } from './change.ts';
import type { ReportOtherChange } from './report-things.ts';
import type { TypedThing } from './unknown.ts';

/** Whether a change is about a type besides people, tenants, roles and permissions, or somebody who is no user. */
export function isOtherChange({ area, kind, principal }: Change): boolean {
  return (area === 'access' || area === 'model') && (kind === 'other' || principal !== undefined);
}

/** Whether a change is about a key, which `--humans-only` leaves out. */
export function isChangeOfKey({ principal, held }: Change): boolean {
  return [principal, held].some((thing) => /^(?:access|management)_key/.test(thing?.type ?? ''));
}

/** Such a change in words: what it is about need not be in the newer file. */
export function toOtherChange(change: Change): ReportOtherChange {
  const { change: verb, principal, held, userId, user, login, tenant, tenantId, kind, role, entitlement = '' } = change;
  const what = held === undefined ? (role === '' ? 'membership' : `role ${role}`) : thing(held);
  const isRole = held === undefined && kind !== 'tenant';
  return {
    verb,
    who: principal !== undefined ? thing(principal) : userId === '' ? '' : `${user} (${login === '' ? userId : login})`,
    what: entitlement === '' ? what : `${what}: ${entitlement.replaceAll('_', ' ')}`,
    where: isRole && tenantId === '' ? 'Whole project' : tenant,
    before: change.before,
    after: change.after,
    flags: [...change.flags],
  };
}

function thing({ type, id, name }: TypedThing): string {
  return `${typeInWords(type)} ${name === '' || name === id ? id : `${name} (${id})`}`;
}
