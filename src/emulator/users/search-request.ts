import { badRequest, invalidArgument } from '../api-error.ts';
import type { RequestBody } from '../request-body.ts';
import type { UserSwitches } from './switches.ts';

/** Every field that the search documents; others are refused unless a switch says otherwise. */
export const searchFields: readonly string[] = (
  'limit page offset sort tenantIds roleNames tenantRoleNames tenantRoleIds includeSubTenants statuses withTestUser ' +
  'testUsersOnly loginId identifier loginIds userIds emails phones recoveryEmails recoveryPhones verifiedEmail ' +
  'verifiedPhone verifiedRecoveryEmail verifiedRecoveryPhone text customAttributes ssoOnly scimOnly scim password totp ' +
  'webauthn ssoAppIds fromCreatedTime toCreatedTime fromModifiedTime toModifiedTime selectedColumns'
).split(' ');

/** Fields that shape a page but do not change which users match. */
export const pagingFields = new Set(['limit', 'page', 'offset', 'selectedColumns']);

export interface CreatedRange {
  readonly bounded: boolean;
  readonly from: number | undefined;
  readonly to: number | undefined;
}

/** Seconds, `from` inclusive and `to` exclusive, for bounds given in milliseconds that are both inclusive. */
export function createdRange(body: RequestBody, switches: UserSwitches): CreatedRange {
  const ignored = switches.createdTimeFilter === 'ignored';
  const earliest = ignored ? 0 : (body.time('fromCreatedTime') ?? 0);
  const latest = ignored ? 0 : (body.time('toCreatedTime') ?? 0);
  return {
    bounded: earliest > 0 || latest > 0,
    from: earliest > 0 ? Math.ceil(earliest / 1000) : undefined,
    to: latest > 0 ? Math.floor(latest / 1000) + 1 : undefined,
  };
}

export function pageWanted(body: RequestBody, switches: UserSwitches): { start: number; limit: number } {
  if (switches.offset === 'unknown-field' && body.has('offset')) throw badRequest('unknown field "offset"');
  if (switches.sort === 'unknown-field' && body.has('sort')) throw badRequest('unknown field "sort"');
  for (const name of ['fromCreatedTime', 'toCreatedTime']) {
    if (switches.createdTimeFilter === 'unknown-field' && body.has(name)) throw badRequest(`unknown field "${name}"`);
  }
  const limit = body.whole('limit') ?? 0;
  const page = body.whole('page') ?? 0;
  const offset = body.whole('offset') ?? 0;
  if (limit < 0 || page < 0 || offset < 0) throw invalidArgument('limit, page and offset must not be negative');
  if (limit > switches.maxLimit && switches.overMaxLimit === 'reject') {
    throw invalidArgument(`limit must not exceed ${switches.maxLimit}`);
  }
  const size = Math.min(limit === 0 ? 100 : limit, switches.maxLimit);
  return { start: offset > 0 ? offset : page * size, limit: size };
}
