import { type User, userReadEndpoints } from '../descope/users/user.ts';
import { ConnectorError } from '../errors.ts';
import { nameOfUser } from '../model/names.ts';
import type { TokenFields } from '../model/page-token.ts';
import { toAttributes } from '../model/profile.ts';
import type { ResourceRow } from '../model/row.ts';
import type { ResourceStatus } from '../model/resource-message.ts';
import { type CutCounter, fitText, maxDisplayNameBytes } from '../model/text.ts';
import { toUserRow } from '../model/user-row.ts';
import type { ResourceType } from './resource-type.ts';
import { createGauge, type Page, type PageRequest } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';
import { toWalkCursor, toWalkPosition, type WalkPosition } from './sync/user-walk.ts';

const statuses: Readonly<Record<string, { readonly status: ResourceStatus; readonly detail: string }>> = {
  enabled: { status: 'enabled', detail: '' },
  invited: { status: 'enabled', detail: 'invited' },
  disabled: { status: 'disabled', detail: 'disabled' },
  expired: { status: 'disabled', detail: 'expired' },
};

/** What the protocol's rules accept as an email address; anything else stays in the profile only. */
const emailPattern = /^[^\s@]+@[^\s@]+$/;

/** `lastLogin` in epoch seconds, where it is known. */
export function toUser(user: User, cuts: CutCounter, lastLogin?: number): ResourceRow {
  const [login = '', ...loginAliases] = user.loginIds.map((loginId) => fitText(loginId, maxDisplayNameBytes, cuts));
  const email = fitText(user.email, maxDisplayNameBytes, cuts);
  const { status, detail } = Object.hasOwn(statuses, user.status)
    ? (statuses[user.status] ?? unknown(user.status))
    : unknown(user.status);
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
      lastLogin,
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

export const userType: ResourceType = {
  words: {
    id: 'user',
    displayName: 'User',
    plural: 'Users',
    description: 'A person or test account of the project, of every status.',
    traits: ['user'],
    skips: 'entitlements and grants',
  },
  reads: [userReadEndpoints.searchUsers, userReadEndpoints.loadUser],
  lists: [],
  holders: 'users',
  parentTypeIds: [],
  entitlements: [],
  list: listUsers,
  get: async (session, id, signal) => {
    const user = await session.project.loadUser(id, session.call(signal));
    return user === undefined ? undefined : toUser(user, session.cuts, await session.lastLogins.ofOne(id, signal));
  },
};

async function listUsers(session: SyncSession, { cursor, limit, signal }: PageRequest): Promise<Page<ResourceRow>> {
  const position = toPosition(cursor);
  const page = await session.usersAt(position, signal);
  if (page === undefined) {
    return await lastPage(session, position, [], signal);
  }
  const lastLogins = await session.lastLogins.of(page.users, signal);
  const rows: ResourceRow[] = [];
  const isFull = createGauge();
  for (let place = page.skip; place < page.users.length; place += 1) {
    const user = page.users[place];
    const row = user === undefined ? undefined : toUser(user, session.cuts, lastLogins.get(user.userId));
    if (row !== undefined) {
      if (rows.length === limit || isFull(rows, row)) {
        return { rows, next: toWalkCursor(page.within(place, place)) };
      }
      rows.push(row);
    }
  }
  const isFollowed = page.isFollowed || (await session.usersAt(page.following, signal)) !== undefined;
  return isFollowed
    ? { rows, next: toWalkCursor(page.following) }
    : await lastPage(session, page.following, rows, signal);
}

/**
 * The last page is given out only when the read is proved and every reference looked up: without it, no sync is
 * complete. With it go the resources of other types that a second look at their lists added after those had been given
 * out, so that no grant of this sync leads to something that it never told. (A response may hold other types.)
 */
async function lastPage(
  session: SyncSession,
  position: WalkPosition | undefined,
  rows: ResourceRow[],
  signal?: AbortSignal,
): Promise<Page<ResourceRow>> {
  const lookedUp = await session.endOfUsers(position, signal);
  const isChanged = lookedUp.catalog !== lookedUp.firstCatalog && session.listedEarly.size > 0;
  const late = isChanged
    ? await Promise.all(session.types.late.map(async (tell) => await tell(session, lookedUp, signal)))
    : [];
  return { rows: [...rows, ...late.flat()] };
}

function toPosition(cursor: TokenFields | undefined): WalkPosition | undefined {
  const position = toWalkPosition(cursor);
  if (cursor !== undefined && position === undefined) {
    throw new ConnectorError(
      'invalid',
      'the page token says no place among the users; start the listing again without a token',
    );
  }
  return position;
}
