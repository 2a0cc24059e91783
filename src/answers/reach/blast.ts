import { ConnectorError } from '../../errors.ts';
import { typeInWords } from '../../sync-format/known-types.ts';
import { textIn } from '../access-path.ts';
import type { FileIndex } from '../file-index.ts';
import { find } from '../find.ts';
import { levelOf } from '../power.ts';
import { thingFlags } from '../report-format.ts';
import type { Named } from '../who-can.ts';
import { computeFall, conferred, type FallLevel, levels } from './closure.ts';
import { ownEdges, powerEdges } from './fall-edges.ts';
import type { FallKind } from './fall-kinds.ts';
import type { DrawnEdge } from './mermaid.ts';
import { type Seeds, seedsOf } from './seeds.ts';
import { type Somebody, somebodyIn } from './somebody.ts';

/** What falls, in numbers. */
export interface FallCounts {
  readonly users: number;
  readonly keys: number;
  /** Tenants in which it has something; the whole project is none of them. */
  readonly tenants: number;
  readonly isWholeProject: boolean;
  readonly roles: number;
  readonly permissions: number;
  /** Of these, by their names: see `levelOf`. */
  readonly administrative: number;
  /** Pairs of a permission and where it counts, by how sure that is. */
  readonly access: Readonly<Record<FallLevel, number>>;
  readonly applications: number;
}

export interface FallRow {
  readonly kind: FallKind;
  readonly type: string;
  readonly id: string;
  readonly name: string;
  /** Where it counts; '' for the whole project, and for what is in none. */
  readonly tenantId: string;
  readonly tenant: string;
  readonly certainty: FallLevel;
  /** Why a user or a key falls. */
  readonly how?: string;
  /** What lets a user be taken over, as its type and id. */
  readonly through?: string;
}

export interface BlastRadius {
  readonly subject: Somebody;
  readonly tenant: Named | undefined;
  readonly concerned: Seeds['concerned'];
  /** Whether it is a role that nobody has where it was asked for: what it would pass down is not known. */
  readonly isUnheld: boolean;
  /** What it comes to by itself. */
  readonly own: FallCounts;
  /** Applications of which it is not known whether those who fall have them by default. */
  readonly untoldApplications: number;
  /** The same with all users who can be taken over with it, and what they have. */
  readonly all: FallCounts;
  /** What it comes to by itself, and whom that lets it take over, as a drawing has it. */
  edges(): Generator<DrawnEdge>;
  /** Rows of `all`. Valid until the next question of this index. */
  rows(kinds: readonly FallKind[]): Generator<FallRow>;
}

/** Everything that falls if the subject falls. It is found by name as `find` does it, with its errors. */
export function blastRadius(index: FileIndex, asked: string, tenantAsked?: string): BlastRadius {
  const { database } = index;
  const subject = somebodyIn(database, find(index, 'subject', asked));
  const tenant = tenantAsked === undefined ? undefined : find(index, 'tenant', tenantAsked);
  if (tenant !== undefined && subject.type !== 'role') {
    throw new ConnectorError(
      'config',
      `--tenant is for roles: ${typeInWords(subject.type)} ${subject.name} falls everywhere`,
    );
  }
  const seeds = seedsOf(index, subject, tenant?.id);
  computeFall(database, seeds, false);
  const own = countsOf(index);
  const edges = [...ownEdges(database, subject)];
  computeFall(database, seeds, true);
  return {
    subject,
    tenant: tenant && { id: tenant.id, name: tenant.name },
    concerned: seeds.concerned,
    isUnheld: tenant !== undefined && seeds.things.every(({ role }) => role !== undefined),
    own,
    all: countsOf(index),
    untoldApplications: Number(database.prepare(untoldSql).get()?.['n'] ?? 0),
    *edges() {
      yield* edges;
      yield* powerEdges(database, subject);
    },
    *rows(kinds) {
      for (const kind of kinds) {
        for (const row of database.prepare(rowsSql[kind]).iterate()) {
          yield toRow(kind, row);
        }
      }
    },
  };
}

/** Permissions, and where each counts. */
const access = `select p.n n, t.tenant tenant, min(f.level) level from fell_thing f join ${conferred} c on c.thing = f.thing
    join thing t on t.n = f.thing join thing p on p.n = c.permission group by p.n, t.tenant
  union select t.n, '', f.level from fell_thing f join thing t on t.n = f.thing where t.kind = 'permission'`;
const accessSql = `select n, tenant, min(level) level from (${access}) group by n, tenant`;
/** Applications with what they give by default, where somebody fell who was given none by name. */
const byDefaultSql = `select o.id id, o.profile ->> '$.default_access' default_access from other o
  where o.type = 'application' and exists (select 1 from fell_user f join "user" u on u.n = f.user
    where not exists (select 1 from other_grant g
      where g.to_type = 'user' and g.to_id = u.id and g.on_type = 'application'))`;
const untoldSql = `select count(*) n from (${byDefaultSql}) where default_access = 'unknown'`;
const tenantName = (column: string): string => `coalesce((select name from tenant where id = ${column}), ${column})`;

function countsOf({ database }: FileIndex): FallCounts {
  const one = (sql: string): number => Number(database.prepare(sql).get()?.['n'] ?? 0);
  const byLevel = new Map(
    database
      .prepare(`select level, count(*) n from (${accessSql}) group by level`)
      .all()
      .map(({ level, n }) => [Number(level), Number(n)]),
  );
  const permissions = database
    .prepare(`select p.id id, p.is_system is_system from thing p where p.n in (select n from (${accessSql}))`)
    .all();
  const isAdministrative = (row: Readonly<Record<string, unknown>>): boolean =>
    levelOf(textIn(row, 'id'), row['is_system'] === 1 ? thingFlags.system : 0) === 'administrative';
  return {
    users: one('select count(*) n from fell_user'),
    keys: one('select count(*) n from fell_key'),
    tenants: one(
      `select count(distinct t.tenant) n from fell_thing f join thing t on t.n = f.thing where t.tenant <> ''`,
    ),
    isWholeProject:
      one(`select exists (select 1 from fell_thing f join thing t on t.n = f.thing where t.tenant = '') n`) === 1,
    roles: one(`select count(*) n from fell_thing f join thing t on t.n = f.thing where t.kind in ('role', 'binding')`),
    permissions: permissions.length,
    administrative: permissions.filter(isAdministrative).length,
    access: {
      certain: byLevel.get(0) ?? 0,
      uncertain: byLevel.get(1) ?? 0,
      next_login: byLevel.get(2) ?? 0,
      possible: byLevel.get(3) ?? 0,
    },
    applications: one(`select count(*) n from (
        select g.on_id from fell_user f join "user" u on u.n = f.user
          join other_grant g on g.to_type = 'user' and g.to_id = u.id where g.on_type = 'application'
        union select id from (${byDefaultSql}) where default_access = 'all')`),
  };
}

const rowsSql: Readonly<Record<FallKind, string>> = {
  power: `select iif(t.kind = 'binding', 'role_binding', t.kind) type, t.id id, t.name name,
      f.tenant tenant_id, ${tenantName('f.tenant')} tenant,
      f.level level, '' how, '' through
    from fell_place f join thing t on t.n = f.thing order by f.tenant <> '', tenant, f.tenant`,
  users: `select 'user' type, u.id id, u.name name, '' tenant_id, '' tenant, f.level level, f.how how,
      coalesce(iif(t.kind = 'binding', 'role_binding', t.kind) || ':' || t.id, '') through
    from fell_user f join "user" u on u.n = f.user left join thing t on t.n = f.thing order by f.level, u.name, u.id`,
  keys: `select f.type type, f.id id, coalesce(o.name, '') name, '' tenant_id, '' tenant, f.level level, f.how how, '' through
    from fell_key f left join other o on o.type = f.type and o.id = f.id order by f.level, name, f.id`,
  tenants: `select 'tenant' type, t.tenant id, ${tenantName('t.tenant')} name,
      t.tenant tenant_id, ${tenantName('t.tenant')} tenant,
      min(f.level) level, '' how, '' through
    from fell_thing f join thing t on t.n = f.thing where t.tenant <> '' group by t.tenant order by level, name, id`,
  roles: `select iif(t.kind = 'binding', 'role_binding', t.kind) type, t.id id, t.name name,
      t.tenant tenant_id, ${tenantName('t.tenant')} tenant,
      f.level level, '' how, '' through
    from fell_thing f join thing t on t.n = f.thing where t.kind in ('role', 'binding') order by f.level, tenant, t.name, t.id`,
  access: `select 'permission' type, p.id id, p.name name, a.tenant tenant_id, ${tenantName('a.tenant')} tenant,
      a.level level, '' how, '' through
    from (${accessSql}) a join thing p on p.n = a.n order by a.level, a.tenant <> '', tenant, a.tenant, p.id`,
};

function toRow(kind: FallKind, row: Readonly<Record<string, unknown>>): FallRow {
  const [how, through] = [textIn(row, 'how'), textIn(row, 'through')];
  return {
    kind,
    type: textIn(row, 'type'),
    id: textIn(row, 'id'),
    name: textIn(row, 'name'),
    tenantId: textIn(row, 'tenant_id'),
    tenant: textIn(row, 'tenant'),
    certainty: levels[Number(row['level'])] ?? 'possible',
    ...(how !== '' && { how }),
    ...(through !== '' && { through }),
  };
}
