import type { z } from 'zod';

/**
 * One setting: its names, what it means, and how its text is understood. Help, environment, checks and the manifest
 * that platforms read come from here. Of several environment names an earlier one wins: `BATON_*`, then the vendor's
 * own.
 */
export interface Setting {
  readonly flag: string;
  readonly env: readonly [string, ...string[]];
  readonly help: string;
  /** What the platform's form calls it. */
  readonly title: string;
  /** How a form asks for it. */
  readonly kind: 'text' | 'number' | 'switch';
  /** True for what concerns running the program rather than the connection to Descope. */
  readonly isOperational?: boolean;
  /** True for what concerns the way to the platform: its own form does not ask for that. */
  readonly isForPlatform?: boolean;
  /** The value where none is set; absent where one must be set, or may stay unset. */
  readonly default?: string;
  readonly isRequired?: boolean;
  /** True for an address to listen on: said to be empty in the environment, it is refused and not taken as unsaid. */
  readonly isListenAddress?: boolean;
  /** The words that it may be, where they are few: for completion and the reference page. */
  readonly choices?: readonly string[];
  /** Takes the text as it was given, or says in a few words what is wrong with it. */
  readonly schema: z.ZodType<unknown, string>;
}
