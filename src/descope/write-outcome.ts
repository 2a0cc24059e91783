import { ConnectorError } from '../errors.ts';
import { AttemptFailed } from './http/errors.ts';

/**
 * How a write ended that brought no record. `refused`: Descope said no. `uncertain`: it may have happened or not, and
 * only a load can tell.
 */
export interface Unanswered {
  readonly kind: 'refused' | 'uncertain';
  readonly error: ConnectorError;
}

/** What an error of a single write means. One that ends everything, such as a missing right, is thrown. */
export function unansweredOf(thrown: unknown): Unanswered {
  if (thrown instanceof AttemptFailed) {
    const { error, retry } = thrown.failure;
    if (retry !== 'never') {
      return { kind: 'uncertain', error };
    }
    if (error.kind === 'unauthenticated' || error.kind === 'forbidden') {
      throw error;
    }
    // A success other than 200, a redirect or a body over the limit says neither yes nor no.
    return { kind: error.kind === 'upstream-contract' ? 'uncertain' : 'refused', error };
  }
  if (thrown instanceof ConnectorError && thrown.kind === 'upstream-contract') {
    return { kind: 'uncertain', error: thrown };
  }
  throw thrown;
}
