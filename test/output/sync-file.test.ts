import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grantRow, resourceRow } from '../../src/model/row.ts';
import { createSyncFile, type SyncFile } from '../../src/output/sync-file.ts';
import { walk } from '../../src/sync/walk.ts';
import { hostileNames } from '../support/arbitraries.ts';
import type { Rows } from '../support/descope-model.ts';
import { createProject, inTenant, permission, role, smallProject, tenant, user } from '../support/project-fixture.ts';
import { truthOf } from '../support/truth.ts';
import { connectorOf, createCollector, expectIds } from '../support/walker.ts';

interface FileId {
  readonly resourceType: string;
  readonly resource: string;
}
interface SyncJson {
  readonly format: string;
  readonly version: number;
  readonly resourceTypes: readonly { readonly id: string }[];
  readonly resources: readonly { readonly id: FileId }[];
  readonly entitlements: readonly { readonly id: string }[];
  readonly grants: readonly {
    readonly id: string;
    readonly entitlement: { readonly id: string };
    readonly principal: { readonly id: FileId };
  }[];
  readonly summary: { readonly contentHash: string };
}

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'sync-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const target = (): string => join(folder, 'sync.json');
const finish = (file: SyncFile): Promise<void> => file.finish((contentHash) => ({ contentHash }));

async function written(rows: Partial<Rows>): Promise<string> {
  const file = await createSyncFile(target());
  await walk({ surface: connectorOf(createProject(rows), { maxDangling: 1000 }), syncId: 'sync-1', sink: file });
  await finish(file);
  return await readFile(target(), 'utf8');
}

const parse = (text: string): SyncJson => JSON.parse(text) as SyncJson;

/** The way that the documentation tells a reader to verify a file. */
function hashOf(text: string): string {
  const bytes = Buffer.from(text, 'utf8');
  return `sha256:${createHash('sha256')
    .update(bytes.subarray(0, bytes.lastIndexOf(',"summary":')))
    .digest('hex')}`;
}

describe('the sync file', () => {
  it('is one JSON object with these members, in this order', async () => {
    const text = await written(smallProject());

    expect(Object.keys(parse(text))).toEqual([
      'format',
      'version',
      'resourceTypes',
      'resources',
      'entitlements',
      'grants',
      'summary',
    ]);
    expect(parse(text)).toMatchObject({ format: 'baton-descope.sync', version: 1 });
    expect(text.endsWith('}\n')).toBe(true);
  });

  it('has all its sections though none has a row', async () => {
    const file = await createSyncFile(target());

    await finish(file);

    const text = await readFile(target(), 'utf8');
    expect({ ...parse(text), summary: {} }).toEqual({
      format: 'baton-descope.sync',
      version: 1,
      resourceTypes: [],
      resources: [],
      entitlements: [],
      grants: [],
      summary: {},
    });
    expect(parse(text).summary.contentHash).toBe(hashOf(text));
  });

  it('has its sections though only the last of them has rows', async () => {
    const collector = createCollector();
    await walk({ surface: connectorOf(createProject(smallProject())), syncId: 'sync-1', sink: collector.sink });
    const file = await createSyncFile(target());

    await file.grants(collector.grants.map(grantRow));
    await finish(file);

    expect(parse(await readFile(target(), 'utf8'))).toMatchObject({
      resourceTypes: [],
      resources: [],
      entitlements: [],
      grants: { length: collector.grants.length },
    });
  });

  it('holds exactly the truth', async () => {
    const truth = truthOf(smallProject(), 'all');

    const { resourceTypes, resources, entitlements, grants } = parse(await written(smallProject()));

    expect(resourceTypes.map(({ id }) => id)).toEqual(['user', 'tenant', 'role', 'permission', 'role_binding']);
    expectIds(
      resources.map(({ id }) => `${id.resourceType}:${id.resource}`),
      truth.resources.keys(),
    );
    expectIds(
      entitlements.map(({ id }) => id),
      truth.entitlements,
    );
    expectIds(
      grants.map(({ id }) => id),
      truth.grants.keys(),
    );
  });

  it('tells of a grant the ids of its principal and of its entitlement, and no more of them', async () => {
    const { grants } = parse(await written(smallProject()));

    for (const { entitlement, principal, id } of grants) {
      expect(id).toBe(`${entitlement.id}:${principal.id.resourceType}:${principal.id.resource}`);
      expect(Object.keys(entitlement).toSorted()).toEqual(['id', 'resource']);
      expect(entitlement).toMatchObject({
        resource: { id: { resourceType: expect.any(String), resource: expect.any(String) } },
      });
      expect(Object.keys(principal)).toEqual(['id']);
    }
    expect(grants.length).toBeGreaterThan(10);
  });

  it('says how its annotations are to be read, by their types', async () => {
    const { grants } = parse(await written(smallProject()));

    expect(grants.find(({ id }) => id === 'permission:approve:granted:role:acme/Approver')).toMatchObject({
      annotations: [
        {
          '@type': 'type.googleapis.com/c1.connector.v2.GrantExpandable',
          entitlementIds: ['role:acme/Approver:assigned'],
          shallow: true,
          resourceTypeIds: ['user'],
        },
        { '@type': 'type.googleapis.com/c1.connector.v2.GrantMetadata', metadata: { tenant_id: 'acme' } },
      ],
    });
  });

  it('carries the hash of everything before its summary', async () => {
    const text = await written({ ...smallProject(), users: [user('ann', { name: '\u{1F600} ,"summary":' })] });

    expect(parse(text).summary.contentHash).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(parse(text).summary.contentHash).toBe(hashOf(text));
    expect(hashOf(text.replace('ann', 'bob'))).not.toBe(hashOf(text));
  });

  it('carries hostile names byte for byte', async () => {
    const rows = {
      users: hostileNames.map((name) =>
        user(name, {
          roleNames: [...hostileNames],
          userTenants: hostileNames.map((id) => inTenant(id, ...hostileNames)),
        }),
      ),
      tenants: hostileNames.map((id) => tenant(id, { customAttributes: { [id]: id } })),
      roles: hostileNames.map((name) => role(name, { permissionNames: [...hostileNames] })),
      permissions: hostileNames.map((name) => permission(name)),
    };
    const truth = truthOf(rows, 'all');

    const { resources, grants } = parse(await written(rows));

    expect(new Set(resources.map(({ id }) => `${id.resourceType}:${id.resource}`))).toEqual(
      new Set(truth.resources.keys()),
    );
    expect(new Set(grants.map(({ id }) => id))).toEqual(new Set(truth.grants.keys()));
    expect(grants).toHaveLength(truth.grants.size);
  });

  it('counts its rows by section and type', async () => {
    const file = await createSyncFile(target());
    await walk({ surface: connectorOf(createProject(smallProject())), syncId: 'sync-1', sink: file });

    expect(file.counts).toEqual({
      resourceTypes: 5,
      resources: { user: 4, tenant: 2, role: 4, permission: 3, role_binding: 5 },
      entitlements: { tenant: 2, role: 4, permission: 3, role_binding: 5 },
      grants: { tenant: 5, role: 4, permission: 11, role_binding: 5 },
    });

    await file.discard();
  });

  it('refuses a row of a section that is closed', async () => {
    const collector = createCollector();
    await walk({ surface: connectorOf(createProject(smallProject())), syncId: 'sync-1', sink: collector.sink });
    const [grant] = collector.grants;
    const [resource] = collector.resources;
    const file = await createSyncFile(target());
    await file.grants([grantRow(grant ?? expect.fail('no grant'))]);

    await expect(file.resources([resourceRow(resource ?? expect.fail('no resource'))])).rejects.toThrow(
      'after that section was closed',
    );

    await file.discard();
  });
});
