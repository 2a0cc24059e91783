import { rowOfResourceBytes } from '../../answers/c1z-tables.ts';
import { rowOfStoredGrant } from '../../answers/grant-to-row.ts';
import { IdentitySizes } from '../../answers/identity-size.ts';
import { maxIdBytes } from '../../model/ids.ts';
import type { EntitlementRow, GrantRow, ResourceRow } from '../../model/row.ts';
import type { ResourceType } from '../../model/messages.ts';
import { messageToBytes } from '../../sync-format/stored-rows.ts';
import { kindOfGrant, notesOf, tableOf, type Value, valuesOf } from '../columns.ts';
import { type RowsDigest, hashOf } from '../digest.ts';
import { damaged } from '../faults.ts';
import { grantEntity, slugOf, typeEntity } from '../numbers.ts';
import type { References } from '../references.ts';
import type { VersionTable } from '../schema.ts';
import { bytesOf } from '../writing.ts';
import { isDoubled } from '../write-grants.ts';
import type { Name, Numbers } from './numbers.ts';
import { textsOf } from './user-texts.ts';
import { versionsPerSync } from './schema.ts';
import { noteColumns, type Staging } from './staging.ts';

/** As what the slugs of entitlements are numbered: see `Slug` in `../numbers.ts`. */
export const slugEntity = '#slug';
export const wholeSlugEntity = '#whole';

export interface Place {
  readonly name: string;
  readonly project: number;
  readonly sync: number;
}

/** Puts the rows of a sync into its staging, numbered, and adds them to its hash. */
export interface RowWriter {
  types(rows: readonly ResourceType[]): Promise<void>;
  resources(rows: readonly ResourceRow[]): Promise<void>;
  entitlements(rows: readonly EntitlementRow[]): Promise<void>;
  grants(rows: readonly GrantRow[]): Promise<void>;
  /** Whether something is held in several ways at once: see `createIndexViews`. */
  readonly hasDoubles: boolean;
}

interface WriterParts {
  readonly numbers: Numbers;
  readonly staging: Staging;
  readonly digest: RowsDigest;
  readonly references: References;
}

export function createRowWriter(
  { name, project, sync }: Place,
  { numbers, staging, digest, references }: WriterParts,
): RowWriter {
  const sizes = new IdentitySizes();
  let version = sync * versionsPerSync;
  let hasDoubles = false;

  /** The bytes of a row must be its own: `bytesOf` lends them. */
  function put(table: VersionTable, bytes: Uint8Array | undefined, values: readonly Value[]): void {
    const hash = bytes === undefined ? null : hashOf(bytes);
    if (hash !== null) {
      digest.addHash(hash);
    }
    staging.put(table, [version, project, sync, hash, bytes ?? null, ...values]);
    version += 1;
  }

  function resourceValues(row: ResourceRow, bytes: Uint8Array): readonly Value[] {
    const told = rowOfResourceBytes(bytes, () => ({ section: 'resources', message: row.message }));
    if (told === undefined) {
      throw damaged(name, 'one of the resources has no id');
    }
    return [...valuesOf(told), ...(told.kind === 'user' ? [JSON.stringify(told.loginIds), textsOf(told)] : [])];
  }

  function putGrant(row: GrantRow): void {
    const { id, typeId, resourceId, entitlementId, principalTypeId, principalId } = row;
    const slug = slugOf(entitlementId, typeId, resourceId);
    const bytes = bytesOf((out) => row.write(out));
    const isUsualId = hasUsualId(row);
    const isIdentity =
      isUsualId && sizes.isOf(bytes.length, { id, entitlementId, typeId, resourceId, principalTypeId, principalId });
    const told = rowOfStoredGrant({
      id,
      entitlementId,
      on: { resourceType: typeId, resource: resourceId },
      to: { resourceType: principalTypeId, resource: principalId },
      message: () => (isIdentity ? undefined : row.message),
    });
    const kind = kindOfGrant(told);
    hasDoubles ||= isDoubled(kind, slug, isUsualId);
    if (isIdentity) {
      digest.addHash(hashOf(bytes));
    }
    const [onN, toN] = [numbers.of(typeId, resourceId), numbers.of(principalTypeId, principalId)];
    references.grant(kind, { onN, typeId }, toN, principalTypeId);
    put('grant_row', isIdentity ? undefined : bytes, [
      onN,
      numbers.of(slug.isWhole ? wholeSlugEntity : slugEntity, slug.text),
      toN,
      isUsualId ? 0 : numbers.of(grantEntity, id),
      kind,
      ...noteValues(notesOf(told)),
    ]);
  }

  return {
    get hasDoubles() {
      return hasDoubles;
    },
    types: async (rows) => {
      await numbers.know(rows.map(({ id }) => [typeEntity, id]));
      for (const message of rows) {
        put('type_row', messageToBytes({ section: 'resourceTypes', message }), [numbers.of(typeEntity, message.id)]);
      }
      await staging.drain();
    },
    resources: async (rows) => {
      await numbers.know(rows.map(({ typeId, id }) => [typeId, id]));
      for (const row of rows) {
        const bytes = bytesOf((out) => row.write(out));
        const [table, n] = [tableOf(row.typeId), numbers.of(row.typeId, row.id)];
        references.list(table, n);
        put(table, bytes, [n, ...resourceValues(row, bytes)]);
      }
      await staging.drain();
    },
    entitlements: async (rows) => {
      await numbers.know(rows.flatMap((row) => [[row.typeId, row.resourceId], slugName(row.id, row)] as Name[]));
      for (const row of rows) {
        const bytes = bytesOf((out) => row.write(out));
        put('entitlement_row', bytes, [numbers.of(row.typeId, row.resourceId), numbers.of(...slugName(row.id, row))]);
      }
      await staging.drain();
    },
    grants: async (rows) => {
      await numbers.know(rows.flatMap(namesOfGrant));
      rows.forEach(putGrant);
      await staging.drain();
    },
  };
}

function slugName(entitlementId: string, { typeId, resourceId }: Pick<EntitlementRow, 'typeId' | 'resourceId'>): Name {
  const { isWhole, text } = slugOf(entitlementId, typeId, resourceId);
  return [isWhole ? wholeSlugEntity : slugEntity, text];
}

function namesOfGrant(row: GrantRow): readonly Name[] {
  const { typeId, resourceId, entitlementId, principalTypeId, principalId, id } = row;
  return [
    [typeId, resourceId],
    slugName(entitlementId, row),
    [principalTypeId, principalId],
    ...(hasUsualId(row) ? [] : [[grantEntity, id] as const]),
  ];
}

/** Whether the id of a grant is made of what it grants, and short enough to be made again. */
function hasUsualId({ id, entitlementId, principalTypeId, principalId }: GrantRow): boolean {
  return (
    id === `${entitlementId}:${principalTypeId}:${principalId}` &&
    (id.length * 3 <= maxIdBytes || Buffer.byteLength(id, 'utf8') <= maxIdBytes)
  );
}

const notePlaces = {
  edge: ['ancestor', 'certainty', 'keys', 'reason'],
  mapping: ['via', 'sso_id', 'priority'],
  details: ['details'],
} as const;

function noteValues(notes: ReturnType<typeof notesOf>): readonly Value[] {
  if (notes === undefined) {
    return noteColumns.map(() => null);
  }
  const own: readonly string[] = notePlaces[notes.table];
  return noteColumns.map((column) => (own.includes(column) ? (notes.values[own.indexOf(column)] ?? null) : null));
}
