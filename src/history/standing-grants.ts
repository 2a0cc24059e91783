/** A grant that stands: its version, the sync that began it, what it is for questions, and whether it has a message. */
export interface StandingGrant {
  readonly v: number;
  readonly since: number;
  readonly kind: number;
  readonly isTold: boolean;
}

const told = 0x80;

/**
 * The grants of one entitlement that stand, by the number of whoever holds it: in lists that are as long as there are
 * numbers, and the same for every entitlement. `variant` tells apart those whose id is not the usual one.
 */
export class StandingGrants {
  /** In which turn an entry was made: it is good in that one. */
  #turns = new Uint32Array(1024);
  #versions = new Float64Array(1024);
  #since = new Uint32Array(1024);
  #kinds = new Uint8Array(1024);
  #turn = 0;
  readonly #unusual = new Map<string, StandingGrant>();

  /** Begins with another entitlement, of which nothing stands. */
  clear(): void {
    this.#turn += 1;
    this.#unusual.clear();
  }

  put(to: number, variant: number, v: number, since: number, kind: number, isTold: boolean): void {
    if (variant !== 0) {
      this.#unusual.set(`${to} ${variant}`, { v, since, kind, isTold });
      return;
    }
    if (to >= this.#turns.length) {
      this.#widen(to + 1);
    }
    this.#turns[to] = this.#turn;
    this.#versions[to] = v;
    this.#since[to] = since;
    this.#kinds[to] = kind | (isTold ? told : 0);
  }

  find(to: number, variant: number): StandingGrant | undefined {
    if (variant !== 0) {
      return this.#unusual.get(`${to} ${variant}`);
    }
    if (this.#turns[to] !== this.#turn) {
      return undefined;
    }
    const kind = this.#kinds[to] ?? 0;
    return {
      v: this.#versions[to] ?? 0,
      since: this.#since[to] ?? 0,
      kind: kind & ~told,
      isTold: (kind & told) !== 0,
    };
  }

  #widen(least: number): void {
    const length = Math.max(least, this.#turns.length * 2);
    const [turns, versions, since, kinds] = [this.#turns, this.#versions, this.#since, this.#kinds];
    this.#turns = new Uint32Array(length);
    this.#turns.set(turns);
    this.#versions = new Float64Array(length);
    this.#versions.set(versions);
    this.#since = new Uint32Array(length);
    this.#since.set(since);
    this.#kinds = new Uint8Array(length);
    this.#kinds.set(kinds);
  }
}
