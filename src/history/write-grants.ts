import { rowOfStoredGrant } from '../answers/grant-to-row.ts';
import { IdentitySizes } from '../answers/identity-size.ts';
import type { FileRow } from '../answers/rows.ts';
import { maxIdBytes } from '../model/ids.ts';
import type { GrantRow } from '../model/row.ts';
import { kindOfGrant, notesOf } from './columns.ts';
import { identityBytes } from './grant-messages.ts';
import { createSlugs, grantEntity, slugOf } from './numbers.ts';
import { isSameMessage } from './same-message.ts';
import { grantKinds } from './schema.ts';
import { bytesOf, prepareInsert, type Writing } from './writing.ts';

/** Enters grants. Grants of one entitlement follow each other: those that stand are looked up once for all of them. */
export interface GrantWriter {
  grant(row: GrantRow): void;
}

/** A grant that stands: its version, the sync that began it, and what it is for questions. */
interface Standing {
  readonly v: number;
  readonly since: number;
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

export function createGrantWriter(writing: Writing): GrantWriter {
  const { database, project, sync, numbers, digest, tally } = writing;
  const slugs = createSlugs(database);
  const sizes = new IdentitySizes();
  const load = database.prepare(
    'select to_n, variant, v, since from grant_row where on_n = ? and slug = ? and until is null',
  );
  load.setReturnArrays(true);
  const put = prepareInsert(database, 'grant_row', [
    'on_n',
    'slug',
    'to_n',
    'variant',
    'since',
    'kind',
    'project',
    'v',
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
      };
      for (const [to, variant, v, since] of load.iterate(place.onN, place.slug) as Iterable<number[]>) {
        enterStanding(current, to ?? 0, variant ?? 0, { v: v ?? 0, since: since ?? 0 });
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

  return {
    grant: (row) => {
      const on = entitled(row);
      const { typeId, resourceId, entitlementId, principalTypeId, principalId, id } = row;
      const to = numbers.of(principalTypeId, principalId);
      const isUsualId = id === `${entitlementId}:${principalTypeId}:${principalId}` && isShort(id);
      const variant = isUsualId ? 0 : numbers.of(grantEntity, id);
      const bytes = bytesOf((out) => row.write(out));
      const isIdentity =
        isUsualId && sizes.isOf(bytes.length, { id, entitlementId, typeId, resourceId, principalTypeId, principalId });
      const before = variant === 0 ? on.standing.get(to) : on.unusual.get(`${to} ${variant}`);
      const place = [on.onN, on.slug, to, variant];
      if (before !== undefined) {
        const old = writing.messageOf(before.v);
        const isSame = old === undefined ? isIdentity : !isIdentity && isSameMessage('grants', old, bytes);
        if (isSame) {
          if (before.since !== sync) {
            tally.keep('grant_row', before.v);
          }
          return;
        }
        digest.remove(old ?? identityBytes(row));
        if (before.since === sync) {
          drop.run(...place, sync);
          writing.dropMessage(before.v);
          tally.add('grant_row', -1);
        } else {
          end.run(sync, ...place, before.since);
          tally.end('grant_row');
        }
      }
      const told: FileRow | undefined = rowOfStoredGrant({
        id,
        entitlementId,
        on: { resourceType: typeId, resource: resourceId },
        to: { resourceType: principalTypeId, resource: principalId },
        message: () => (isIdentity ? undefined : row.message),
      });
      digest.add(bytes);
      const v = writing.newVersion('grant_row', isIdentity ? undefined : bytes);
      const kind = kindOfGrant(told);
      put.run(...place, sync, kind, project, v);
      const said = notesOf(told);
      if (said !== undefined) {
        notes[said.table].run(v, ...said.values);
      }
      if (countedKinds.has(kind) && !(on.isUsual && variant === 0)) {
        markDoubles.run(project);
      }
      enterStanding(on, to, variant, { v, since: sync });
    },
  };
}

/** Whether an id keeps the protocol's limit: then a message can be made of it again. */
function isShort(id: string): boolean {
  return id.length * 3 <= maxIdBytes || Buffer.byteLength(id, 'utf8') <= maxIdBytes;
}
