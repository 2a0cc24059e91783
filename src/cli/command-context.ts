import type { Permits } from '../descope/http/permits.ts';
import type { Environment } from '../config/environment.ts';

/** What a command takes from the process. `signal` fires when the process is asked to end. */
export interface CommandContext {
  readonly env: Environment;
  readonly signal: AbortSignal;
  /** Of a parent process, which shares a budget of requests out. */
  readonly permits?: Permits;
  /** Writes a result to stdout, with a line end. */
  readonly print: (text: string) => void;
  /** Writes to stdout byte for byte. */
  readonly write: (text: string) => void;
  /**
   * Ends the process with this code when the command is done, without an error: `diff` found differences, for instance.
   */
  readonly endWith: (code: number) => void;
}
