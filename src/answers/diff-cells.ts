// What changed, for programs: as cells of CSV, and as JSON.

import type { Change } from './change.ts';
import { changeInWords } from './diff-text.ts';
import type { Way } from './ways.ts';

/** The columns of a change in CSV, in this order; part of the contract. */
export const changeHeader = [
  'area',
  'change',
  'tenant_id',
  'tenant',
  'user_id',
  'user',
  'login',
  'kind',
  'held_id',
  'role',
  'permission',
  'because',
  'before',
  'after',
  'holders',
  'words',
  'flags',
  'way',
  'from_tenant_id',
  'certainty',
  'reason',
  'through',
  'follows',
] as const;

export function changeCells(change: Change): string[] {
  const {
    area,
    tenantId,
    tenant,
    userId,
    user,
    login,
    kind,
    heldId,
    role,
    permission,
    because,
    before,
    after,
    holders,
  } = change;
  return [
    area,
    change.change,
    tenantId,
    tenant,
    userId,
    user,
    login,
    change.held?.type ?? kind,
    heldId,
    role,
    permission,
    because,
    before,
    after,
    kind === 'role-permission' ? String(holders) : '',
    changeInWords(change),
    change.flags.join('; '),
    wayOf(change),
    change.inherited?.from ?? '',
    change.inherited?.certainty ?? '',
    change.inherited?.reason ?? '',
    (change.inherited?.through ?? []).map(({ id }) => id).join(' > '),
    change.follows === undefined ? '' : String(change.follows),
  ];
}

/** The way of what was gained or lost; '' for what is no access of anybody. */
function wayOf({ area, inherited, principal }: Change): Way | '' {
  return inherited !== undefined
    ? 'inherited'
    : area === 'next-login'
      ? 'will_gain'
      : area !== 'access'
        ? ''
        : principal?.type === 'access_key'
          ? 'key'
          : 'direct';
}

/** A change as the JSON that is printed; what is inherited stands beside the other fields, as in other answers. */
export function changeJson(change: Change): object {
  const { inherited, ...told } = change;
  const way = wayOf(change);
  return {
    ...told,
    ...(way !== '' && { way }),
    ...(inherited !== undefined && {
      from: inherited.from,
      certainty: inherited.certainty,
      reason: inherited.reason,
      through: inherited.through.map(({ id }) => id),
      heldAbove: inherited.heldId,
    }),
    words: changeInWords(change),
  };
}
