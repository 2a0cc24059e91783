import { listedApplications } from '../access/app-lists.ts';
import { type Application, applicationList } from '../descope/applications.ts';
import { toResource } from '../model/resource-message.ts';
import { type ResourceRow, resourceRow } from '../model/row.ts';
import { appTrait } from '../model/traits.ts';
import type { ResourceType } from './resource-type.ts';
import { grantsOfHolders } from './sync/holder-grants.ts';
import type { UserReferences } from './sync/holders.ts';
import { lateRows } from './sync/late.ts';
import { fillPage, rowsAfter } from './sync/paging.ts';
import type { SyncSession } from './sync/sync-session.ts';

/** A user's record names the applications that the user alone was given; none is the project's default. */
const namedByUsers: UserReferences = {
  list: listedApplications,
  idsOf: ({ ssoAppIds }) => ssoAppIds,
  filterOf: (id) => ({ ssoAppIds: [id] }),
};

/** `default_access`: what a user without applications reaches is a switch of the project that no call tells. */
function toApplication(
  { id, name, description, isEnabled, type, mappedGroups }: Application,
  { policy, cuts }: Pick<SyncSession, 'policy' | 'cuts'>,
): ResourceRow {
  const profile = {
    app_id: id,
    name: name.toWellFormed(),
    type: type.toWellFormed(),
    enabled: isEnabled,
    mapped_groups: mappedGroups,
    default_access: policy.applicationDefault ?? 'unknown',
  };
  const flags = (['saml', 'oidc'] as const).filter((protocol): boolean => protocol === type);
  const parts = {
    id,
    displayName: name.trim() === '' ? id : name,
    description,
    status: isEnabled ? 'enabled' : 'disabled',
    profile,
  } as const;
  return resourceRow(toResource('application', parts, [appTrait(isEnabled ? flags : [...flags, 'inactive'])], cuts));
}

export const applicationType: ResourceType = {
  words: {
    id: 'application',
    displayName: 'Application',
    plural: 'Applications',
    description: 'An application whose people sign in through Descope.',
    traits: ['app'],
    skips: 'entitlements',
  },
  isOptIn: true,
  reads: [applicationList.endpoint],
  lists: [listedApplications],
  namedByUsers,
  parentTypeIds: [],
  list: async (session, { cursor, limit, signal }) => {
    const apps = (await session.beginListing('application', signal)).rows(listedApplications);
    return fillPage(
      rowsAfter(apps, cursor, listedApplications.idOf, (app) => toApplication(app, session)),
      limit,
    );
  },
  get: async (session, id, signal) => {
    const app = (await session.catalog(signal)).row(listedApplications, id);
    return app && toApplication(app, session);
  },
  late: (session, lookedUp) => lateRows(listedApplications, (app) => toApplication(app, session))(session, lookedUp),
  entitlements: [
    {
      words: {
        slug: 'access',
        displayName: 'Access',
        description: 'Was given the application by name. Who was given none has what the project gives by default.',
        purpose: 'assignment',
      },
      grantableTo: ['user'],
      grants: (session, id, request) =>
        grantsOfHolders(
          session,
          { typeId: 'application', resourceId: id, slug: 'access' },
          {
            holding: { named: namedByUsers, id },
            exists: (catalog) => catalog.row(listedApplications, id) !== undefined,
          },
          request,
        ),
    },
  ],
};
