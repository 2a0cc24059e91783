/** Users of one target, in ascending order. */
export interface TargetUsers {
  readonly target: number;
  readonly users: readonly number[];
}

/** Holdings of two files, and how they differ. Eight bytes for each holding. */
export interface ChangeLedger {
  before(target: number, user: number): void;
  after(target: number, user: number): void;
  /** Held now and not before, by target. */
  gained(): Iterable<TargetUsers>;
  /** Held before and not now, by target. */
  lost(): Iterable<TargetUsers>;
}

const usersPerTarget = 2 ** 27; // 26 bits are left for targets: both fit exactly into a float's 53

export function createChangeLedger(): ChangeLedger {
  const before = createKeys();
  const after = createKeys();
  return {
    before: (target, user) => before.add(target * usersPerTarget + user),
    after: (target, user) => after.add(target * usersPerTarget + user),
    gained: () => byTarget(missingIn(after.sorted(), before.sorted())),
    lost: () => byTarget(missingIn(before.sorted(), after.sorted())),
  };
}

function createKeys(): { add(key: number): void; sorted(): Float64Array } {
  let keys = new Float64Array(1024);
  let count = 0;
  return {
    add: (key) => {
      if (count === keys.length) {
        const larger = new Float64Array(keys.length * 2);
        larger.set(keys);
        keys = larger;
      }
      keys[count++] = key;
    },
    sorted: () => keys.subarray(0, count).sort(),
  };
}

/** The keys that `others` lacks, each once; both ascending. */
function* missingIn(keys: Float64Array, others: Float64Array): Generator<number> {
  let at = 0;
  let last = -1;
  for (const key of keys) {
    while (at < others.length && (others[at] ?? 0) < key) {
      at++;
    }
    if (others[at] !== key && key !== last) {
      yield key;
    }
    last = key;
  }
}

function* byTarget(keys: Iterable<number>): Generator<TargetUsers> {
  let target = -1;
  let users: number[] = [];
  for (const key of keys) {
    const of = Math.floor(key / usersPerTarget);
    if (of !== target && users.length > 0) {
      yield { target, users };
      users = [];
    }
    target = of;
    users.push(key % usersPerTarget);
  }
  if (users.length > 0) {
    yield { target, users };
  }
}
