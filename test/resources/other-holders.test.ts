import { describe, expect, it } from 'vitest';
import { Catalog, readRows } from '../../src/access/catalog.ts';
import { type CatalogList, listedRoles, listedTenants } from '../../src/access/catalog-list.ts';
import type { HolderType } from '../../src/access/holder-list.ts';
import type { Holder } from '../../src/access/holding.ts';
import type { Permission } from '../../src/descope/permissions.ts';
import { permissionList } from '../../src/descope/permissions.ts';
import { bindingsOfOthers, startOfOthers } from '../../src/resources/sync/other-holders.ts';
import { inTenant, permission, role, tenant } from '../support/project-fixture.ts';

/** A list of principals that lends its reading from another one: only its rows count here. */
const principals: CatalogList<Permission> = {
  typeId: 'robot',
  whole: permissionList,
  idOf: ({ name }) => name,
  bytesOf: () => 0,
};

function readOf(holders: Readonly<Record<string, Holder>>): { catalog: Catalog; types: readonly HolderType[] } {
  const catalog = new Catalog([
    readRows(listedTenants, [tenant('acme'), tenant('globex')]),
    readRows(listedRoles, [role('Editor'), role('Viewer')]),
    readRows(
      principals,
      Object.keys(holders).map((id) => permission(id)),
    ),
  ]);
  const holderOf = ({ name }: Permission): Holder => holders[name] ?? { roleNames: [], userTenants: [] };
  return { catalog, types: [{ typeId: 'robot', list: principals, holderOf }] };
}

function idsAfter({ catalog, types }: ReturnType<typeof readOf>, cursor = startOfOthers): string[] {
  return bindingsOfOthers(catalog, types, cursor)
    .map(([{ binding, source, ordinal }]) => `${binding.roleName} in ${binding.tenantId}: ${source.ids.at(ordinal)}`)
    .toArray();
}

const inBoth = { roleNames: [], userTenants: [inTenant('globex', 'Viewer', 'Editor'), inTenant('acme', 'Editor')] };

describe('the bindings of principals that are no users', () => {
  const told = [
    'Editor in acme: R1',
    'Editor in globex: R1',
    'Viewer in globex: R1',
    'Editor in acme: R2',
    'Editor in globex: R2',
    'Viewer in globex: R2',
  ];

  it('come by principal, role and tenant, and go on behind any of them', () => {
    const read = readOf({ R1: inBoth, R2: inBoth });

    const cursors = bindingsOfOthers(read.catalog, read.types, startOfOthers).map(([, after]) => after);

    expect(idsAfter(read)).toEqual(told);
    expect(cursors.map((cursor) => idsAfter(read, cursor)).toArray()).toEqual(
      told.map((_, place) => told.slice(place + 1)),
    );
  });

  it('leave none out where the next process reads that a principal holds fewer, or is gone', () => {
    const first = readOf({ R1: inBoth, R2: inBoth });
    const afterTwo = bindingsOfOthers(first.catalog, first.types, startOfOthers).toArray()[1]?.[1];

    const fewer = readOf({ R1: { roleNames: [], userTenants: [inTenant('globex', 'Viewer')] }, R2: inBoth });

    expect(idsAfter(fewer, afterTwo)).toEqual(told.slice(2));
    expect(idsAfter(readOf({ R2: inBoth }), afterTwo)).toEqual(told.slice(3));
  });
});
