import type { DatabaseSync } from 'node:sqlite';
import { incomplete } from './faults.ts';

const mostAtOnce = 500;

/** Enters who holds what. Grants of one thing follow each other: they are entered together, in half the time. */
export class HoldingWriter {
  readonly #path: string;
  readonly #putAll;
  readonly #putOne;
  readonly #hasUser;
  #thing = 0;
  #userIds: string[] = [];

  constructor(path: string, database: DatabaseSync) {
    this.#path = path;
    this.#putAll = database.prepare(
      'insert or ignore into holding (thing, user) select ?, u.n from json_each(?) j join user u on u.id = j.value',
    );
    this.#putOne = database.prepare('insert or ignore into holding (thing, user) select ?, n from user where id = ?');
    this.#hasUser = database.prepare('select 1 from user where id = ?');
  }

  /** Takes a holding; it is entered with others, or by `flush`. */
  put(thing: number, userId: string): void {
    if (thing !== this.#thing || this.#userIds.length >= mostAtOnce) {
      this.flush();
      this.#thing = thing;
    }
    this.#userIds.push(userId);
  }

  /** Enters all that was taken. A user who is not listed is `inconsistent`. */
  flush(): void {
    const userIds = this.#userIds;
    this.#userIds = [];
    if (userIds.length > 0 && Number(this.#putAll.run(this.#thing, JSON.stringify(userIds)).changes) < userIds.length) {
      userIds.forEach((userId) => this.#putAlone(userId)); // some came twice, or are not listed, or JSON spells an id in another way
    }
  }

  #putAlone(userId: string): void {
    if (this.#putOne.run(this.#thing, userId).changes === 0 && this.#hasUser.get(userId) === undefined) {
      throw incomplete(this.#path, 'it grants something to a user that it does not list');
    }
  }
}
