import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { pathJson } from '../../src/answers/answer-text.ts';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { holdersOf } from '../support/holder-truth.ts';
import { writeSync } from '../support/sync-files.ts';
import { type TreeWorld, treeWorldArbitrary } from '../support/tree-worlds.ts';
import { type AnswerRow, holdersAnswered, holdersIn, linesOf, permissionHoldersIn } from './holders.ts';
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

describe('who can do what, where and by which way', () => {
  it.each(['all', 'observed'] as const)(
    'is the same from expanded rows as from the records, with tenant roles "%s"',
    async (tenantRoles) => {
      let inherited = 0;
      const property = fc.asyncProperty(treeWorldArbitrary, async (world) => {
        const rows = await expandedRows(world, { tenantRoles, include: ['access_key'] });

        const truth = holdersOf(world);
        expect(linesOf(holdersIn(rows))).toEqual(linesOf(truth));
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

      await fc.assert(property, { numRuns: 25 });
      expect(inherited).toBeGreaterThan(0); // one world in ten has none
    },
  );

  it('is without what is inherited where nothing is to be derived', async () => {
    const property = fc.asyncProperty(treeWorldArbitrary, async (world) => {
      const rows = await expandedRows(world, { tenantRoles: 'observed', inheritance: 'none', include: ['access_key'] });

      expect(linesOf(holdersIn(rows))).toEqual(linesOf(holdersOf(world, 'none')));
    });

    await fc.assert(property, { numRuns: 20 });
  });

  it('is the same from who-can as from the records, with every tenant on the way', async () => {
    const property = fc.asyncProperty(treeWorldArbitrary, async ({ keys, ...rows }) => {
      const path = join(folder, 'asked.c1z');
      await writeSync(path, rows, { tenantRoles: 'observed', include: ['access_key'] }, undefined, { keys });
      await using index = await createFileIndex(path);
      const truth = holdersOf({ ...rows, keys });

      for (const { name } of rows.permissions) {
        const answered = Array.from(whoCan(index, name).paths(), (one) => pathJson(one) as AnswerRow);
        expect(linesOf(holdersAnswered(answered))).toEqual(
          linesOf(truth.filter(({ permission }) => permission === name)),
        );
        for (const { tenantId, from, through } of answered) {
          expect(through).toEqual(from === '' ? [] : wayDown(rows.tenants, from, tenantId));
        }
        const direct = Array.from(whoCan(index, name, undefined, { directOnly: true }).paths(), ({ way }) => way);
        expect(direct).not.toContain('inherited');
        expect(direct.length).toBe(truth.filter((one) => one.permission === name && one.way !== 'inherited').length);
      }
    });

    await fc.assert(property, { numRuns: 25 });
  });
});

/** The tenants from an ancestor down to a tenant, both included. */
function wayDown(tenants: TreeWorld['tenants'], ancestor: string, tenantId: string): string[] {
  const parent = tenants.find(({ id }) => id === tenantId)?.parent ?? '';
  return tenantId === ancestor ? [ancestor] : [...wayDown(tenants, ancestor, parent), tenantId];
}
