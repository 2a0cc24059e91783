import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { accessKeyList } from '../../src/descope/access-keys.ts';
import type { CallOptions } from '../../src/descope/http/call.ts';
import type { WholeList } from '../../src/descope/whole-list.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { connectSurface } from '../../src/server/remote-surface.ts';
import { startServer } from '../../src/server/server.ts';
import { walk } from '../../src/sync/walk.ts';
import { projectWithKeysArbitrary } from '../support/arbitraries.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, inTenant, user } from '../support/project-fixture.ts';
import { ShortLived } from '../support/short-lived.ts';
import { type TruthRows, truthOf } from '../support/truth.ts';
import {
  connectorOf,
  createCollector,
  expectEntitlements,
  expectGrants,
  expectTruth,
  handWalk,
  keyOf,
  typeIds,
  type Walked,
} from '../support/walker.ts';

type ProjectWithKeys = typeof projectWithKeysArbitrary extends fc.Arbitrary<infer Rows> ? Rows : never;

const types = [...typeIds, 'access_key', 'access_key_secret'];
const how = fc.record({
  order: fc.shuffledSubarray(types, { minLength: types.length }),
  pageSize: fc.integer({ min: 1, max: 5 }),
  isTypeScoped: fc.boolean(),
});

/** Random projects dangle more than a real one may; what that does is told in findings.test.ts. */
function policyOf(tenantRoles: 'all' | 'observed'): SyncPolicy {
  return { tenantRoles, include: ['access_key'], maxDangling: 1_000_000 };
}

function projectOf({ keys, ...rows }: ProjectWithKeys): DescopeModel {
  const project = createProject(rows);
  const { readList } = project;
  type Asked<Row> = Pick<WholeList<Row>, 'key' | 'endpoint'>;
  project.readList = async <Row>(list: Asked<Row>, call?: CallOptions): Promise<readonly Row[]> =>
    list.key === accessKeyList.key ? (keys as readonly unknown[] as readonly Row[]) : await readList(list, call);
  return project;
}

/** The truth's resources and grants, be it that a process which knows nothing of the one before tells some twice. */
function expectTold(
  { resources, grants }: Pick<Walked, 'resources' | 'grants'>,
  truth: ReturnType<typeof truthOf>,
): void {
  expect(new Set(resources.map(keyOf))).toEqual(new Set(truth.resources.keys()));
  expectGrants(grants, truth);
}

function oneCallEach(rows: ProjectWithKeys, tenantRoles: 'all' | 'observed'): ShortLived {
  const project = projectOf(rows);
  const start = (): { surface: ReturnType<typeof connectorOf>; end: () => void } => {
    const connector = connectorOf(project, policyOf(tenantRoles));
    return { surface: connector, end: () => connector.close() };
  };
  return new ShortLived(start, () => 1);
}

describe.each(['all', 'observed'] as const)('a project with access keys, with tenant roles "%s"', (tenantRoles) => {
  const truthWithKeys = (rows: TruthRows): ReturnType<typeof truthOf> => truthOf(rows, tenantRoles);

  it('is told exactly as the access model says', async () => {
    const property = fc.asyncProperty(projectWithKeysArbitrary, async (rows) => {
      const truth = truthWithKeys(rows);
      const connector = connectorOf(projectOf(rows), policyOf(tenantRoles));
      const collector = createCollector();

      await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });

      expectTruth(collector, truth);
      expectEntitlements(collector.entitlements, truth);
      expect(connector.report('sync-1')?.findings).toMatchObject({
        references: truth.references,
        danglingReferences: truth.dangling.length,
        ambiguous: { count: truth.ambiguous },
      });
    });

    await fc.assert(property, { numRuns: 150 });
  });

  it('is the same in pages of any size, in process', async () => {
    const property = fc.asyncProperty(projectWithKeysArbitrary, how, async (rows, options) => {
      const truth = truthWithKeys(rows);
      const connector = connectorOf(projectOf(rows), policyOf(tenantRoles));
      expectTruth(await handWalk(connector, options), truth);
      connector.close();
    });

    await fc.assert(property, { numRuns: 150 });
  });

  it('is the same in pages of any size, through gRPC', async () => {
    const property = fc.asyncProperty(projectWithKeysArbitrary, how, async (rows, options) => {
      const truth = truthWithKeys(rows);
      const connector = connectorOf(projectOf(rows), policyOf(tenantRoles));
      const server = await startServer({ surface: connector, listen: '127.0.0.1:0' });
      const remote = connectSurface(server.address);
      try {
        expectTruth(await handWalk(remote, options), truth);
      } finally {
        remote.close();
        await server.stop(100);
        connector.close();
      }
    });

    await fc.assert(property, { numRuns: 25 });
  });

  it('is the same where each process lives for one call', async () => {
    // such a process goes on from the second in which a user was created, and tells what one user holds at once
    const size = fc.constantFrom(10, 50, 0);
    const property = fc.asyncProperty(projectWithKeysArbitrary, size, async (rows, rowsPerPage) => {
      const users = rows.users.map((one, place) => Object.assign({}, one, { createdTime: 1_600_000_000 + place }));

      expectTold(
        await oneCallEach({ ...rows, users }, tenantRoles).sync(rowsPerPage, types),
        truthWithKeys({ ...rows, users }),
      );
    });

    await fc.assert(property, { numRuns: 25 });
  });

  it('is the same where each process lives for one call and has to walk the users', async () => {
    const property = fc.asyncProperty(projectWithKeysArbitrary, async (rows) => {
      const more = Array.from({ length: 1_300 }, (_, place) =>
        user(`more-${place}`, {
          createdTime: 1_600_000_000 + place,
          userTenants:
            place % 100 === 0 ? [inTenant(rows.tenants[0]?.id ?? 'gone', rows.roles[0]?.name ?? 'gone')] : [],
        }),
      );
      const large = { ...rows, users: [...rows.users, ...more] };

      expectTold(await oneCallEach(large, tenantRoles).sync(0, types), truthWithKeys(large));
    });

    await fc.assert(property, { numRuns: 5 });
  });
});
