import type { CatalogList } from '../access/catalog-list.ts';
import type { Holder } from '../access/holding.ts';
import type { Principal } from '../access/principal.ts';
import { ConnectorError } from '../errors.ts';
import type { Lists } from './look-up.ts';

/** What a change gives: who, what its record shows now, and what it shows once the change is made. */
export interface Gain {
  readonly principal: Principal;
  readonly name: string;
  /** '' for what has none. */
  readonly email: string;
  /** The address until now, where the change is of the address: that may be what lets somebody hold something. */
  readonly formerEmail?: string;
  readonly before: Holder;
  readonly after: Holder;
  /** The project as Descope shows it. */
  readonly lists: Lists;
}

/** A rule of a policy that a change breaks. */
export interface BrokenRule {
  /** "conflict/two-eyes". */
  readonly rule: string;
  /** The tenant in which it is broken; absent for the whole project. */
  readonly tenantId?: string;
  /** What the principal has then, the other holding named. */
  readonly detail: string;
  /** As `check` gives it to the finding that comes of the change. */
  readonly fingerprint: string;
}

/** What a policy says of a change. */
export interface PolicyWord {
  readonly broken: readonly BrokenRule[];
  /** Why it is not known, or not for certain, whether anything is broken; absent where it is. */
  readonly unknown?: string;
}

export const nothingBroken: PolicyWord = { broken: [] };

/** Asks a policy before access is given. */
export interface AccessGuard {
  /** What it must have of the project besides the lists by which a grant is judged. */
  readonly lists?: readonly CatalogList<unknown>[];
  /** Throws `refused` where the policy forbids the change, with a `PolicyRefusal`. Called just before each write. */
  before(gain: Gain): Promise<PolicyWord>;
  /** What a change that was made gave besides what was asked: nothing is refused any more. */
  afterwards(gain: Gain): Promise<PolicyWord>;
  /** Remembers what the record of a principal shows: what was looked up elsewhere may be older. */
  saw(principal: Principal, shown: Holder, lists: Lists): void;
}

/** How the policy answered: `unknown` and `refused-unknown` where it could not be looked up for certain. */
export const policyEnds = ['passed', 'warned', 'unknown', 'refused', 'refused-unknown'] as const;
export type PolicyEnd = (typeof policyEnds)[number];

/** Both words as one; what is broken is told once. */
export function bothWords(one: PolicyWord, other: PolicyWord): PolicyWord {
  const told = new Set(one.broken.map(({ fingerprint }) => fingerprint));
  const unknown = one.unknown ?? other.unknown;
  return {
    broken: [...one.broken, ...other.broken.filter(({ fingerprint }) => !told.has(fingerprint))],
    ...(unknown !== undefined && { unknown }),
  };
}

/** What a policy says in the course of one change. */
export interface Heard {
  readonly word: () => PolicyWord;
  /** Waits for an answer, and keeps what it says, also where it refuses. */
  readonly hear: (answer: Promise<PolicyWord>) => Promise<void>;
}

export function hearing(): Heard {
  let word = nothingBroken;
  return {
    word: () => word,
    hear: async (answer) => {
      try {
        word = bothWords(word, await answer);
      } catch (thrown) {
        word = thrown instanceof PolicyRefusal ? bothWords(word, thrown.word) : word;
        throw thrown;
      }
    },
  };
}

/** A change that a policy forbids, with what it breaks. */
export class PolicyRefusal extends ConnectorError {
  readonly word: PolicyWord;

  constructor(message: string, word: PolicyWord) {
    super('refused', message);
    this.word = word;
  }
}
