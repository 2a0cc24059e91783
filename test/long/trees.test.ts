import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFileIndex } from '../../src/answers/file-index.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { walk } from '../../src/sync/walk.ts';
import type { Rows } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, tenant, user } from '../support/project-fixture.ts';
import { writeSync } from '../support/sync-files.ts';
import { connectorOf } from '../support/walker.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'trees-'));
});
afterAll(async () => await rm(folder, { recursive: true, force: true }));

/** How much memory a sync may take besides what the tests have: the code itself is about 140 MB at first. */
const mostMb = 300;

const numbered = (place: number): string => `t${String(place).padStart(5, '0')}`;
const roles = [
  role('Editor', { permissionNames: ['write'] }),
  role('Own', { tenantId: numbered(0), permissionNames: ['write'] }),
];
const permissions = [permission('write')];

/** Each tenant below the one before. */
function chain(length: number): Rows['tenants'] {
  return Array.from({ length }, (_, place) =>
    tenant(numbered(place), { parent: place === 0 ? '' : numbered(place - 1) }),
  );
}

/** One member in each of the places, with the project's role and, in the first tenant, its own. */
function members(places: readonly number[]): Rows['users'] {
  return places.map((place) =>
    user(`u${place}`, { userTenants: [inTenant(numbered(place), 'Editor', ...(place === 0 ? ['Own'] : []))] }),
  );
}

/** Syncs into nothing; how many grants came, by the type of what is granted, and the memory that was taken at most. */
async function synced(rows: Rows): Promise<{
  readonly grants: Readonly<Record<string, number>>;
  readonly edges: number;
  readonly loops: number;
  readonly peakMb: number;
}> {
  const connector = connectorOf(createProject(rows), { tenantRoles: 'observed' });
  const grants: Record<string, number> = {};
  let peakMb = 0;
  const before = process.memoryUsage().rss;
  const nothing = async (): Promise<void> => undefined;
  await walk({
    surface: connector,
    syncId: 'sync-1',
    sink: {
      resourceTypes: nothing,
      resources: nothing,
      entitlements: nothing,
      grants: async (page) => {
        peakMb = Math.max(peakMb, (process.memoryUsage().rss - before) / 2 ** 20);
        for (const { typeId } of page) {
          grants[typeId] = (grants[typeId] ?? 0) + 1;
        }
      },
    },
  });
  const { edges = 0, loops = 0 } = connector.report('sync-1')?.inheritance ?? {};
  connector.close();
  return { grants, edges, loops, peakMb };
}

describe('a sync of a hostile tree', () => {
  it('passes what is held at the top of a chain of 3,000 tenants down to its end', async () => {
    const { edges, peakMb } = await synced({ tenants: chain(3_000), roles, permissions, users: members([0, 1_500]) });
    expect(edges).toBe(2_999 * 3 + 1_499 * 2);
    expect(peakMb).toBeLessThan(mostMb);
  });

  it('tells each pair of a chain of 3,000 tenants that have a member each', async () => {
    const users = Array.from({ length: 3_000 }, (_, place) =>
      user(`u${place}`, { userTenants: [inTenant(numbered(place))] }),
    );
    const { grants, edges, peakMb } = await synced({ tenants: chain(3_000), roles, permissions, users });
    expect(edges).toBe((3_000 * 2_999) / 2);
    expect(grants['tenant']).toBe(3_000 + edges);
    expect(peakMb).toBeLessThan(mostMb);
  });

  it('ends in 1,000 loops, whose tenants inherit nothing', async () => {
    const tenants = Array.from({ length: 1_000 }, (_, loop) => {
      const length = 1 + (loop % 5);
      const inLoop = Array.from({ length }, (_member, place) =>
        tenant(`loop${loop}-${place}`, { parent: `loop${loop}-${(place + 1) % length}` }),
      );
      return [...inLoop, tenant(`tail${loop}`, { parent: `loop${loop}-0` })];
    }).flat();
    const users = tenants.map(({ id }) => user(`in-${id}`, { userTenants: [inTenant(id, 'Editor')] }));
    const { edges, loops, peakMb } = await synced({ tenants, roles: roles.slice(0, 1), permissions, users });
    expect({ edges, loops }).toEqual({ edges: 2_000, loops: 3_000 });
    expect(peakMb).toBeLessThan(mostMb);
  });

  it('passes what is held in a tenant down to its 10,000 children', async () => {
    const tenants = Array.from({ length: 10_001 }, (_, place) =>
      tenant(numbered(place), { parent: place === 0 ? '' : numbered(0) }),
    );
    const { edges, peakMb } = await synced({ tenants, roles, permissions, users: members([0]) });
    expect(edges).toBe(30_000);
    expect(peakMb).toBeLessThan(mostMb);
  });
});

it('an answer names all 3,000 tenants by which something is inherited', async () => {
  const path = join(folder, 'chain.json');
  await writeSync(
    path,
    { tenants: chain(3_000), roles, permissions, users: members([0]) },
    { tenantRoles: 'observed' },
  );
  await using index = await createFileIndex(path);
  const paths = [...whoCan(index, 'write', numbered(2_999)).paths()];
  expect(paths.map(({ role: held, from, through }) => [held, from, through.length])).toEqual([
    ['Editor', numbered(0), 3_000],
    ['Own', numbered(0), 3_000],
  ]);
});
