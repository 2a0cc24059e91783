import { ConnectorError } from '../errors.ts';
import { fold } from '../model/fold.ts';
import { optInTypes, typeInWords } from '../sync-format/known-types.ts';
import type { FileIndex } from './file-index.ts';
import { textIn } from './access-path.ts';
import { profileInWords } from './details.ts';
import { printable } from './printable.ts';
import { typesNotOffered } from '../sync-format/offered.ts';

const foundingKinds = ['users', 'tenants', 'roles', 'permissions'] as const;
type FoundingKind = (typeof foundingKinds)[number];
/** What can be listed: the plural of a type. */
export type ListKind = FoundingKind | `${keyof typeof optInTypes}s`;

export const listKinds: readonly ListKind[] = [
  ...foundingKinds,
  ...Object.keys(optInTypes).map((type) => `${type}s` as ListKind), // the keys are the types
];

function isFounding(kind: ListKind): kind is FoundingKind {
  return (foundingKinds as readonly string[]).includes(kind);
}

interface ListTable {
  /** Columns in CSV, in this order, which name the columns of the query; part of the contract. */
  readonly columns: readonly string[];
  readonly from: string;
  readonly select: string;
  /** Whether a row has a text that `matches`. */
  readonly where: string;
  readonly order: string;
}

const tables: Readonly<Record<FoundingKind, ListTable>> = {
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
      "t.id role_id, t.role role, case t.tenant when '' then 'project' else 'tenant' end scope, t.tenant tenant_id, " +
      'coalesce(e.name, t.tenant) tenant',
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

/** The table of any other type, which is told by what all of them have. */
function tableOf(type: string): ListTable {
  if (type === 'sso_configuration' || type === 'idp_group') {
    return {
      columns: ['id', 'name', 'tenant_id', 'sso_id'],
      select: 'id, name, tenant tenant_id, sso_id',
      from: `(select * from sso where type = '${type}')`,
      where: 'matches(name) or matches(id)',
      order: 'name collate nocase, name, id',
    };
  }
  return {
    columns: [
      'id',
      'name',
      'status',
      'created_at',
      'expires_at',
      'owner_type',
      'owner_id',
      'created_by',
      'description',
      'details',
    ],
    select: `id, name, status, created_at, expires_at, owner_type, owner_id, coalesce(profile ->> '$.created_by', '') created_by,
      coalesce(profile ->> '$.description', '') description, details_in_words(profile) details`,
    from: `(select * from other where type = '${type}')`,
    where: "matches(name) or matches(id) or matches(coalesce(profile ->> '$.email', ''))",
    order: 'name collate nocase, name, id',
  };
}

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
 * The things of one kind in a file: all, or those whose id, name, login or email contains `match` after both are folded.
 * A kind that the sync did not read is a `not-found` error: there may be some.
 */
export function listingOf({ database, types, summary, path }: FileIndex, kind: ListKind, match = ''): Listing {
  const type = kind.slice(0, -1);
  const words = typeInWords(type, 2);
  if (!types.has(type)) {
    const include = Object.entries(optInTypes).find(([id]) => id === type)?.[1] ?? type;
    const why = typesNotOffered(summary).has(type)
      ? 'the deployment of Descope did not tell of them'
      : `its sync did not read them (--include ${include})`;
    throw new ConnectorError('not-found', `${printable(path)} does not tell of ${words}: ${why}`);
  }
  const { columns, select, from, where, order } = isFounding(kind) ? tables[kind] : tableOf(type);
  const wanted = fold(match);
  database.function('matches', { deterministic: true }, (text) => Number(fold(String(text)).includes(wanted)));
  database.function('details_in_words', { deterministic: true }, (profile) => profileInWords(String(profile)));
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
