import { turn } from '../descope/support.ts';

/** A repeatable source of chance (mulberry32). */
export function chanceOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets a few requests overtake each other. */
export async function wander(chance: () => number): Promise<void> {
  for (let left = Math.floor(chance() * 4); left > 0; left -= 1) {
    await turn();
  }
}
