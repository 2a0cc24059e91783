import { audit } from '../audit/audit.ts';
import type { FamilyHost } from '../family.ts';
import { createPopulation } from './population.ts';
import type { Population } from './population.ts';
import type { UserRecord } from './records.ts';
import type { UserSource } from './source.ts';
import type { UserSwitches } from './switches.ts';

type Change = (population: Population) => void;

/**
 * The users as writes see them, and as searches and loads see them: the latter two may lag behind, by seconds or by a
 * number of reads, when the switches say so.
 */
export interface UserStore {
  readonly live: Population;
  /** Each call counts as one read. */
  forSearch(): Population;
  forLoad(): Population;
  put(record: UserRecord): void;
  remove(userId: string): boolean;
  transformAll(change: (record: UserRecord) => UserRecord): void;
}

interface Replica {
  readonly read: () => Population;
  readonly apply: (change: Change) => void;
}

export function createUserStore(source: UserSource, switches: UserSwitches, host: FamilyHost): UserStore {
  const { now } = host;
  const log = host.stateOf(audit);
  const live = createPopulation(source);
  const replica = (lagSeconds: number, lagReads: number): Replica =>
    lagSeconds === 0 && lagReads === 0 ? toMirror(live) : createReplica(source, lagSeconds, lagReads, now);
  const search = replica(switches.searchLagSeconds, switches.searchLagReads);
  const load = replica(switches.loadLagSeconds, switches.loadLagReads);
  const apply = (change: Change): void => {
    change(live);
    search.apply(change);
    load.apply(change);
  };

  const known = (userId: string): UserRecord | undefined => {
    const ref = live.findByUserId(userId);
    return ref === undefined ? undefined : live.get(ref);
  };

  return {
    live,
    forSearch: search.read,
    forLoad: load.read,
    put(record) {
      const before = known(record.userId);
      apply((population) => population.put(record));
      log.changed({ kind: 'User', before, after: record });
    },
    remove(userId) {
      const before = known(userId);
      apply((population) => population.remove(userId));
      log.changed({ kind: 'User', before });
      return before !== undefined;
    },
    transformAll: (change) => apply((population) => population.transformAll(change)),
  };
}

/** All users, test users included, in order of creation. Those deleted before their turn are left out. */
export function* allUsers(users: UserStore): Generator<UserRecord> {
  const order = users.live.order({ by: 'created', withTest: true, key: 0 });
  for (const ref of order.slice(0, order.size)) {
    if (users.live.has(ref)) yield users.live.get(ref);
  }
}

/** No lag: the live population itself, to which every change has been applied already. */
function toMirror(live: Population): Replica {
  return { read: () => live, apply: () => undefined };
}

function createReplica(source: UserSource, lagSeconds: number, lagReads: number, now: () => number): Replica {
  const population = createPopulation(source);
  const pending: { readonly change: Change; readonly dueAt: number; readonly dueRead: number }[] = [];
  let reads = 0;
  return {
    read() {
      reads += 1;
      for (let first = pending[0]; first && first.dueAt <= now() && first.dueRead < reads; first = pending[0]) {
        first.change(population);
        pending.shift();
      }
      return population;
    },
    apply: (change) => pending.push({ change, dueAt: now() + lagSeconds * 1000, dueRead: reads + lagReads }),
  };
}
