import type { FileIndex } from '../../src/answers/file-index.ts';
import { accessOf } from '../../src/answers/access-of.ts';
import { listingOf, listKinds } from '../../src/answers/listing.ts';
import { openSource } from '../../src/answers/open.ts';
import { whoCan } from '../../src/answers/who-can.ts';
import { copySource } from '../../src/cli/copy-source.ts';
import { ConnectorError } from '../../src/errors.ts';
import type { StoreTargetOptions } from '../../src/history/store.ts';
import { createStoreTarget } from '../../src/history/write-sync.ts';
import type { SyncPolicy } from '../../src/resources/sync/sync-session.ts';
import { chooseOutput } from '../../src/output/outputs.ts';
import { runSync } from '../../src/sync/run.ts';
import { newSyncId } from '../../src/sync/sync-id.ts';
import type { MoreLists, Rows } from './descope-model.ts';
import { createProject } from './project-fixture.ts';
import { connectorOf } from './walker.ts';

/** The first day of tests. */
const firstDayMs = Date.UTC(2026, 0, 5, 6);
export const dayMs = 86_400_000;

/** When the sync of a day finishes, counted from 0. */
export function finishOf(day: number): number {
  return firstDayMs + day * dayMs;
}

/** Writes the sync of one day in the format of the path's extension; a store takes it beside those before it. */
export async function writeDay(
  path: string,
  day: number,
  rows: Partial<Rows>,
  policy: Partial<SyncPolicy> = {},
  lists: MoreLists = {},
  project = createProject(rows, lists),
): Promise<void> {
  const connector = connectorOf(project, { maxDangling: 1_000_000, ...policy });
  await runSync({
    surface: connector,
    report: (syncId) => connector.report(syncId),
    target: path.endsWith('.db')
      ? await createStoreTarget(path, { projectId: project.projectId, syncId: newSyncId() })
      : await chooseOutput(path)({ syncId: newSyncId(), now: () => finishOf(day) }),
    tenantRoles: policy.tenantRoles ?? 'all',
    now: () => finishOf(day),
  });
  connector.close();
}

/** Puts a file of a sync into a store. */
export async function importDay(store: string, file: string, options: Partial<StoreTargetOptions> = {}): Promise<void> {
  await using source = await openSource(file);
  const { projectId = '' } = source.summary;
  const target = await createStoreTarget(store, { projectId, syncId: newSyncId(), ...options });
  await copySource(source, target, new AbortController().signal);
}

/** The rows of an index by what they name, and not by its own numbers. */
export function rowsOf({ database }: FileIndex): Readonly<Record<string, readonly string[]>> {
  const thing = (n: string): string => `(select kind || ' ' || id from thing where n = ${n})`;
  const user = (n: string): string => `(select id from user where n = ${n})`;
  const group = (n: string): string => `(select type || ' ' || id from sso where n = ${n})`;
  const queries = {
    user: 'select * from user',
    login: `select ${user('user')}, login from login`,
    last_login: `select ${user('user')}, at from last_login`,
    profile: 'select * from profile',
    tenant: 'select * from tenant',
    thing: 'select * from thing',
    holding: `select ${thing('thing')}, ${user('user')} from holding`,
    confers: `select ${thing('permission')}, ${thing('thing')} from confers`,
    inherits: `select ${thing('thing')}, ${thing('source')}, ancestor, certainty, keys, reason from inherits`,
    maps: `select ${thing('thing')}, via, type, id, sso_id, priority from maps`,
    sso: 'select * from sso',
    group_member: `select ${group('sso')}, ${user('user')} from group_member`,
    other: 'select * from other',
    other_grant: `select on_type, on_id, slug, to_type, to_id, ${thing('thing')}, details from other_grant`,
  };
  return Object.fromEntries(
    Object.entries(queries).map(([name, sql]) => [
      name,
      database
        .prepare(sql)
        .all()
        .map(({ n: _n, ...row }) => JSON.stringify(Object.values(row)))
        .toSorted(),
    ]),
  );
}

/** Every so many of them, so that about as many are left as are wanted. */
function sample<T>(items: readonly T[], wanted: number): readonly T[] {
  const step = Math.max(1, Math.floor(items.length / wanted));
  return items.filter((_, place) => place % step === 0);
}

/** What the questions say of an index, asked of some of its things, with the errors that they end with; without its numbers. */
export function answersOf(index: FileIndex): unknown {
  return JSON.parse(JSON.stringify(answersIn(index), (key, value: unknown) => (key === 'n' ? undefined : value)));
}

function answersIn(index: FileIndex): object {
  const asked = { ...index, path: 'a file' };
  const told = <T>(ask: () => T): T | string => {
    try {
      return ask();
    } catch (thrown) {
      if (thrown instanceof ConnectorError) {
        return thrown.message;
      }
      throw thrown;
    }
  };
  const ids = (sql: string): string[] =>
    index.database
      .prepare(sql)
      .all()
      .map(({ id }) => String(id))
      .toSorted();
  const held = [
    ...ids("select kind || ':' || id id from thing where kind <> 'binding'"),
    ...ids("select type || ':' || id id from other"),
    ...ids("select id from thing where kind <> 'binding'"),
  ];
  const principals = [
    ...ids('select id from user'),
    ...ids('select login id from login'),
    ...ids("select type || ':' || id id from other"),
  ];
  const tenants = ids('select id from tenant');
  const { contentHash: _ofTheRows, ...summary } = index.summary;
  return {
    summary,
    gap: index.gap,
    inheritance: index.inheritance,
    types: [...index.types].toSorted(),
    hasOthers: index.hasOthers,
    hasOtherGrants: index.hasOtherGrants,
    unknown: index.unknown,
    lists: listKinds.map((kind) => told(() => [...listingOf(asked, kind).rows()])),
    whoCan: sample(held, 8).flatMap((name) =>
      [undefined, ...sample(tenants, 1)].map((tenant) =>
        told(() => {
          const answer = whoCan(asked, name, tenant);
          return {
            ...answer,
            counts: answer.counts(),
            otherCounts: answer.otherCounts(),
            othersByType: answer.othersByType(),
            paths: [...answer.paths()],
            gains: [...answer.gains()],
          };
        }),
      ),
    ),
    access: sample(principals, 8).map((name) =>
      told(() => {
        const answer = accessOf(asked, name);
        return { ...answer, paths: [...answer.paths()], gains: [...answer.gains()] };
      }),
    ),
  };
}
