import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { type HolderTruth, holdersOf } from '../support/holder-truth.ts';
import { writeSync } from '../support/sync-files.ts';
import { type TreeWorld, treeWorldArbitrary } from '../support/tree-worlds.ts';
import { holdersIn, permissionHoldersIn } from './holders.ts';
import { derivedGrants, type SyncRows } from './rows.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holders-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** A sync's rows, with what follows from them. */
async function expandedRows({ keys, ...rows }: TreeWorld, policy: Partial<SyncPolicy>): Promise<SyncRows> {
  const path = join(folder, 'sync.json');
  await writeSync(path, rows, policy, undefined, { keys });
  const synced = JSON.parse(await readFile(path, 'utf8')) as SyncRows;
  const derived = derivedGrants(synced.grants);
  const replaced = new Set(derived.map(({ id }) => id));
  return { ...synced, grants: [...synced.grants.filter(({ id }) => !replaced.has(id)), ...derived] };
}

function lines(holders: readonly HolderTruth[]): string[] {
  return holders
    .map(({ who, permission, tenant, role, way, from, reason, certainty }) =>
      JSON.stringify([who, permission, tenant, role, way, from, reason, certainty]),
    )
    .toSorted();
}

describe('who can do what, where and by which way', () => {
  it.each(['all', 'observed'] as const)(
    'is the same from expanded rows as from the records, with tenant roles "%s"',
    async (tenantRoles) => {
      let inherited = 0;
      const property = fc.asyncProperty(treeWorldArbitrary, async (world) => {
        const rows = await expandedRows(world, { tenantRoles, include: ['access_key'] });

        const truth = holdersOf(world);
        expect(lines(holdersIn(rows))).toEqual(lines(truth));
        expect(permissionHoldersIn(rows).toSorted()).toEqual(
          [
            ...new Set(
              truth
                .filter(({ permission }) => permission !== '')
                .map(({ who, permission }) => JSON.stringify([who, permission])),
            ),
          ].toSorted(),
        );
        inherited += truth.filter(({ way }) => way === 'inherited').length;
      });

      await fc.assert(property, { numRuns: 40 });
      expect(inherited).toBeGreaterThan(400);
    },
  );

  it('is without what is inherited where nothing is to be derived', async () => {
    const property = fc.asyncProperty(treeWorldArbitrary, async (world) => {
      const rows = await expandedRows(world, { tenantRoles: 'observed', inheritance: 'none', include: ['access_key'] });

      expect(lines(holdersIn(rows))).toEqual(lines(holdersOf(world, 'none')));
    });

    await fc.assert(property, { numRuns: 20 });
  });
});
