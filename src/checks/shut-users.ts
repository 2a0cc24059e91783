import type { Holders } from './holders.ts';
import { number, text, type World } from './world.ts';

/** A user who cannot log in, as the subject of a finding. */
export interface ShutUser {
  readonly n: number;
  readonly status: string;
  readonly subject: { readonly type: 'user'; readonly id: string; readonly name: string };
}

/** Everybody who cannot log in, by id. */
export function* shutUsers({ rows }: Pick<World, 'rows'>): Generator<ShutUser> {
  const sql = `select u.n n, u.id id, u.name name, u.status status from shut s cross join user u on u.n = s.user order by u.id`;
  for (const row of rows(sql)) {
    const subject = { type: 'user', id: text(row, 'id'), name: text(row, 'name') } as const;
    yield { n: number(row, 'n'), status: text(row, 'status'), subject };
  }
}

/** Which of these things each user holds who cannot log in: their places, in order. */
export function heldByShut(holders: Holders, things: readonly number[]): (user: number) => Uint32Array {
  const isShut = holders.shut();
  const starts = new Uint32Array(holders.users + 1);
  for (const thing of things) {
    for (const user of holders.of(thing)) {
      starts[user + 1] = (starts[user + 1] ?? 0) + (isShut[user] ?? 0);
    }
  }
  for (let user = 1; user < starts.length; user++) {
    starts[user] = (starts[user] ?? 0) + (starts[user - 1] ?? 0);
  }
  const places = new Uint32Array(starts.at(-1) ?? 0);
  const next = starts.slice();
  things.forEach((thing, place) => {
    for (const user of holders.of(thing)) {
      if (isShut[user] === 1) {
        const at = next[user] ?? 0;
        places[at] = place;
        next[user] = at + 1;
      }
    }
  });
  return (user) => places.subarray(starts[user], starts[user + 1]);
}
