import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { walk } from '../../src/sync/walk.ts';
import { projectArbitrary } from '../support/arbitraries.ts';
import { createProject } from '../support/project-fixture.ts';
import { truthOf } from '../support/truth.ts';
import { connectorOf, createCollector, expectEntitlements, expectTruth, handWalk, typeIds } from '../support/walker.ts';

/** Random projects dangle more than a real one may; what that does is told in findings.test.ts. */
const maxDangling = 1_000_000;

describe('a project, read through the connector', () => {
  it.each(['all', 'observed'] as const)(
    'is told exactly as the access model says, with tenant roles "%s"',
    async (tenantRoles) => {
      const property = fc.asyncProperty(projectArbitrary, async (rows) => {
        const truth = truthOf(rows, tenantRoles);
        const connector = connectorOf(createProject(rows), { tenantRoles, maxDangling });
        const collector = createCollector();

        await walk({ surface: connector, syncId: 'sync-1', sink: collector.sink });

        expectTruth(collector, truth);
        expectEntitlements(collector.entitlements, truth);
        expect(connector.report('sync-1')?.findings).toMatchObject({
          references: truth.references,
          danglingReferences: truth.dangling.length,
          dangling: { count: truth.dangling.length + truth.danglingPermissions.length },
          ambiguous: { count: truth.ambiguous },
        });
      });

      await fc.assert(property, { numRuns: 200 });
    },
  );

  it.each(['parent', 'child', 'none'] as const)(
    'tells what tenants inherit by the reading that was asked for: %s',
    async (inheritance) => {
      const property = fc.asyncProperty(projectArbitrary, async (rows) => {
        const connector = connectorOf(createProject(rows), { tenantRoles: 'observed', inheritance, maxDangling });

        const walked = await handWalk(connector, {});

        const truth = truthOf(rows, 'observed', inheritance);
        expectTruth(walked, truth);
        const inherited = [...truth.grants.values()].map((grant) => grant.inherited).filter((one) => one !== undefined);
        expect(connector.report('sync-1')?.inheritance).toMatchObject({
          mode: inheritance,
          edges: inherited.length,
          uncertain: inherited.filter(({ metadata }) => metadata['certainty'] === 'uncertain').length,
        });
      });

      await fc.assert(property, { numRuns: 100 });
    },
  );

  it.each(['all', 'observed'] as const)(
    'is the same in pages of any size and in any order of the types, with tenant roles "%s"',
    async (tenantRoles) => {
      const how = fc.record({
        order: fc.shuffledSubarray([...typeIds], { minLength: typeIds.length }),
        pageSize: fc.constantFrom(0, 1, 2, 3, 7, 50, 99, 100, 101, 250),
        isTypeScoped: fc.boolean(),
      });
      const property = fc.asyncProperty(projectArbitrary, how, async (rows, options) => {
        const connector = connectorOf(createProject(rows), { tenantRoles, maxDangling });

        const walked = await handWalk(connector, options);

        expectTruth(walked, truthOf(rows, tenantRoles));
      });

      await fc.assert(property, { numRuns: 120 });
    },
  );
});
