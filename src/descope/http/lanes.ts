/**
 * Runs tasks in so many slots: soon where one is free, else in the order in which they came, but those that go first
 * ahead of all others.
 */
export type Lanes = <T>(task: () => Promise<T>, goesFirst: boolean) => Promise<T>;

export function createLanes(slots: number): Lanes {
  let taken = 0;
  const first: (() => void)[] = [];
  const others: (() => void)[] = [];
  return async (task, goesFirst) => {
    if (taken < slots) {
      taken += 1;
      await Promise.resolve(); // never begun within the call that asks for it
    } else {
      await new Promise<void>((resolve) => {
        (goesFirst ? first : others).push(resolve);
      });
    }
    try {
      return await task();
    } finally {
      const next = first.shift() ?? others.shift();
      if (next === undefined) {
        taken -= 1;
      } else {
        next(); // the slot is handed on
      }
    }
  };
}
