import type { Holding } from '../access/holding.ts';
import { targetOf } from '../access/target.ts';
import type { AuditRecord } from '../descope/audit/audit.ts';
import { objectsIn, textIn, textsIn } from './data.ts';
import { type Feed, type FeedContext, type FeedEvent, feedIds } from './feed.ts';
import { namedIn } from './named.ts';

/** Logins and what belongs to them. A login that disables somebody is a change. */
const logins = ['LoginSucceed', 'LoginFailed', 'LoginStarted', 'LoginStartedFailed', 'UserRefresh'];

/** The names on Descope's page about audit events. All others are told alike, and counted. */
const knownActions = new Set([
  ...['User', 'Users', 'AccessKey', 'AccessKeys', 'Permission'].flatMap((what) =>
    ['Created', 'Modified', 'Deleted'].map((done) => what + done),
  ),
  'LoginExceedMaxAttempts',
  'ProjectDeleted',
]);

/** Everything that happened besides logins: a change of whatever a record names, of the project where it names nothing. */
export const changeFeed: Feed = {
  id: feedIds.change,
  kinds: ['resource_change', 'create_grant', 'create_revoke'],
  isOldestFirst: true,
  filter: { excludedActions: logins },
  wants: ({ action }) => !logins.includes(action),
  toEvents: async (record, context) => {
    if (!knownActions.has(record.action)) {
      context.onUnknownAction(record.action);
    }
    const named = namedIn(record);
    const changed = named.length > 0 ? named : [{ typeId: 'project', id: context.projectId }];
    const { occurredMs } = record;
    const idOf = (place: number): string => (place === 0 ? record.id : `${record.id}:${place}`);
    return [
      ...changed.map((resource, place): FeedEvent => ({
        kind: 'resource_change',
        id: idOf(place),
        occurredMs,
        resource,
      })),
      ...(await grantEvents(record, context)),
    ];
  },
};

/**
 * The grants that a record shows with both sides, who and what. Of a user who was just made, all that it holds is new.
 * Of a change Descope tells what the user holds now, which does not say what is new: only names of what was added and
 * removed do. A role that the project does not have any more is no grant.
 */
async function grantEvents(record: AuditRecord, { roleNames }: FeedContext): Promise<readonly FeedEvent[]> {
  const { given, taken } = holdingsIn(record);
  if (record.userId === '' || given.length + taken.length === 0) {
    return [];
  }
  const catalog = await roleNames.catalog();
  const principal = { typeId: 'user', id: record.userId };
  const toEvents = (kind: 'create_grant' | 'create_revoke', holdings: readonly Holding[]): readonly FeedEvent[] =>
    holdings.flatMap((holding, place): readonly FeedEvent[] => {
      const target = targetOf(catalog, holding);
      if (target === undefined) {
        return [];
      }
      const { typeId, resourceId, slug } = target;
      const id = `${record.id}:${kind}:${place}`;
      return [{ kind, id, occurredMs: record.occurredMs, entitlement: { typeId, resourceId, slug }, principal }];
    });
  return [...toEvents('create_grant', given), ...toEvents('create_revoke', taken)];
}

function holdingsIn({ action, data, tenantIds }: AuditRecord): {
  readonly given: readonly Holding[];
  readonly taken: readonly Holding[];
} {
  if (action === 'UserCreated') {
    const inTenants = objectsIn(data, 'userTenants').flatMap((entry) =>
      membershipIn(textIn(entry, 'tenantId'), textsIn(entry, 'roleNames')),
    );
    return { given: [...rolesOf('', textsIn(data, 'roleNames')), ...inTenants], taken: [] };
  }
  if (action !== 'UserModified') {
    return { given: [], taken: [] };
  }
  const tenantId = textIn(data, 'tenantId');
  if (tenantId !== '' && !tenantIds.includes(tenantId)) {
    return { given: [], taken: [] };
  }
  const membershipsIn = (field: string): readonly Holding[] =>
    textsIn(data, field).map((id) => ({ tenantId: id, roleName: undefined }));
  return {
    given: [...rolesOf(tenantId, textsIn(data, 'addedRoleNames')), ...membershipsIn('addedTenantIds')],
    taken: [...rolesOf(tenantId, textsIn(data, 'removedRoleNames')), ...membershipsIn('removedTenantIds')],
  };
}

function membershipIn(tenantId: string, roleNames: readonly string[]): readonly Holding[] {
  return tenantId === '' ? [] : [{ tenantId, roleName: undefined }, ...rolesOf(tenantId, roleNames)];
}

function rolesOf(tenantId: string, names: readonly string[]): readonly Holding[] {
  return names.map((roleName) => ({ tenantId, roleName }));
}
