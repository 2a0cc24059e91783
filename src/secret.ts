/** A shorter text could be guessed. */
const shortestId = 20;

/** A secret that cannot be printed by accident: it shows as `[redacted]` however it is inspected or serialised. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /**
   * The secret itself. Called where a request is built that needs it, where a process is started that works with it,
   * where `init` writes the key's own file, and where a new secret is sealed for its recipients or shown on the terminal
   * that asked for it. Nowhere else.
   */
  reveal(): string {
    return this.#value;
  }

  /** Whether it begins with a text that is long enough to be the public part of it, such as the id of a key. */
  beginsWith(text: string): boolean {
    return text.length >= shortestId && this.#value.length > text.length && this.#value.startsWith(text);
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return '[redacted]';
  }
}
