import { Ordinals } from './ordinals.ts';

/**
 * Who holds what, where things (a tenant to be in, a role to have) are numbered as they come. Built for hundreds of thousands
 * of things that a few hold each: a holding takes four bytes and a thing four besides, in two blocks, where a list of its
 * own would take 300. Users come one after the other; who holds a thing can be asked when all have come.
 */
export class Holdings {
  /** As they came: a user, as the complement of its ordinal, and behind it each thing that it holds. */
  #log = new Int32Array(1024);
  #logged = 0;
  #things = 0;
  /** By thing: its holders, in the order in which they came, lie from `starts[thing]` up to `starts[thing + 1]`. */
  #sorted: { readonly starts: Uint32Array; readonly users: Uint32Array } | undefined;

  /** The number of a thing that was not there before. */
  newThing(): number {
    this.#things += 1;
    return this.#things - 1;
  }

  /** Begins with the next user. */
  begin(ordinal: number): void {
    this.#append(~ordinal);
  }

  /** Notes that the user who was begun last holds a thing. */
  hold(thing: number): void {
    this.#append(thing);
  }

  holdersOf(thing: number): Ordinals {
    this.#sorted ??= this.#sort();
    const { starts, users } = this.#sorted;
    return new Ordinals(users, starts[thing], starts[thing + 1]);
  }

  #append(entry: number): void {
    if (this.#sorted !== undefined) {
      throw new Error('somebody was asked who holds what before every user had come');
    }
    if (this.#logged === this.#log.length) {
      const grown = new Int32Array(this.#log.length * 2);
      grown.set(this.#log);
      this.#log = grown;
    }
    this.#log[this.#logged] = entry;
    this.#logged += 1;
  }

  /** Counts the holders of each thing, then puts them in place. The log is not needed any more. */
  #sort(): { readonly starts: Uint32Array; readonly users: Uint32Array } {
    const log = this.#log.subarray(0, this.#logged);
    const starts = new Uint32Array(this.#things + 1);
    for (const entry of log) {
      if (entry >= 0) {
        starts[entry + 1] = (starts[entry + 1] ?? 0) + 1;
      }
    }
    for (let thing = 0; thing < this.#things; thing += 1) {
      starts[thing + 1] = (starts[thing + 1] ?? 0) + (starts[thing] ?? 0);
    }
    const users = new Uint32Array(starts[this.#things] ?? 0);
    const next = starts.slice();
    let user = 0;
    for (const entry of log) {
      if (entry < 0) {
        user = ~entry;
      } else {
        const place = next[entry] ?? 0;
        users[place] = user;
        next[entry] = place + 1;
      }
    }
    this.#log = new Int32Array(0);
    return { starts, users };
  }
}
