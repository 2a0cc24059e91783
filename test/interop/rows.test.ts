import { describe, expect, it } from 'vitest';
import {
  differences,
  type EntitlementRow,
  factsOfStore,
  factsOfSyncFile,
  type GrantRow,
  type Id,
  type ResourceRow,
  type SyncRows,
} from './rows.ts';

const role: Id = { resourceType: 'role', resource: 'Editor' };
const permission: Id = { resourceType: 'permission', resource: 'write' };
const user: Id = { resourceType: 'user', resource: 'U1' };

const resources: readonly ResourceRow[] = [role, permission, user].map((id) => ({ id, displayName: id.resource }));
const entitlements: readonly EntitlementRow[] = [
  { id: 'role:Editor:assigned', resource: { id: role }, slug: 'assigned' },
  { id: 'permission:write:granted', resource: { id: permission }, slug: 'granted' },
];
const held: GrantRow = {
  id: 'role:Editor:assigned:user:U1',
  entitlement: { id: 'role:Editor:assigned', resource: { id: role } },
  principal: { id: user },
};
const conferred: GrantRow = {
  id: 'permission:write:granted:role:Editor',
  entitlement: { id: 'permission:write:granted', resource: { id: permission } },
  principal: { id: role },
};
const rule = {
  '@type': 'type.googleapis.com/c1.connector.v2.GrantExpandable',
  entitlementIds: ['role:Editor:assigned'],
  shallow: true,
  resourceTypeIds: ['user'],
};
const derived: GrantRow = {
  id: 'permission:write:granted:user:U1',
  entitlement: conferred.entitlement,
  principal: { id: user },
  sources: { sources: { 'role:Editor:assigned': { isDirect: true } } },
  annotations: [{ '@type': 'type.googleapis.com/c1.connector.v2.GrantImmutable' }],
};

const ours: SyncRows = { resources, entitlements, grants: [held, { ...conferred, annotations: [rule] }] };
const theirs: SyncRows = { resources: resources.toReversed(), entitlements, grants: [derived, conferred, held] };

describe('the comparison with the SDK', () => {
  it('finds nothing where the SDK holds our rows and what follows from them', () => {
    expect(differences(factsOfSyncFile(ours), factsOfStore(theirs))).toEqual([]);
  });

  it.each<[string, Partial<SyncRows>]>([
    ['a lost resource', { resources: resources.slice(1) }],
    ['another display name', { resources: resources.map(({ id }) => ({ id, displayName: 'other' })) }],
    ['a doubled resource', { resources: [...resources, ...resources] }],
    ['a lost entitlement', { entitlements: entitlements.slice(1) }],
    [
      'another purpose',
      {
        entitlements: [
          ...entitlements.slice(1),
          { id: 'role:Editor:assigned', resource: { id: role }, slug: 'assigned', purpose: 'PURPOSE_VALUE_PERMISSION' },
        ],
      },
    ],
    ['a lost direct grant', { grants: [derived, conferred] }],
    ['an invented grant', { grants: [derived, conferred, held, { ...held, id: 'x' }] }],
    ['a lost expanded grant', { grants: [conferred, held] }],
    [
      'an expanded grant from elsewhere',
      { grants: [{ ...derived, sources: { sources: { 'role:Viewer:assigned': {} } } }, conferred, held] },
    ],
    [
      'an expanded grant that comes of another one',
      { grants: [{ ...derived, sources: { sources: { 'role:Editor:assigned': {} } } }, conferred, held] },
    ],
    [
      'a direct grant where an expanded one belongs',
      { grants: [{ ...derived, sources: undefined } as unknown as GrantRow, conferred, held] },
    ],
  ])('finds %s', (_what, changed) => {
    expect(differences(factsOfSyncFile(ours), factsOfStore({ ...theirs, ...changed }))).not.toEqual([]);
  });

  it('takes a grant that is given and derived for both', () => {
    const given: GrantRow = { ...derived, sources: undefined, annotations: [] } as unknown as GrantRow;
    const both: GrantRow = {
      ...given,
      sources: { sources: { ...derived.sources?.sources, 'permission:write:granted': { isDirect: true } } },
    };

    expect(
      differences(
        factsOfSyncFile({ ...ours, grants: [given, ...ours.grants] }),
        factsOfStore({ ...theirs, grants: [both, conferred, held] }),
      ),
    ).toEqual([]);
  });

  it('passes nothing on to types that a grant does not name', () => {
    const byRole: GrantRow = { ...held, id: 'role:Editor:assigned:role:Editor', principal: { id: role } };
    const { expandedGrants } = factsOfSyncFile({ ...ours, grants: [byRole, ...ours.grants] });

    expect(expandedGrants.map((line) => (JSON.parse(line) as GrantRow).principal)).toEqual([user]);
  });
});
