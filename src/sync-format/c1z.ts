import type { DatabaseSync } from 'node:sqlite';
import { foundingTypeIds } from '../model/ids.ts';
import { type C1zAbout, parseC1zAbout } from './c1z-about.ts';
import type { Section } from './layout.ts';

/** The tables that rows of a sync go into, by section. */
export const c1zTables = {
  resourceTypes: 'v1_resource_types',
  resources: 'v1_resources',
  entitlements: 'v1_entitlements',
  grants: 'v1_grants',
} as const satisfies Record<Section, string>;
export type C1zTable = (typeof c1zTables)[Section];

/** What Baton's tools call a sync: of everything, of some resources, or of resources alone. */
export type SyncType = 'full' | 'partial' | 'resources_only';

/** The key, among the sessions of a sync, under which a file of ours tells what it was made of. */
const aboutKey = 'baton-descope/sync';

/** Keeps what a file of ours tells of itself: among the sessions of the sync, which no other program reads. */
export function putC1zAbout(database: DatabaseSync, syncId: string, about: object): void {
  database
    .prepare('insert into v1_connector_sessions (sync_id, key, value) values (?, ?, ?)')
    .run(syncId, aboutKey, Buffer.from(JSON.stringify(about)));
}

/** What `putC1zAbout` kept. Undefined in a file that others wrote; in an older one the table itself is missing. */
export function readC1zAbout(database: DatabaseSync, syncId: string): C1zAbout | undefined {
  try {
    return parseC1zAbout(
      database.prepare('select value from v1_connector_sessions where sync_id = ? and key = ?').get(syncId, aboutKey)?.[
        'value'
      ],
    );
  } catch {
    return undefined;
  }
}

/** Whether a sync has all that our answers need: newer versions list more types, and that is no obstacle. */
export function hasFoundingTypes(database: DatabaseSync, syncId: string): boolean {
  const types = typesIn(database, syncId);
  return foundingTypeIds.every((type) => types.has(type));
}

/** Whether a sync lists types that we do not know without listing all of ours: another connector wrote it. */
export function isOfAnotherConnector(database: DatabaseSync, syncId: string): boolean {
  return !hasFoundingTypes(database, syncId) && !typesIn(database, syncId).isSubsetOf(new Set<string>(foundingTypeIds));
}

/** The types that a sync lists. */
export function typesIn(database: DatabaseSync, syncId: string): ReadonlySet<string> {
  return new Set(
    database
      .prepare(`select external_id from ${c1zTables.resourceTypes} where sync_id = ?`)
      .all(syncId)
      .map(({ external_id: id }) => String(id)),
  );
}
