import { rowOfStoredGrant } from '../answers/grant-to-row.ts';
import { IdentitySizes } from '../answers/identity-size.ts';
import type { FileRow } from '../answers/rows.ts';
import { maxIdBytes } from '../model/ids.ts';
import type { GrantRow } from '../model/row.ts';
import { kindOfGrant, notesOf } from './columns.ts';
import { bulkInsert } from './bulk-insert.ts';
import { prepareEach } from './each-row.ts';
import { identityBytes } from './grant-messages.ts';
import { createSlugs, grantEntity, type Slug, slugOf } from './numbers.ts';
import { createPrincipals } from './principals.ts';
import { isSameMessage } from './same-message.ts';
import { grantKinds } from './schema.ts';
import { StandingGrants } from './standing-grants.ts';
import { bytesOf, type Writing } from './writing.ts';

/** Enters grants. Grants of one entitlement follow each other: those that stand are looked up once for all of them. */
export interface GrantWriter {
  grant(row: GrantRow): void;
  /** Enters what waits to be entered with others. */
  flush(): void;
}

/** The entitlement of the last grants. */
interface Current {
  readonly entitlementId: string;
  readonly typeId: string;
  readonly resourceId: string;
  readonly onN: number;
  readonly slug: number;
  readonly isUsual: boolean;
  /** What grants that say nothing but who holds what are for questions: that depends on the types alone. */
  readonly kinds: Map<string, number>;
}

/** Of a grant that is known to say nothing but who holds what. */
const identity = { variant: 0, isIdentity: true } as const;

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
  const standing = new StandingGrants();
  const principalOf = createPrincipals(numbers);
  const load = prepareEach(
    database,
    {
      columns: ['to_n', 'variant', 'v', 'since', 'kind', 'told'],
      from: 'grant_row where on_n = ? and slug = ? and until is null',
    },
    (to, variant, v, since, kind, told) =>
      standing.put(Number(to), Number(variant), Number(v), Number(since), Number(kind), told === 1),
  );
  const rows = bulkInsert(database, 'grant_row', ['on_n', 'slug', 'to_n', 'variant', 'kind', 'v', 'told'], {
    since: sync,
    project,
  });
  const key = 'on_n = ? and slug = ? and to_n = ? and variant = ? and since = ?';
  const end = database.prepare(`update grant_row set until = ? where ${key}`);
  const drop = database.prepare(`delete from grant_row where ${key}`);
  const notes = {
    edge: database.prepare('insert into edge (v, ancestor, certainty, keys, reason) values (?, ?, ?, ?, ?)'),
    mapping: database.prepare('insert into mapping (v, via, sso_id, priority) values (?, ?, ?, ?)'),
    details: database.prepare('insert into details (v, details) values (?, ?)'),
  } as const;
  const markDoubles = database.prepare('update project set has_doubles = 1 where n = ?');
  let hasDoubles = false;
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
        kinds: new Map(),
      };
      rows.flush(); // it may be an entitlement of which grants came before
      standing.clear();
      load(place.onN, place.slug);
    }
    return current;
  }

  /** What a new grant is for questions; what it says of itself is kept. */
  function kindOf(row: GrantRow, v: number, on: Current, isIdentity: boolean): number {
    const { typeId, resourceId, entitlementId, principalTypeId, principalId, id } = row;
    const told: FileRow | undefined = rowOfStoredGrant({
      id,
      entitlementId,
      on: { resourceType: typeId, resource: resourceId },
      to: { resourceType: principalTypeId, resource: principalId },
      message: () => (isIdentity ? undefined : row.message),
    });
    const kind = kindOfGrant(told);
    const said = notesOf(told);
    if (said !== undefined) {
      notes[said.table].run(v, ...said.values);
    } else if (isIdentity) {
      on.kinds.set(principalTypeId, kind);
    }
    return kind;
  }

  /** The number of a grant's id where that is not made of what it grants and to whom, else 0; and what its message says. */
  function idOf(row: GrantRow, size: number): { readonly variant: number; readonly isIdentity: boolean } {
    if (row.principals !== undefined) {
      return identity;
    }
    const { typeId, resourceId, entitlementId, principalTypeId, principalId, id } = row;
    return isUsual(row) && isShort(id)
      ? {
          variant: 0,
          isIdentity: sizes.isOf(size, { id, entitlementId, typeId, resourceId, principalTypeId, principalId }),
        }
      : { variant: numbers.of(grantEntity, id), isIdentity: false };
  }

  return {
    grant: (row) => {
      const on = entitled(row);
      const to = principalOf(row);
      const bytes = bytesOf((out) => row.write(out));
      const { variant, isIdentity } = idOf(row, bytes.length);
      const { principalTypeId } = row;
      const before = standing.find(to, variant);
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
          drop.run(on.onN, on.slug, to, variant, sync);
          writing.dropMessage(before.v);
          tally.add('grant_row', -1);
        } else {
          end.run(sync, on.onN, on.slug, to, variant, before.since);
          tally.end('grant_row');
        }
      }
      digest.add(bytes);
      const v = writing.newVersion('grant_row', isIdentity ? undefined : bytes);
      const kind = (isIdentity ? on.kinds.get(principalTypeId) : undefined) ?? kindOf(row, v, on, isIdentity);
      rows.put(on.onN, on.slug, to, variant, kind, v, isIdentity ? 0 : 1);
      references.grant(kind, on, to, principalTypeId);
      if (!hasDoubles && countedKinds.has(kind) && !(on.isUsual && variant === 0)) {
        hasDoubles = true;
        markDoubles.run(project);
      }
      standing.put(to, variant, v, sync, kind, !isIdentity);
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
