import type { DatabaseSync } from 'node:sqlite';
import { ConnectorError, throwIfCancelled } from '../errors.ts';
import { toGrant } from '../model/grant-message.ts';
import type { Grant } from '../model/messages.ts';
import { c1zTables } from '../sync-format/c1z.ts';
import { type Section, sections } from '../sync-format/layout.ts';
import { messageFromBytes, type StoredMessage, withExpansion } from '../sync-format/stored-rows.ts';
import { inArrays } from './array-rows.ts';
import { incomplete } from './faults.ts';
import { rowOfGrant, rowOfStoredGrant } from './grant-to-row.ts';
import { type GrantIdentity, IdentitySizes } from './identity-size.ts';
import { leanResource } from './lean-resource.ts';
import type { FileRow } from './rows.ts';
import { rowOfJsonResource, rowOfResource } from './to-row.ts';

/** One sync in an unpacked database. */
export interface C1zTables {
  readonly path: string;
  readonly database: DatabaseSync;
  readonly syncId: string;
}

const batchRows = 1_000;

/** All rows as the messages that they are, section by section. */
export async function* messagesIn(tables: C1zTables, signal?: AbortSignal): AsyncGenerator<readonly StoredMessage[]> {
  for (const section of sections) {
    for await (const batch of batchesOf(tables, section, wholeColumns(tables, section), signal)) {
      yield batch.map((row) => toMessage(tables.path, section, row));
    }
  }
}

/** One message, by its section and the id that the format files it under. */
export function messageIn(
  tables: C1zTables,
  { section, id }: { readonly section: Section; readonly id: string },
): StoredMessage | undefined {
  const { path, database, syncId } = tables;
  const columns = wholeColumns(tables, section);
  const row = guarded(path, () =>
    inArrays(
      database.prepare(`select ${columns} from ${c1zTables[section]} where external_id = ? and sync_id = ?`),
    ).get(id, syncId),
  ) as unknown as StoredRow | undefined; // an array: see `inArrays`
  return row === undefined ? undefined : toMessage(path, section, row);
}

/**
 * What the resources, and then the grants, tell. Of a grant the columns of the format tell who holds what; its message
 * is fetched only where it holds more than that, and read only where that counts.
 */
export async function* rowsIn(tables: C1zTables, signal?: AbortSignal): AsyncGenerator<readonly FileRow[]> {
  const { path } = tables;
  const resources = batchesOf(tables, 'resources', wholeColumns(tables, 'resources'), signal);
  for await (const batch of resources) {
    yield present(batch.map((row) => rowOfStoredResource(path, row)));
  }
  const sizes = new IdentitySizes();
  const columns = wholeColumns(tables, 'grants').replace('data', identityOrData);
  for await (const batch of batchesOf(tables, 'grants', columns, signal)) {
    yield present(batch.map((row) => rowOfGrantColumns(tables, row, sizes)));
  }
}

function present(rows: readonly (FileRow | undefined)[]): readonly FileRow[] {
  return rows.filter((row) => row !== undefined);
}

/** A row of a table: its number, its message, what it expands to; of a grant, the columns of its identity. */
type StoredRow = readonly [
  n: unknown,
  data: unknown,
  expansion?: unknown,
  id?: unknown,
  entitlementId?: unknown,
  typeId?: unknown,
  resourceId?: unknown,
  principalTypeId?: unknown,
  principalId?: unknown,
];

/**
 * The message, or only its size where it ends with the id of the grant: annotations and sources stand behind that. A
 * message takes far longer to hand over than a number.
 */
const identityOrData = `iif(substr(data, -length(cast(external_id as blob))) = cast(external_id as blob), length(data), data)`;

function wholeColumns({ path, database }: C1zTables, section: Section): string {
  if (section !== 'grants') {
    return 'id, data';
  }
  const hasExpansion = guarded(path, () =>
    database
      .prepare('select name from pragma_table_info(?)')
      .all(c1zTables.grants)
      .some(({ name }) => name === 'expansion'),
  );
  return (
    `id, data, ${hasExpansion ? 'expansion' : 'null'}, external_id, entitlement_id, resource_type_id, resource_id, ` +
    'principal_resource_type_id, principal_resource_id'
  );
}

async function* batchesOf(
  { path, database, syncId }: C1zTables,
  section: Section,
  columns: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly StoredRow[]> {
  const statement = guarded(path, () =>
    inArrays(
      database.prepare(`select ${columns} from ${c1zTables[section]} where sync_id = ? and id > ? order by id limit ?`),
    ),
  );
  for (let after = 0; ;) {
    throwIfCancelled(signal);
    const rows = guarded(path, () => statement.all(syncId, after, batchRows)) as unknown as readonly StoredRow[]; // see `inArrays`
    const last = rows.at(-1);
    if (last === undefined) {
      return;
    }
    after = Number(last[0]);
    yield rows;
    await new Promise(setImmediate); // a pass takes long: let signals be handled
  }
}

function rowOfStoredResource(path: string, row: StoredRow): FileRow | undefined {
  const [, data] = row;
  const bytes = checkContent(path, 'resources', data);
  return rowOfResourceBytes(bytes, () => toMessage(path, 'resources', row));
}

/** What the bytes of a resource tell; its message is made only where that is needed. */
export function rowOfResourceBytes(bytes: Uint8Array, message: () => StoredMessage): FileRow | undefined {
  const found = leanResource(bytes);
  return found === undefined ? rowOfMessage(message()) : rowOfJsonResource(found);
}

function rowOfGrantColumns(tables: C1zTables, row: StoredRow, sizes: IdentitySizes): FileRow | undefined {
  const [, content] = row;
  const identity = identityOf(row);
  const hasMore = !(typeof content === 'number' && sizes.isOf(content, identity));
  if (hasMore && typeof content !== 'number') {
    checkContent(tables.path, 'grants', content);
  }
  const { id, entitlementId, typeId, resourceId, principalTypeId, principalId } = identity;
  return rowOfStoredGrant({
    id,
    entitlementId,
    on: { resourceType: typeId, resource: resourceId },
    to: { resourceType: principalTypeId, resource: principalId },
    message: () => (hasMore ? grantOf(tables, row) : undefined),
  });
}

function identityOf(row: StoredRow): GrantIdentity {
  return {
    id: textOf(row[3]),
    entitlementId: textOf(row[4]),
    typeId: textOf(row[5]),
    resourceId: textOf(row[6]),
    principalTypeId: textOf(row[7]),
    principalId: textOf(row[8]),
  };
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The message of a grant, which may not have been fetched yet. */
function grantOf({ path, database }: C1zTables, row: StoredRow): Grant {
  const [n, content, ...others] = row;
  const data =
    typeof content === 'number'
      ? guarded(path, () => database.prepare(`select data from ${c1zTables.grants} where id = ?`).get(Number(n)))?.[
          'data'
        ]
      : content;
  const stored = toMessage(path, 'grants', [n, data, ...others]);
  return stored.message as Grant; // as the section says
}

function toMessage(path: string, section: Section, row: StoredRow): StoredMessage {
  const [, data, expansion] = row;
  const bytes = checkContent(path, section, data);
  try {
    const stored = messageFromBytes(section, bytes);
    return stored.section === 'grants'
      ? { section: 'grants', message: wholeGrant(stored.message, row, expansion) }
      : stored;
  } catch {
    throw incomplete(path, `one of its ${section} is not understood`);
  }
}

/** The grant with what the format lets stand in columns alone. */
function wholeGrant(message: Grant, row: StoredRow, expansion: unknown): Grant {
  const whole = withExpansion(message, expansion instanceof Uint8Array ? expansion : null);
  if (whole.entitlement !== undefined && whole.principal !== undefined) {
    return whole;
  }
  const { entitlementId, typeId, resourceId, principalTypeId, principalId } = identityOf(row);
  const { entitlement, principal } = toGrant(
    { typeId, resourceId, slug: '' },
    { typeId: principalTypeId, id: principalId },
  );
  return {
    ...whole,
    entitlement: whole.entitlement ?? (entitlement && { ...entitlement, id: entitlementId }),
    principal: whole.principal ?? principal,
  };
}

function checkContent(path: string, section: Section, data: unknown): Uint8Array {
  if (!(data instanceof Uint8Array)) {
    throw incomplete(path, `one of its ${section} has no content`);
  }
  return data;
}

/** What a message tells; undefined for a type, an entitlement, and what says nothing of its own. */
export function rowOfMessage(stored: StoredMessage): FileRow | undefined {
  switch (stored.section) {
    case 'resources':
      return rowOfResource(stored.message);
    case 'grants':
      return rowOfGrant(stored.message);
    default:
      return undefined;
  }
}

/** Runs an operation on the unpacked database; an error of SQLite means that the file is damaged. */
export function guarded<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    if (thrown instanceof ConnectorError || !(thrown instanceof Error && 'errcode' in thrown)) {
      throw thrown;
    }
    throw incomplete(path, `it is damaged, or of another kind: its database cannot be read (${thrown.message})`);
  }
}
