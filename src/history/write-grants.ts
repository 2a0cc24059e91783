import { rowOfStoredGrant } from '../answers/grant-to-row.ts';
import { IdentitySizes } from '../answers/identity-size.ts';
import type { FileRow } from '../answers/rows.ts';
import { maxIdBytes } from '../model/ids.ts';
import type { GrantRow } from '../model/row.ts';
import { kindOfGrant, notesOf } from './columns.ts';
import { identityBytes } from './grant-messages.ts';
import { createSlugs, grantEntity, type Slug, slugOf } from './numbers.ts';
import { isSameMessage } from './same-message.ts';
import { grantKinds } from './schema.ts';
import { bulkInsert, bytesOf, type Writing } from './writing.ts';

/** Enters grants. Grants of one entitlement follow each other: those that stand are looked up once for all of them. */
export interface GrantWriter {
  grant(row: GrantRow): void;
  /** Enters what waits to be entered with others. */
  flush(): void;
}

/** A grant that stands: its version, the sync that began it, what it is for questions, and whether it has a message. */
interface Standing {
  readonly v: number;
  readonly since: number;
  readonly kind: number;
  readonly isTold: boolean;
}

/** The entitlement of the last grants. */
interface Current {
  readonly entitlementId: string;
  readonly typeId: string;
  readonly resourceId: string;
  readonly onN: number;
  readonly slug: number;
  readonly isUsual: boolean;
  /** The grants that stand, by principal, and by the number of their id where that is not the usual one. */
  readonly standing: Map<number, Standing>;
  readonly unusual: Map<string, Standing>;
  /** Versions of grants that this sync began and that say nothing but who holds what, by principal. */
  readonly begun: Map<number, number>;
  /** What such grants are for questions: that depends on the types alone. */
  readonly kinds: Map<string, number>;
}

/** The one slug of what people hold in our model; a second one for the same thing would make them hold it twice. */
const usualSlugs = new Set(['member', 'assigned', 'granted']);
const countedKinds: ReadonlySet<number> = new Set([
  grantKinds.holding,
  grantKinds.confers,
  grantKinds.inherits,
  grantKinds.maps,
  grantKinds.member,
]);

/** Whether a grant may say once more what another one says already: see `hasDoubles` of `createIndexViews`. */
export function isDoubled(kind: number, { isWhole, text }: Slug, isUsualId: boolean): boolean {
  return countedKinds.has(kind) && !(isUsualId && !isWhole && usualSlugs.has(text));
}

export function createGrantWriter(writing: Writing): GrantWriter {
  const { database, project, sync, numbers, digest, tally, references } = writing;
  const slugs = createSlugs(database);
  const sizes = new IdentitySizes();
  const load = database.prepare(
    'select to_n, variant, v, since, kind, told from grant_row where on_n = ? and slug = ? and until is null',
  );
  load.setReturnArrays(true);
  const rows = bulkInsert(database, 'grant_row', [
    'on_n',
    'slug',
    'to_n',
    'variant',
    'since',
    'kind',
    'project',
    'v',
    'told',
  ]);
  const key = 'on_n = ? and slug = ? and to_n = ? and variant = ? and since = ?';
  const end = database.prepare(`update grant_row set until = ? where ${key}`);
  const drop = database.prepare(`delete from grant_row where ${key}`);
  const notes = {
    edge: database.prepare('insert into edge (v, ancestor, certainty, keys, reason) values (?, ?, ?, ?, ?)'),
    mapping: database.prepare('insert into mapping (v, via, sso_id, priority) values (?, ?, ?, ?)'),
    details: database.prepare('insert into details (v, details) values (?, ?)'),
  } as const;
  const markDoubles = database.prepare('update project set has_doubles = 1 where n = ?');
  let current: Current | undefined;

  function entitled(row: GrantRow): Current {
    const { entitlementId, typeId, resourceId } = row;
    if (current?.entitlementId !== entitlementId || current.resourceId !== resourceId || current.typeId !== typeId) {
      const slug = slugOf(entitlementId, typeId, resourceId);
      const place = { onN: numbers.of(typeId, resourceId), slug: slugs(slug) };
      current = {
        entitlementId,
        typeId,
        resourceId,
        ...place,
        isUsual: !slug.isWhole && usualSlugs.has(slug.text),
        standing: new Map(),
        unusual: new Map(),
        begun: new Map(),
        kinds: new Map(),
      };
      rows.flush();
      for (const row of load.iterate(place.onN, place.slug) as Iterable<number[]>) {
        const [to = 0, variant = 0, v = 0, since = 0, kind = 0, told] = row;
        enterStanding(current, to, variant, { v, since, kind, isTold: told === 1 });
      }
    }
    return current;
  }

  function enterStanding({ standing, unusual }: Current, to: number, variant: number, found: Standing): void {
    if (variant === 0) {
      standing.set(to, found);
    } else {
      unusual.set(`${to} ${variant}`, found);
    }
  }

  /** The grant that stands already, or that this sync began when the row came before. */
  function standingOf(
    { standing, unusual, begun, kinds }: Current,
    to: number,
    variant: number,
    type: string,
  ): Standing | undefined {
    if (variant !== 0) {
      return unusual.get(`${to} ${variant}`);
    }
    const v = begun.get(to);
    return v === undefined
      ? standing.get(to)
      : { v, since: sync, kind: kinds.get(type) ?? grantKinds.rest, isTold: false };
  }

  return {
    grant: (row) => {
      const on = entitled(row);
      const { typeId, resourceId, entitlementId, principalTypeId, principalId, id } = row;
      const to = numbers.of(principalTypeId, principalId);
      const isUsualId = isUsual(row) && isShort(id);
      const variant = isUsualId ? 0 : numbers.of(grantEntity, id);
      const bytes = bytesOf((out) => row.write(out));
      const isIdentity =
        isUsualId && sizes.isOf(bytes.length, { id, entitlementId, typeId, resourceId, principalTypeId, principalId });
      const before = standingOf(on, to, variant, principalTypeId);
      const place = [on.onN, on.slug, to, variant] as const;
      if (before !== undefined) {
        const old = before.isTold ? writing.messageOf(before.v) : undefined;
        const isSame = old === undefined ? isIdentity : !isIdentity && isSameMessage('grants', old, bytes);
        if (isSame) {
          if (before.since !== sync) {
            tally.keep('grant_row', before.v);
          }
          references.grant(before.kind, on, to, principalTypeId);
          return;
        }
        digest.remove(old ?? identityBytes(row));
        if (before.since === sync) {
          rows.flush();
          drop.run(...place, sync);
          on.begun.delete(to);
          writing.dropMessage(before.v);
          tally.add('grant_row', -1);
        } else {
          end.run(sync, ...place, before.since);
          tally.end('grant_row');
        }
      }
      digest.add(bytes);
      const v = writing.newVersion('grant_row', isIdentity ? undefined : bytes);
      let kind = isIdentity ? on.kinds.get(principalTypeId) : undefined;
      if (kind === undefined) {
        const told: FileRow | undefined = rowOfStoredGrant({
          id,
          entitlementId,
          on: { resourceType: typeId, resource: resourceId },
          to: { resourceType: principalTypeId, resource: principalId },
          message: () => (isIdentity ? undefined : row.message),
        });
        kind = kindOfGrant(told);
        const said = notesOf(told);
        if (said !== undefined) {
          notes[said.table].run(v, ...said.values);
        } else if (isIdentity) {
          on.kinds.set(principalTypeId, kind);
        }
      }
      rows.put(on.onN, on.slug, to, variant, sync, kind, project, v, isIdentity ? 0 : 1);
      references.grant(kind, on, to, principalTypeId);
      if (countedKinds.has(kind) && !(on.isUsual && variant === 0)) {
        markDoubles.run(project);
      }
      if (isIdentity) {
        on.begun.set(to, v);
      } else {
        enterStanding(on, to, variant, { v, since: sync, kind, isTold: true });
      }
    },
    flush: () => rows.flush(),
  };
}

/** Whether the id of a grant is made of what it grants and to whom. */
function isUsual({ id, entitlementId, principalTypeId, principalId }: GrantRow): boolean {
  const typeAt = entitlementId.length + 1;
  const principalAt = typeAt + principalTypeId.length + 1;
  return (
    id.length === principalAt + principalId.length &&
    id.startsWith(entitlementId) &&
    id.startsWith(`:${principalTypeId}:`, typeAt - 1) &&
    id.endsWith(principalId)
  );
}

/** Whether an id keeps the protocol's limit: then a message can be made of it again. */
function isShort(id: string): boolean {
  return id.length * 3 <= maxIdBytes || Buffer.byteLength(id, 'utf8') <= maxIdBytes;
}
