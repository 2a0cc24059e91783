import type { DecisionStore } from './decisions.ts';

/** Keeps the decisions in the browser, under the hash of the review. */
export interface Keeper {
  /** Why they are not kept: a reload would lose them; '' where they are. */
  problem(): string;
  /** How many decisions were found when the page was opened. */
  readonly found: boolean;
  /** Puts away what was not yet. */
  flush(): void;
}

interface Surroundings {
  readonly storage: () => Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;
  readonly later: (work: () => void) => void;
  readonly onProblem: () => void;
}

/** Browsers that keep nothing throw at the first touch, or when there is no room left. */
export function keepDecisions(
  store: DecisionStore,
  review: string,
  { storage, later, onProblem }: Surroundings,
): Keeper {
  const key = `baton-descope-review:${review}`;
  let problem = '';
  let kept = store.version();
  let isWaiting = false;
  const attempt = <T>(work: () => T): T | undefined => {
    try {
      const result = work();
      problem = '';
      return result;
    } catch {
      problem = 'This browser does not keep your decisions: a reload or a closed window would lose them.';
      return undefined;
    }
  };

  const before = attempt(() => {
    storage().setItem(`${key}:test`, '1');
    storage().removeItem(`${key}:test`);
    return storage().getItem(key);
  });
  const found = typeof before === 'string' && store.unpack(before);
  kept = store.version();

  function flush(): void {
    isWaiting = false;
    if (store.version() !== kept) {
      const had = problem;
      attempt(() => {
        storage().setItem(key, store.pack());
        kept = store.version();
      });
      if (had !== problem) {
        onProblem();
      }
    }
  }

  store.onChange(() => {
    if (!isWaiting) {
      isWaiting = true;
      later(flush);
    }
  });
  return { problem: () => problem, found, flush };
}
