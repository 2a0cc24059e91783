import type { User } from '../descope/rows.ts';
import { userPageSize } from '../descope/user-read.ts';
import type { ResourceStatus } from '../model/builders.ts';
import { nameOfUser } from '../model/names.ts';
import { type TokenFields, tokenNumber } from '../model/page-token.ts';
import { toAttributes } from '../model/profile.ts';
import type { ResourceRow } from '../model/row.ts';
import { type CutCounter, fitText, maxDisplayNameBytes } from '../model/text.ts';
import { toUserRow } from '../model/user-row.ts';
import { lateResources } from './late.ts';
import type { SyncRead, UserPosition } from './sync-read.ts';
import { emptyPage, fillPage, type Page, type PageRequest, type ResourceSyncer } from './syncer.ts';

const statuses: Readonly<Record<string, { readonly status: ResourceStatus; readonly detail: string }>> = {
  enabled: { status: 'enabled', detail: '' },
  invited: { status: 'enabled', detail: 'invited' },
  disabled: { status: 'disabled', detail: 'disabled' },
  expired: { status: 'disabled', detail: 'expired' },
};

/** What the protocol's rules accept as an email address; anything else stays in the profile only. */
const emailPattern = /^[^\s@]+@[^\s@]+$/;

export function toUser(user: User, cuts: CutCounter): ResourceRow {
  const [login = '', ...loginAliases] = user.loginIds.map((loginId) => fitText(loginId, maxDisplayNameBytes, cuts));
  const email = fitText(user.email, maxDisplayNameBytes, cuts);
  const { status, detail } = Object.hasOwn(statuses, user.status) ? (statuses[user.status] ?? unknown(user.status)) : unknown(user.status);
  return toUserRow(
    {
      id: user.userId,
      displayName: nameOfUser(user),
      status,
      statusDetail: detail,
      createdTime: user.createdTime,
      emails: emailPattern.test(email) ? [email] : [],
      login,
      loginAliases,
      givenName: fitText(user.givenName, maxDisplayNameBytes, cuts),
      middleName: fitText(user.middleName, maxDisplayNameBytes, cuts),
      familyName: fitText(user.familyName, maxDisplayNameBytes, cuts),
      mfaEnabled: user.usesTotp || user.usesWebauthn || user.usesPush,
      ssoEnabled: user.usesSaml || user.usesOidc,
      profile: {
        user_id: user.userId,
        login_ids: [login, ...loginAliases].filter((loginId) => loginId !== ''),
        email,
        verified_email: user.verifiedEmail,
        phone: fitText(user.phone, maxDisplayNameBytes, cuts),
        verified_phone: user.verifiedPhone,
        status: fitText(user.status, maxDisplayNameBytes),
        test: user.test,
        sso_app_ids: user.ssoAppIds.map((appId) => fitText(appId, maxDisplayNameBytes, cuts)),
        scim: user.isScim,
        custom_attributes: toAttributes(user.customAttributes, cuts),
      },
    },
    cuts,
  );
}

function unknown(status: string): { readonly status: ResourceStatus; readonly detail: string } {
  return { status: 'unspecified', detail: status };
}

export const userSyncer: ResourceSyncer = {
  typeId: 'user',
  list: async (read, request) => (request.parentTenantId === undefined ? await listUsers(read, request) : emptyPage()),
  get: async (read, id, signal) => {
    const user = await read.project.loadUser(id, read.call(signal));
    return user === undefined ? undefined : toUser(user, read.cuts);
  },
};

async function listUsers(read: SyncRead, { cursor, limit, signal }: PageRequest): Promise<Page<ResourceRow>> {
  const batch = await read.usersAt(cursor === undefined ? undefined : toPosition(cursor), signal);
  if (batch === undefined) {
    return await lastPage(read, [], signal);
  }
  const { users, position } = batch;
  const rest = users.slice(position.skip).map((user, place) => [user, toCursor({ ...position, skip: position.skip + place + 1 })] as const);
  const page = fillPage(
    rest.values().map(([user, after]) => [toUser(user, read.cuts), after] as const),
    limit,
  );
  if (page.next !== undefined) {
    return page;
  }
  const following: UserPosition = { ...position, sequence: position.sequence + 1, skip: 0 };
  const isFollowed = following.sequence < Math.ceil(position.total / userPageSize) || (await read.usersAt(following, signal)) !== undefined;
  return isFollowed ? { ...page, next: toCursor(following) } : await lastPage(read, page.rows, signal);
}

/** The last page is given out only when the read is proved and every reference looked up: without it, no sync is complete. */
async function lastPage(read: SyncRead, rows: ResourceRow[], signal?: AbortSignal): Promise<Page<ResourceRow>> {
  return { rows: [...rows, ...lateResources(read, await read.settle(signal))] };
}

function toCursor({ sequence, skip, boundMs, total, startPage, generation }: UserPosition): TokenFields {
  return { q: sequence, k: skip, b: boundMs, n: total, s: startPage, g: generation };
}

function toPosition(cursor: TokenFields): UserPosition {
  return {
    sequence: tokenNumber(cursor, 'q'),
    skip: tokenNumber(cursor, 'k'),
    boundMs: tokenNumber(cursor, 'b'),
    total: tokenNumber(cursor, 'n'),
    startPage: tokenNumber(cursor, 's'),
    generation: tokenNumber(cursor, 'g'),
  };
}
