import { fold } from '../model/fold.ts';
import type { FileIndex } from './file-index.ts';
import { textIn } from './access-path.ts';

const listKinds = ['users', 'tenants', 'roles', 'permissions'] as const;
export type ListKind = (typeof listKinds)[number];

interface ListTable {
  /** Columns in CSV, in this order, which name the columns of the query; part of the contract. */
  readonly columns: readonly string[];
  readonly from: string;
  readonly select: string;
  /** Whether a row has a text that `matches`. */
  readonly where: string;
  readonly order: string;
}

const tables: Readonly<Record<ListKind, ListTable>> = {
  users: {
    columns: ['user_id', 'name', 'login', 'email', 'status', 'test', 'created_at'],
    select: "id user_id, name, login, email, status, case is_test when 1 then 'true' else 'false' end test, created_at",
    from: 'user',
    where: 'matches(name) or matches(email) or matches(id) or n in (select user from login where matches(login.login))',
    order: 'name collate nocase, name, id',
  },
  tenants: {
    columns: ['tenant_id', 'name', 'parent_tenant_id'],
    select: 'id tenant_id, name, parent parent_tenant_id',
    from: 'tenant',
    where: 'matches(name) or matches(id)',
    order: 'name collate nocase, name, id',
  },
  roles: {
    columns: ['role_id', 'role', 'scope', 'tenant_id', 'tenant'],
    select:
      "t.id role_id, t.role role, case t.tenant when '' then 'project' else 'tenant' end scope, t.tenant tenant_id, coalesce(e.name, t.tenant) tenant",
    from: "(select * from thing where kind = 'role') t left join tenant e on e.id = t.tenant",
    where: "matches(t.role) or matches(t.id) or matches(coalesce(e.name, ''))",
    order: "t.tenant <> '', t.role collate nocase, t.role, e.name, t.tenant",
  },
  permissions: {
    columns: ['permission'],
    select: 'id permission',
    from: "(select id, name from thing where kind = 'permission')",
    where: 'matches(id) or matches(name)',
    order: 'id collate nocase, id',
  },
};

/** One thing of a list: its columns by name. */
export type ListRow = Readonly<Record<string, string>>;

export interface Listing {
  readonly columns: readonly string[];
  /** The number of all things of the kind, matching or not. */
  readonly total: number;
  /** By name. Read anew with every call. */
  rows(): Generator<ListRow>;
}

/**
 * The users, tenants, roles or permissions of a file: all, or those whose id, name, login or email contains `match`
 * after both are folded.
 */
export function listingOf({ database }: FileIndex, kind: ListKind, match = ''): Listing {
  const { columns, select, from, where, order } = tables[kind];
  const wanted = fold(match);
  database.function('matches', { deterministic: true }, (text) => Number(fold(String(text)).includes(wanted)));
  const rows = database.prepare(
    `select ${select} from ${from} ${wanted === '' ? '' : `where ${where}`} order by ${order}`,
  );
  return {
    columns,
    total: Number(database.prepare(`select count(*) n from ${from}`).get()?.['n'] ?? 0),
    *rows() {
      for (const row of rows.iterate()) {
        yield Object.fromEntries(columns.map((column) => [column, textIn(row, column)]));
      }
    },
  };
}
