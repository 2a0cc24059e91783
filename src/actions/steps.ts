import { ConnectorError, isKind } from '../errors.ts';

/** What an action does one after the other, going on after a step that fails. */
export interface Steps {
  /** Does a step; a row says how it ended. What it gives is undefined where it failed. */
  run<T>(name: string, work: () => Promise<T>, told: (done: T) => string): Promise<T | undefined>;
  /** A row without a step. */
  note(name: string, words: string): void;
  readonly rows: readonly string[];
  /** The names of those that failed, and the first error. */
  readonly failed: readonly string[];
  readonly error: ConnectorError | undefined;
}

/** A bug, and the end of the process, end all. */
export function createSteps(): Steps {
  const rows: string[] = [];
  const failed: string[] = [];
  let error: ConnectorError | undefined;
  return {
    rows,
    failed,
    get error() {
      return error;
    },
    note: (name, words) => void rows.push(`${name}: ${words}`),
    run: async (name, work, told) => {
      try {
        const done = await work();
        rows.push(`${name}: ${told(done)}`);
        return done;
      } catch (thrown) {
        if (!(thrown instanceof ConnectorError)) {
          throw thrown;
        }
        rows.push(`${name}: failed: ${thrown.message}`);
        failed.push(name);
        error ??= thrown;
        if (isKind(thrown, 'cancelled')) {
          throw thrown;
        }
        return undefined;
      }
    },
  };
}
