import type { DatabaseSync } from 'node:sqlite';
import { foldAddress } from '../model/address.ts';
import { addFold, foldedAddress } from './fold-sql.ts';
import { isOddText } from './odd-text.ts';

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

/** The users whom an address names, as `foldAddress` compares them: the verified ones first, then by id. */
export function personsWith(database: DatabaseSync, email: string): readonly PersonHere[] {
  addFold(database);
  return database
    .prepare(
      `select id, name, login, email, status, how from (
         select u.*, case when ${foldedAddress('u.email')} <> ?1 then 'login'
           when u.is_email_verified = 1 then 'verified' else 'unverified' end how
         from user u where u.n in (
           select n from user where ${isEqual('email')} union select n from user where ${isEqualOdd('email')}
           union select user from login where ${isEqual('login')} union select user from login where ${isEqualOdd('login')}
         )
       ) order by how <> 'verified', how = 'login', id`,
    )
    .all(foldAddress(email))
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

// Conditions of which each may be answered by an index: what is not ASCII has one of its own.

function isEqual(text: string): string {
  return `${text} = ?1 collate nocase and ${foldedAddress(text)} = ?1`;
}

function isEqualOdd(text: string): string {
  return `${isOddText(text)} and ${foldedAddress(text)} = ?1`;
}
