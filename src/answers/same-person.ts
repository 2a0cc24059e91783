import type { DatabaseSync } from 'node:sqlite';

/**
 * A user of a project who may be the person with an address. Only one whose address was `verified` there has proved it;
 * anybody can be registered under the address of another (`unverified`), or with it as a login id (`login`).
 */
export interface PersonHere {
  readonly id: string;
  readonly name: string;
  readonly login: string;
  readonly email: string;
  readonly status: string;
  readonly match: PersonMatch;
}

export type PersonMatch = 'verified' | 'unverified' | 'login';

/** The users whom an address names, in any case of its letters: the verified ones first, then by id. */
export function personsWith(database: DatabaseSync, email: string): readonly PersonHere[] {
  return database
    .prepare(
      `select id, name, login, email, status, how from (
         select u.*, case when u.email <> ?1 collate nocase then 'login'
           when u.is_email_verified = 1 then 'verified' else 'unverified' end how
         from user u where u.n in (
           select n from user where email = ?1 collate nocase union select user from login where login = ?1 collate nocase
         )
       ) order by how <> 'verified', how = 'login', id`,
    )
    .all(email)
    .map((row) => {
      const { how } = row;
      return {
        id: String(row['id']),
        name: String(row['name']),
        login: String(row['login']),
        email: String(row['email']),
        status: String(row['status']),
        match: how === 'verified' || how === 'unverified' ? how : 'login',
      };
    });
}
