import { describe, expect, it } from 'vitest';
import { checkOwner, checkShrink, type ShrinkLimits, type SyncExtent } from '../../src/sync/guard.ts';

interface Found {
  readonly users?: number;
  readonly tenants?: number;
  readonly grants?: number;
  readonly projectId?: string;
  readonly tenantRoles?: 'all' | 'observed';
}

const extent = ({
  users = 1_000,
  tenants = 100,
  grants = 5_000,
  projectId = 'P2one',
  tenantRoles,
}: Found): SyncExtent => ({
  projectId,
  tenantRoles,
  counts: {
    resources: { user: users, tenant: tenants, total: users + tenants },
    grants: { role: grants - 1, tenant: 1, total: grants },
  },
});

const check = (before: Found, found: Found, limits: Partial<ShrinkLimits> = {}): readonly string[] =>
  checkShrink(extent(before), extent(found), { maxShrink: 20, isAccepted: false, ...limits });

describe('a deployment that no longer tells which keys are those of SCIM', () => {
  const last = (scimKeys?: number) => ({ ...extent({}), scimKeys });
  const limits = { maxShrink: 20, isAccepted: false };

  it('is held back where the file before knew of some, unless somebody accepts it', () => {
    const found = { ...extent({}), isScimUntold: true };

    expect(() => checkShrink(last(2), found, limits)).toThrow(/it has SCIM keys, .*--accept-shrink/);
    expect(checkShrink(last(2), found, { ...limits, isAccepted: true })).toEqual([]);
    expect(checkShrink(last(0), found, limits)).toEqual([]);
    expect(checkShrink(last(), found, limits)).toEqual([]);
    expect(checkShrink(last(2), { ...extent({}), isScimUntold: false }, limits)).toEqual([]);
  });
});

describe('the shrink guard', () => {
  it.each([
    { what: 'nothing missing', found: {}, isHeld: false },
    { what: 'more than before', found: { users: 2_000, tenants: 200, grants: 9_000 }, isHeld: false },
    { what: 'exactly a fifth fewer', found: { users: 800, tenants: 80, grants: 4_000 }, isHeld: false },
    { what: 'one more user missing', found: { users: 799 }, isHeld: true },
    { what: 'one more tenant missing', found: { tenants: 79 }, isHeld: true },
    { what: 'one more grant missing', found: { grants: 3_999 }, isHeld: true },
    { what: 'nobody left', found: { users: 0, tenants: 0, grants: 1 }, isHeld: true },
  ])('with $what: held is $isHeld', ({ found, isHeld }) => {
    const act = (): readonly string[] => check({}, found);

    if (isHeld) {
      expect(act).toThrow(expect.objectContaining({ kind: 'held' }));
    } else {
      expect(act()).toEqual([]);
    }
  });

  it('says in one line what shrank, from how many to how many, and how to go on', () => {
    expect(() => check({}, { users: 300, grants: 900 })).toThrow(
      'held back, the file stays as it was: users went from 1,000 to 300, grants from 5,000 to 900 since then, more ' +
        'than 20 % fewer; if that is right, run it again with --accept-shrink',
    );
  });

  it.each([
    { before: 4, after: 0, isHeld: false },
    { before: 5, after: 1, isHeld: false },
    { before: 5, after: 0, isHeld: true },
    { before: 10, after: 5, isHeld: true },
    { before: 10, after: 6, isHeld: false },
    { before: 0, after: 0, isHeld: false },
  ])('counts a loss from five missing on: $before to $after is held: $isHeld', ({ before, after, isHeld }) => {
    const act = (): readonly string[] => check({ users: before }, { users: after });

    if (isHeld) {
      expect(act).toThrow(expect.objectContaining({ kind: 'held' }));
    } else {
      expect(act()).toEqual([]);
    }
  });

  it.each([
    { maxShrink: 0, users: 995, isHeld: true },
    { maxShrink: 0, users: 996, isHeld: false },
    { maxShrink: 50, users: 500, isHeld: false },
    { maxShrink: 50, users: 499, isHeld: true },
    { maxShrink: 99, users: 0, isHeld: true },
    { maxShrink: 100, users: 0, isHeld: false },
  ])('at $maxShrink percent, $users users of 1,000 are held: $isHeld', ({ maxShrink, users, isHeld }) => {
    const act = (): readonly string[] => check({}, { users }, { maxShrink });

    if (isHeld) {
      expect(act).toThrow(expect.objectContaining({ kind: 'held' }));
    } else {
      expect(act()).toEqual([]);
    }
  });

  it('lets an accepted loss through, and tells it', () => {
    expect(check({}, { users: 300 }, { isAccepted: true })).toEqual([
      'note: users went from 1,000 to 300 since the file before, as accepted',
    ]);
  });

  it('compares nothing with another project', () => {
    expect(check({}, { projectId: 'P2other', users: 1 })).toEqual([]);
  });

  it('compares nothing with another policy, and says so', () => {
    expect(check({ tenantRoles: 'all' }, { tenantRoles: 'observed', grants: 1 })).toEqual([
      expect.stringContaining('--tenant-roles all'),
    ]);
  });

  it('compares with a file that does not tell its policy', () => {
    expect(() => check({}, { tenantRoles: 'observed', grants: 1 })).toThrow(expect.objectContaining({ kind: 'held' }));
  });

  it.each([
    { before: 3, typesNotOffered: ['idp_group'], isHeld: true },
    { before: 0, typesNotOffered: ['idp_group'], isHeld: false },
    { before: 3, typesNotOffered: [], isHeld: false },
  ])('with $before groups before, and $typesNotOffered not told of any more: held is $isHeld', (row) => {
    const last = extent({});
    const counts = { ...last.counts, resources: { ...last.counts.resources, idp_group: row.before } };
    const found = { ...extent({}), typesNotOffered: row.typesNotOffered };
    const act = (isAccepted: boolean): readonly string[] =>
      checkShrink({ ...last, counts }, found, { maxShrink: 20, isAccepted });

    if (row.isHeld) {
      expect(() => act(false)).toThrow(/it has idp_group, and Descope does not tell of them any more/);
    }
    expect(act(row.isHeld)).toEqual([]);
  });

  it('takes a type that is not counted for none of it', () => {
    const before: SyncExtent = { projectId: 'P2one', counts: { resources: {}, grants: {} } };

    expect(checkShrink(before, extent({}), { maxShrink: 20, isAccepted: false })).toEqual([]);
    expect(() => checkShrink(extent({}), before, { maxShrink: 20, isAccepted: false })).toThrow(
      'tenants from 100 to 0',
    );
  });
});

describe('what is of another project', () => {
  const target = 'sync.json';

  it.each([
    { last: { projectId: 'P2one' }, projectId: 'P2one' },
    { last: { projectId: undefined }, projectId: 'P2one' },
    { last: { projectId: undefined }, projectId: undefined },
  ])('is not $last for $projectId', ({ last, projectId }) => {
    expect(checkOwner(target, last, projectId, { isAccepted: false })).toEqual([]);
  });

  it.each([
    {
      last: { projectId: 'P2other' },
      projectId: 'P2one',
      told: /another project, "P2other", and this is project "P2one"; .*--replace-other-project$/,
    },
    {
      last: { projectId: 'P2other' },
      projectId: undefined,
      told: /another project, "P2other", and what is to be written does not tell its project/,
    },
    { last: { projectId: undefined, isForeign: true }, projectId: 'P2one', told: /another product's connector/ },
  ])('is $last for $projectId: held, unless that is accepted', ({ last, projectId, told }) => {
    expect(() => checkOwner(target, last, projectId, { isAccepted: false })).toThrow(
      expect.objectContaining({ kind: 'held', message: expect.stringMatching(told) }),
    );
    expect(checkOwner(target, last, projectId, { isAccepted: true })).toHaveLength(1);
  });
});
