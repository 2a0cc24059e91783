import { Uint32List } from './uint32-list.ts';
import { OrdinalSlice } from './ordinal-slice.ts';

/** A thing with more holders than this has a list of its own. */
const few = 64;
/** Added to an ordinal: this entry of the log is a user, who holds the things of the entries behind it. */
const userMark = 2 ** 31;

/**
 * Who holds what, where things (memberships and roles) are numbered in the order in which they come. Built for hundreds
 * of thousands of things with a few holders each, where a list for each would take 300 bytes for four holders. Holdings
 * of such things are appended to one log, user by user, and sorted by thing at the first question; all users must be
 * added by then.
 */
export class PostingIndex {
  /** How many hold each thing. */
  readonly #counts: number[] = [];
  #log = new Uint32List();
  #user = 0;
  #isUserLogged = false;
  /** Holders of things that many hold. The first few places are filled when the log is sorted. */
  readonly #ofMany = new Map<number, Uint32List>();
  /** Holders of what few hold, by thing: from `starts[thing]` on. */
  #ofFew: { readonly starts: Uint32Array; readonly users: Uint32Array } | undefined;

  /** About how much memory it takes. */
  get bytes(): number {
    const { starts, users } = this.#ofFew ?? {};
    const ofMany = this.#ofMany.values().reduce((sum, list) => sum + list.bytes, 0);
    return this.#counts.length * 8 + this.#log.bytes + ofMany + (starts?.byteLength ?? 0) + (users?.byteLength ?? 0);
  }

  /** How many things there are. */
  get size(): number {
    return this.#counts.length;
  }

  /** The number of a thing that was not there before. */
  newThing(): number {
    return this.#counts.push(0) - 1;
  }

  /** Begins with the next user. */
  begin(ordinal: number): void {
    if (this.#ofFew !== undefined) {
      throw new Error('a user was added after the index had answered');
    }
    this.#user = ordinal;
    this.#isUserLogged = false;
  }

  /** Notes that the user who was begun last holds a thing. */
  hold(thing: number): void {
    const count = this.#counts[thing] ?? 0;
    this.#counts[thing] = count + 1;
    if (count >= few) {
      this.#listOf(thing).push(this.#user);
      return;
    }
    if (!this.#isUserLogged) {
      this.#log.push(this.#user + userMark);
      this.#isUserLogged = true;
    }
    this.#log.push(thing);
  }

  /** In the order in which they came. */
  holdersOf(thing: number): OrdinalSlice {
    this.#ofFew ??= this.#sort();
    const { starts, users } = this.#ofFew;
    const list = this.#ofMany.get(thing);
    return list === undefined
      ? new OrdinalSlice(users, starts[thing], starts[thing + 1])
      : new OrdinalSlice(list.view());
  }

  #listOf(thing: number): Uint32List {
    const list = this.#ofMany.get(thing) ?? new Uint32List(few);
    this.#ofMany.set(thing, list);
    return list;
  }

  /** Sorts the log by thing, and drops it. */
  #sort(): { readonly starts: Uint32Array; readonly users: Uint32Array } {
    const starts = new Uint32Array(this.#counts.length + 1);
    for (const [thing, count] of this.#counts.entries()) {
      starts[thing + 1] = (starts[thing] ?? 0) + (count > few ? 0 : count);
    }
    const users = new Uint32Array(starts.at(-1) ?? 0);
    const next = starts.slice();
    let user = 0;
    for (const entry of this.#log.view()) {
      if (entry >= userMark) {
        user = entry - userMark;
      } else {
        const place = next[entry] ?? 0;
        next[entry] = place + 1;
        const list = this.#ofMany.get(entry);
        if (list === undefined) {
          users[place] = user;
        } else {
          list.set(place - (starts[entry] ?? 0), user);
        }
      }
    }
    this.#log = new Uint32List();
    return { starts, users };
  }
}
