import { describe, expect, it } from 'vitest';
import type { ResourceBid } from '../../src/model/bid.ts';
import { runNarrowSync } from '../../src/sync/narrow.ts';
import { isNarrow, type SyncShape, syncTypeOf } from '../../src/sync/shape.ts';
import { walk } from '../../src/sync/walk.ts';
import type { DescopeModel } from '../support/descope-model.ts';
import { createProject, smallProject } from '../support/project-fixture.ts';
import { connectorOf, createCollector, type Walked } from '../support/walker.ts';

async function narrow(
  shape: SyncShape,
  project: DescopeModel = createProject(smallProject()),
): Promise<Walked & { readonly missing: readonly ResourceBid[]; readonly end: string; readonly told: object }> {
  const { sink, ...walked } = createCollector();
  let [end, told] = ['open', {}];
  const target = {
    ...sink,
    counts: { resourceTypes: 0, resources: {}, entitlements: {}, grants: {} },
    finish: async (summary: (hash: string) => object) => void ([end, told] = ['finished', summary('')]),
    discard: async () => void (end = 'discarded'),
  };
  const { missing } = await runNarrowSync({ surface: connectorOf(project), target, shape });
  return { ...walked, missing, end, told };
}

async function whole(): Promise<Walked> {
  const { sink, ...walked } = createCollector();
  await walk({ surface: connectorOf(createProject(smallProject())), syncId: 'sync-1', sink });
  return walked;
}

const idsOf = (rows: readonly { readonly id?: unknown }[]): unknown[] => rows.map(({ id }) => id);

describe('a sync of some types', () => {
  it('brings the rows of these types that a full sync brings, and no grant to another type', async () => {
    const all = await whole();
    const kept = new Set(['user', 'tenant']);

    const { types, resources, entitlements, grants, end } = await narrow({ typeIds: kept });

    const isKept = (type = ''): boolean => kept.has(type);
    expect(end).toBe('finished');
    expect(idsOf(types)).toEqual(['user', 'tenant']);
    expect(idsOf(resources)).toEqual(idsOf(all.resources.filter(({ id }) => isKept(id?.resourceType))));
    expect(idsOf(entitlements)).toEqual(
      idsOf(all.entitlements.filter(({ resource }) => isKept(resource?.id?.resourceType))),
    );
    expect(idsOf(grants)).toEqual(
      idsOf(
        all.grants.filter(
          ({ entitlement, principal }) =>
            isKept(entitlement?.resource?.id?.resourceType) && isKept(principal?.id?.resourceType),
        ),
      ),
    );
    expect(grants.length).toBeGreaterThan(0);
  });

  it('names the parents that a full sync names, of a type that is left out too', async () => {
    const all = await whole();

    const { resources, grants } = await narrow({ typeIds: new Set(['role_binding']) });

    expect(resources).toEqual(all.resources.filter(({ id }) => id?.resourceType === 'role_binding'));
    expect(resources.map(({ parentResourceId }) => parentResourceId?.resourceType)).toContain('tenant');
    expect(new Set(grants.map(({ principal }) => principal?.id?.resourceType))).toEqual(new Set(['role_binding']));
  });

  it('reads no user where nothing asks for one', async () => {
    const project = createProject(smallProject());

    const { resources } = await narrow({ typeIds: new Set(['tenant']), skips: 'grants' }, project);

    expect(resources.length).toBeGreaterThan(0);
    expect(project.queries).toEqual([]);
  });
});

describe('a sync that skips', () => {
  it('grants has all the rest', async () => {
    const all = await whole();

    const { resources, entitlements, grants } = await narrow({ skips: 'grants' });

    expect([idsOf(resources), idsOf(entitlements), grants]).toEqual([
      idsOf(all.resources),
      idsOf(all.entitlements),
      [],
    ]);
  });

  it('entitlements and grants has the resources', async () => {
    const all = await whole();

    const { resources, entitlements, grants } = await narrow({ skips: 'entitlements-and-grants' });

    expect([idsOf(resources), entitlements, grants]).toEqual([idsOf(all.resources), [], []]);
  });
});

describe('a sync of some resources', () => {
  it('asks for each once, with what it offers and who holds that', async () => {
    const all = await whole();
    const tenant = all.grants.find(({ entitlement }) => entitlement?.resource?.id?.resourceType === 'tenant');
    const id = tenant?.entitlement?.resource?.id?.resource ?? '';
    const gone = { typeId: 'user', id: 'nobody' };

    const { resources, entitlements, grants, missing, told } = await narrow({
      targets: [{ typeId: 'tenant', id }, gone, { typeId: 'tenant', id }],
    });

    const isOfIt = (resource?: { readonly resourceType: string; readonly resource: string }): boolean =>
      resource?.resourceType === 'tenant' && resource.resource === id;
    expect(resources.map((row) => row.id?.resource)).toEqual([id]);
    expect(idsOf(entitlements)).toEqual([`tenant:${id}:member`]);
    expect(new Set(idsOf(grants))).toEqual(
      new Set(idsOf(all.grants.filter(({ entitlement }) => isOfIt(entitlement?.resource?.id)))),
    );
    expect(missing).toEqual([gone]);
    expect(told).toEqual({ complete: false, syncType: 'partial' });
  });

  it('keeps to the types that are asked for, and skips what it is told to', async () => {
    const targets = [
      { typeId: 'tenant', id: 'acme' },
      { typeId: 'role', id: 'Viewer' },
    ];

    const { resources, entitlements, grants } = await narrow({
      targets,
      typeIds: new Set(['tenant']),
      skips: 'grants',
    });

    expect(resources.map((row) => row.id?.resourceType)).toEqual(['tenant']);
    expect([entitlements.length, grants.length]).toEqual([1, 0]);
  });

  it('fails as a whole when one of them cannot be read', async () => {
    await expect(narrow({ targets: [{ typeId: 'starship', id: 'x' }] })).rejects.toThrow('there is no resource type');
  });
});

it.each([
  [{}, false, 'full'],
  [{ typeIds: new Set(['user']) }, true, 'full'],
  [{ skips: 'grants' }, true, 'full'],
  [{ skips: 'entitlements-and-grants' }, true, 'resources_only'],
  [{ targets: [], skips: 'entitlements-and-grants' }, true, 'partial'],
] as const)('%j: narrow %s, called %s', (shape, isIt, name) => {
  expect([isNarrow(shape), syncTypeOf(shape)]).toEqual([isIt, name]);
});
