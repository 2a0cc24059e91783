import { deepEqual } from 'node:assert/strict';
import type { Bench, Scenario } from './bench.ts';
import { type EntitlementRow, factsOfStore, type GrantRow, type ResourceRow } from './rows.ts';

/** People whose access is asked for one by one. */
const askedUsers = 5;

/** Our own `.c1z`, opened by the ecosystem's `baton` command line. */
export const c1zScenarios: readonly Scenario[] = [
  { name: 'our .c1z, read by the baton command line', run: readByBaton },
];

async function readByBaton(bench: Bench): Promise<string> {
  const file = bench.path('ours.c1z');
  await bench.sync(file);

  const { resources } = (await bench.baton(['resources', '-f', file])) as { resources: { resource: ResourceRow }[] };
  const { entitlements } = (await bench.baton(['entitlements', '-f', file])) as {
    entitlements: { entitlement: EntitlementRow }[];
  };
  const { grants } = (await bench.baton(['grants', '-f', file])) as { grants: { grant: GrantRow }[] };
  const facts = factsOfStore({
    resources: resources.map(({ resource }) => resource),
    entitlements: entitlements.map(({ entitlement }) => entitlement),
    grants: grants.map(({ grant }) => grant),
  });
  deepEqual(facts.resources, bench.expected.resources);
  deepEqual(facts.entitlements, bench.expected.entitlements);
  deepEqual(facts.directGrants, bench.expected.directGrants);

  const users = [
    ...Map.groupBy(
      bench.rows.grants.filter(({ principal }) => principal.id.resourceType === 'user'),
      ({ principal }) => principal.id.resource,
    ),
  ].slice(0, askedUsers);
  for (const [userId, held] of users) {
    const { access } = (await bench.baton(['access', '-t', 'user', '-r', userId, '-f', file])) as {
      access: { entitlements: { id: string }[] }[];
    };
    deepEqual(
      access.flatMap((one) => one.entitlements.map(({ id }) => id)).toSorted(),
      held.map(({ entitlement }) => entitlement.id).toSorted(),
      `access of ${userId}`,
    );
  }
  return `${resources.length} resources, ${entitlements.length} entitlements, ${grants.length} grants; access of ${users.length} users`;
}
