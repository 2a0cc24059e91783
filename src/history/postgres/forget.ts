import { parsed } from '../../answers/summary.ts';
import { tableOf } from '../columns.ts';
import { hashOf } from '../digest.ts';
import {
  addressesOf,
  type Candidate,
  clean,
  type CleanRow,
  columnsOf,
  type ForgetResult,
  type Person,
  renewed,
  searchedPart,
  toPerson,
} from '../forget-rows.ts';
import { auditOfForget } from '../store-audit.ts';
import type { StoreTargetOptions } from '../store.ts';
import { type Connection, connect } from './connection.ts';
import { fromStored, toStored } from './copy.ts';
import { keptSyncs } from './kept.ts';
import { beginReading } from './reading.ts';
import { migrate, schema } from './schema.ts';
import { calledSql } from './user-sql.ts';
import { searchTexts } from './user-texts.ts';
import { takeTurn } from './write-sync.ts';

/** The people whom a text names in any version, letter by letter, of one project or of all. */
export async function findPostgresPeople(url: string, asked: string, projectId?: string): Promise<readonly Person[]> {
  await using connection = await beginReading(url);
  const projects = new Map((await keptSyncs(connection, projectId)).map((sync) => [sync.projectId, sync.project]));
  const found: Person[] = [];
  for (const [id, project] of projects) {
    found.push(...(await peopleCalled(connection, { id, project }, asked)));
  }
  return found;
}

/** Forgets somebody, whole or not at all: see `../forget.ts`. `vacuumPostgres` is to follow. */
export async function forgetPostgres(
  url: string,
  person: Person,
  atMs: number,
  waiting: Pick<StoreTargetOptions, 'patienceMs' | 'onWait' | 'wait'>,
): Promise<ForgetResult> {
  await using connection = await connect(url, 'write');
  await migrate(connection);
  await connection.run('begin');
  await connection.run(`set local search_path = ${schema}, pg_temp`);
  await takeTurn(connection, person.projectId, waiting);
  const result = await forget(connection, person, atMs);
  await connection.run('commit');
  return result;
}

interface Project {
  readonly id: string;
  readonly project: number;
}

const mostFound = 20;

async function peopleCalled(
  connection: Connection,
  { id: projectId, project }: Project,
  asked: string,
): Promise<readonly Person[]> {
  const users = await recordsOf(
    connection,
    'user',
    `r.project = ${project} and ${calledSql({ project, sync: 0 }, asked)}`,
  );
  const admins = await recordsOf(connection, 'console_admin', `r.project = ${project} and r.type = 'console_admin'`);
  const called = new Map<number, { readonly n: number; readonly typeId: string; readonly id: string }>();
  for (const { n, typeId, id, name, texts } of [...admins, ...users]) {
    if ([id, `${typeId}:${id}`, name, ...texts].includes(asked)) {
      called.set(n, { n, typeId, id });
    }
  }
  const syncs = await keptSyncs(connection, projectId);
  const people: Person[] = [];
  for (const about of [...called.values()]
    .toSorted((one, other) => (`${one.typeId}:${one.id}` < `${other.typeId}:${other.id}` ? -1 : 1))
    .slice(0, mostFound)) {
    const versions = await recordsOf(connection, about.typeId, `r.n = ${about.n}`);
    people.push(toPerson(about, projectId, versions, syncs));
  }
  return people;
}

interface PersonRecord {
  readonly n: number;
  readonly typeId: string;
  readonly id: string;
  readonly name: string;
  readonly since: number;
  readonly until: number | undefined;
  /** Logins and addresses; of a user the telephone number, too. */
  readonly texts: readonly string[];
  readonly phone: string;
}

/** Versions of the records of people. */
async function recordsOf(connection: Connection, typeId: string, condition: string): Promise<readonly PersonRecord[]> {
  const columns = typeId === 'user' ? 'r.login, r.email, r.phone, r.logins' : 'r.profile';
  const rows = await connection.rows<Readonly<Record<string, string | number | null>>>(
    `select r.n, r.id, r.name, r.since, r.until, ${columns} from ${tableOf(typeId)} r where ${condition} order by r.v`,
  );
  return rows.map((row) => {
    const text = (column: string): string => fromStored(String(row[column] ?? ''));
    return {
      n: Number(row['n']),
      typeId,
      id: text('id'),
      name: text('name'),
      since: Number(row['since']),
      until: row['until'] === null ? undefined : Number(row['until']),
      texts:
        typeId === 'user'
          ? [text('email'), ...(JSON.parse(text('logins')) as string[])] // we wrote the list
          : addressesIn(parsed(text('profile'))),
      phone: typeId === 'user' ? text('phone') : '',
    };
  });
}

function addressesIn(profile: unknown): readonly string[] {
  if (typeof profile !== 'object' || profile === null) {
    return [];
  }
  const { email, login_ids: logins }: { readonly email?: unknown; readonly login_ids?: unknown } = profile;
  return [email, ...(Array.isArray(logins) ? (logins as readonly unknown[]) : [])].filter(
    (text) => typeof text === 'string',
  );
}

async function forget(connection: Connection, person: Person, atMs: number): Promise<ForgetResult> {
  const [numbered] = await connection.rows<{ readonly n: number }>('select n from project where id = $1', [
    person.projectId,
  ]);
  const project = numbered?.n ?? -1;
  const records = await recordsOf(connection, person.typeId, `r.n = ${person.n}`);
  const addresses = addressesOf(
    records.flatMap(({ texts, phone }) => texts.concat(phone)),
    person,
  );
  const { rows, changes, own, others } = clean(
    connection.name,
    await candidates(connection, { ...person, project }, addresses),
    { ...person, addresses, names: new Set(person.names) },
  );
  for (const row of rows) {
    await update(connection, row);
  }
  const kept = await connection.rows<{ readonly n: number; readonly digest: Buffer; readonly summary: string }>(
    'select n, digest, summary from sync where project = $1 order by n',
    [project],
  );
  const syncs = renewed(kept, changes);
  for (const { n, digest, summary } of syncs) {
    await connection.run('update sync set digest = $2, summary = $3 where n = $1', [
      n,
      Buffer.from(digest ?? []),
      summary,
    ]);
  }
  const result = { own, others, syncs: syncs.length };
  await connection.run('insert into audit (project, at, what) values ($1, $2, $3)', [
    project,
    new Date(atMs).toISOString(),
    JSON.stringify(auditOfForget(person, result)),
  ]);
  return result;
}

/** Rows that are of the person, or hold an address of theirs. */
async function candidates(
  connection: Connection,
  { typeId, n, project, names: ownNames }: Person & { readonly project: number },
  addresses: ReadonlySet<string>,
): Promise<readonly Candidate[]> {
  const [first] = await connection.rows<{ readonly n: number }>(
    'select coalesce(min(n), 0) n from sync where project = $1',
    [project],
  );
  const found = new Map<number, Candidate>();
  const take = async (
    about: Pick<Candidate, 'table' | 'section' | 'isOwn'>,
    condition: string,
    values: readonly unknown[] = [],
  ): Promise<void> => {
    const rows = await connection.rows<{
      readonly v: string;
      readonly since: number;
      readonly until: number | null;
      readonly data: Buffer;
    }>(`select r.v, r.since, r.until, r.data from ${about.table} r where r.data is not null and ${condition}`, values);
    for (const { v, since, until, data } of rows) {
      if (!found.has(Number(v))) {
        const from = Math.max(since, first?.n ?? 0);
        found.set(Number(v), { ...about, v: Number(v), since: from, until: until ?? undefined, data });
      }
    }
  };
  await take({ table: tableOf(typeId), section: 'resources', isOwn: true }, `r.n = ${n}`);
  await take({ table: 'entitlement_row', section: 'entitlements', isOwn: true }, `r.n = ${n}`);
  await take({ table: 'grant_row', section: 'grants', isOwn: true }, `(r.on_n = ${n} or r.to_n = ${n})`);
  const names = `r.project = ${project} and exists (
    select 1 from (select lower(encode(r.data, 'escape') collate "C") told) s, unnest($1::text[]) part
    where position(part in told) > 0)`;
  const partsOf = (texts: Iterable<string>): readonly string[] => [...new Set(Array.from(texts, searchedPart))];
  const values = [partsOf(addresses)];
  await take({ table: 'sso_row', section: 'resources', isOwn: false }, names, values);
  await take(
    { table: 'other_row', section: 'resources', isOwn: false },
    `${names} and r.type <> 'console_admin'`,
    values,
  );
  await take({ table: 'other_row', section: 'resources', isOwn: false }, `${names} and r.type = 'finding'`, [
    partsOf(ownNames),
  ]);
  await take({ table: 'grant_row', section: 'grants', isOwn: false }, names, values);
  return [...found.values()];
}

/** Puts a row's new message in the place of the old one, and what is read of it. */
async function update(connection: Connection, row: CleanRow): Promise<void> {
  const { table, v } = row.row;
  const { columns, values } = columnsOf(connection.name, row) ?? { columns: [], values: [] };
  const isUser = row.told?.kind === 'user';
  const names = ['data', 'hash', ...columns, ...(isUser ? ['logins', 'texts'] : [])];
  const told = [
    Buffer.from(row.bytes),
    hashOf(row.bytes),
    ...values.map((value) => (typeof value === 'string' ? toStored(value) : value)),
    ...(row.told?.kind === 'user'
      ? [toStored(JSON.stringify(row.told.loginIds)), searchTexts(row.told).map(toStored)]
      : []),
  ];
  const set = names.map((name, place) => `${name} = $${place + 2}`).join(', ');
  await connection.run(`update ${table} set ${set} where v = $1`, [v, ...told]);
}
