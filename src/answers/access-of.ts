import { ConnectorError } from '../errors.ts';
import type { AccessIndex } from './access-index.ts';
import { type AccessPath, pathColumns, toPath } from './access-path.ts';
import { printable } from './printable.ts';

export interface AccessOf {
  readonly user: { readonly id: string; readonly name: string; readonly login: string; readonly email: string; readonly status: string; readonly isTest: boolean; readonly createdAt: string };
  /** What the user holds and what follows: a row for each permission, one without a permission for what confers none. */
  paths(): Generator<AccessPath>;
}

/** What one user can do, and where. Nobody is `not-found`; several whom the text fits are a `conflict` that names them. */
export function accessOf(index: AccessIndex, asked: string): AccessOf {
  const row = findUser(index, asked);
  const held = index.database.prepare(
    `select ${pathColumns}, coalesce(p.id, '') permission from holding h join user u on u.n = h.user join thing t on t.n = h.thing
     left join tenant e on e.id = t.tenant left join confers c on c.thing = t.n left join thing p on p.n = c.permission
     where h.user = ? order by t.tenant <> '', e.name, t.tenant, t.kind <> 'tenant', t.role, t.kind, p.id`,
  );
  return {
    user: {
      id: String(row['id']),
      name: String(row['name']),
      login: String(row['login']),
      email: String(row['email']),
      status: String(row['status']),
      isTest: row['is_test'] === 1,
      createdAt: String(row['created_at']),
    },
    *paths() {
      for (const path of held.iterate(Number(row['n']))) {
        yield toPath(path);
      }
    },
  };
}

const mostNamed = 10;

/** By user id; else by login id, email or exact display name, whichever fits, as long as it fits one user only. */
function findUser({ database, path }: AccessIndex, asked: string): Readonly<Record<string, unknown>> {
  const byId = database.prepare('select * from user where id = ?').get(asked);
  if (byId !== undefined) {
    return byId;
  }
  const rows = database
    .prepare(
      `select * from user where n in (select user from login where login = ?1 collate nocase union select n from user where email = ?1 collate nocase or name = ?1)
       order by id limit ${mostNamed + 1}`,
    )
    .all(asked);
  const [row] = rows;
  if (row === undefined) {
    throw new ConnectorError('not-found', `there is no user ${JSON.stringify(printable(asked))} in ${path}; give the user id, a login id, the email or the exact name`);
  }
  if (rows.length > 1) {
    const named = rows.slice(0, mostNamed).map(({ id, name, login }) => `  ${printable(String(id))}  ${printable(String(name))} <${printable(String(login))}>`);
    throw new ConnectorError('conflict', [`several users are found by ${JSON.stringify(printable(asked))}: give the id of one`, ...named, ...(rows.length > mostNamed ? ['  and more'] : [])].join('\n'));
  }
  return row;
}
