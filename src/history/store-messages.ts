import type { DatabaseSync } from 'node:sqlite';
import { throwIfCancelled } from '../errors.ts';
import { rowOfMessage, rowOfResourceBytes } from '../answers/c1z-tables.ts';
import { rowOfStoredGrant } from '../answers/grant-to-row.ts';
import type { FileRow } from '../answers/rows.ts';
import type { Moment, SyncSource } from '../answers/source.ts';
import { closing } from '../answers/summary.ts';
import type { Section } from '../sync-format/layout.ts';
import type { StoredMessage } from '../sync-format/stored-rows.ts';
import { damaged, guarded } from './faults.ts';
import { checkStillKept } from './kept.ts';
import { checkContent, messageOf } from './message-content.ts';
import { grantIdentityIn } from './grant-identity.ts';
import { type GrantIdentity, identityGrant } from './grant-messages.ts';
import { typeEntity } from './numbers.ts';
import type { versionTables } from './schema.ts';
import { stoodIn, type SyncNumbers } from './views.ts';

/** A store, open for reading. */
export interface OpenStore {
  readonly path: string;
  readonly database: DatabaseSync;
}

const batchRows = 1_000;

/** Where a section's rows lie, in the order in which a source gives them: users come first, as in a file. */
const tablesOf = {
  resourceTypes: ['type_row'],
  resources: ['user_row', 'thing_row', 'sso_row', 'other_row'],
  entitlements: ['entitlement_row'],
} as const satisfies Readonly<Record<Exclude<Section, 'grants'>, readonly (typeof versionTables)[number][]>>;

/** One sync of a store as a file of it would be read. */
export function sourceOf(
  store: OpenStore,
  numbers: SyncNumbers,
  { summary, moment }: { readonly summary: unknown; readonly moment: Moment },
): SyncSource {
  const { path, database } = store;
  const told = closing(summary);
  if (told === undefined) {
    throw damaged(path, 'the summary of a sync cannot be read');
  }
  return {
    path,
    size: 0,
    kind: 'db',
    ...told,
    moment,
    types: async () =>
      guarded(
        path,
        'read',
        () =>
          new Set(
            database
              .prepare(
                `select e.id id from type_row r join entity e on e.n = r.n where e.type = '${typeEntity}' and ${stoodIn(numbers, 'r')}`,
              )
              .all()
              .map(({ id }) => String(id)),
          ),
      ),
    async *rows(signal) {
      for await (const batch of bytesOf(store, numbers, 'resources', signal)) {
        yield defined(batch.map((bytes) => rowOfResourceBytes(bytes, () => messageOf(path, 'resources', bytes))));
      }
      for await (const batch of grantsOf(store, numbers, signal)) {
        yield defined(
          batch.map(({ identity, message }) =>
            message === undefined
              ? rowOfStoredGrant({
                  id: `${identity.entitlementId}:${identity.principalTypeId}:${identity.principalId}`,
                  entitlementId: identity.entitlementId,
                  on: { resourceType: identity.typeId, resource: identity.resourceId },
                  to: { resourceType: identity.principalTypeId, resource: identity.principalId },
                  message: () => undefined,
                })
              : rowOfMessage(message),
          ),
        );
      }
      checkStillKept(path, database, numbers.sync);
    },
    async *messages(signal) {
      for (const section of ['resourceTypes', 'resources', 'entitlements'] as const) {
        yield* messagesOf(store, numbers, section, signal);
      }
      for await (const batch of grantsOf(store, numbers, signal)) {
        yield batch.map(({ identity, message }) => message ?? { section: 'grants', message: identityGrant(identity) });
      }
      checkStillKept(path, database, numbers.sync);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

function defined(rows: readonly (FileRow | undefined)[]): FileRow[] {
  return rows.filter((row) => row !== undefined);
}

async function* messagesOf(
  store: OpenStore,
  numbers: SyncNumbers,
  section: keyof typeof tablesOf,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly StoredMessage[]> {
  for await (const batch of bytesOf(store, numbers, section, signal)) {
    yield batch.map((bytes) => messageOf(store.path, section, bytes));
  }
}

async function* bytesOf(
  { path, database }: OpenStore,
  numbers: SyncNumbers,
  section: keyof typeof tablesOf,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Uint8Array[]> {
  for (const table of tablesOf[section]) {
    const statement = database.prepare(
      `select r.v v, m.data data from ${table} r left join message m on m.v = r.v
       where r.v > ? and ${stoodIn(numbers, 'r')} order by r.v limit ${batchRows}`,
    );
    for (let after = -1; ;) {
      throwIfCancelled(signal);
      const rows = guarded(path, 'read', () => statement.all(after));
      const last = rows.at(-1);
      if (last === undefined) {
        break;
      }
      after = Number(last['v']);
      yield rows.map(({ data }) => checkContent(path, section, data));
      await new Promise(setImmediate); // a pass takes long: let signals be handled
    }
  }
}

interface KeptGrant {
  readonly identity: GrantIdentity;
  /** Undefined for a grant that says nothing else. */
  readonly message: StoredMessage | undefined;
}

async function* grantsOf(
  { path, database }: OpenStore,
  numbers: SyncNumbers,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly KeptGrant[]> {
  const identityOf = grantIdentityIn(database);
  const things = database.prepare(
    `select distinct on_n from grant_row g where g.on_n > ? and ${stoodIn(numbers, 'g')} order by on_n limit 500`,
  );
  const grants = database.prepare(
    `select g.slug slug, g.to_n to_n, m.data data from grant_row g left join message m on m.v = g.v
     where g.on_n = ? and ${stoodIn(numbers, 'g')}`,
  );
  for (let after = -1; ;) {
    const numbersOfThings = guarded(path, 'read', () => things.all(after)).map((row) => Number(row['on_n']));
    if (numbersOfThings.length === 0) {
      return;
    }
    after = numbersOfThings.at(-1) ?? after;
    let batch: KeptGrant[] = [];
    for (const onN of numbersOfThings) {
      for (const { slug, to_n: toN, data } of guarded(path, 'read', () => grants.all(onN))) {
        batch.push({
          identity: identityOf({ onN, slug: Number(slug), toN: Number(toN) }),
          message: data === null ? undefined : messageOf(path, 'grants', data),
        });
      }
      if (batch.length >= batchRows) {
        throwIfCancelled(signal);
        yield batch;
        batch = [];
        await new Promise(setImmediate);
      }
    }
    yield batch;
  }
}
