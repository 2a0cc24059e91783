import { DatabaseSync } from 'node:sqlite';
import { describe, expect, it } from 'vitest';
import { markUsers } from '../../src/checks/user-marks.ts';

interface Marked {
  readonly isTest: boolean;
  readonly status: string;
  readonly email: string;
}

/** A table of users as rules ask it, with numbers that have gaps. */
function tableOf(users: readonly Marked[]): DatabaseSync {
  const database = new DatabaseSync(':memory:');
  database.exec('create table user (n integer primary key, is_test integer, status text, email text); begin');
  const put = database.prepare('insert into user (n, is_test, status, email) values (?, ?, ?, ?)');
  users.forEach(({ isTest, status, email }, at) => put.run(at * 3, Number(isTest), status, email));
  database.exec('commit');
  return database;
}

/** One address, once in large letters. */
const odd = ['MÜLLER', 'müller'];

/** More than are read at once: pairs lie far apart. */
const users = Array.from({ length: 12_001 }, (_, at): Marked => {
  const name =
    at % 4_000 === 7 ? 'twin' : at === 11_999 ? 'USER5' : at === 9 || at === 6_010 ? odd[at % 2] : `user${at}`;
  return {
    isTest: at % 5_003 === 0,
    status: at % 4_999 === 1 ? 'invited' : 'enabled',
    email: at % 1_000 === 0 ? '' : `${name}@acme.example`,
  };
});

describe('what is looked up of every user in one pass', () => {
  using database = tableOf(users);
  const marks = markUsers(database, users.length * 3);

  it('has the test users and the invited ones, by number', () => {
    expect(marks.tests).toEqual([0, 5_003 * 3, 10_006 * 3]);
    expect(marks.invited).toEqual([3, 5_000 * 3, 9_999 * 3]);
  });

  it('has the addresses of more than one user, however they are written, and not the empty one', () => {
    expect(marks.sharedEmails.toSorted()).toEqual(['müller@acme.example', 'twin@acme.example', 'user5@acme.example']);
  });

  it('has none where there is nobody', () => {
    using empty = tableOf([]);

    expect(markUsers(empty, 1)).toEqual({ tests: [], invited: [], sharedEmails: [] });
  });
});
