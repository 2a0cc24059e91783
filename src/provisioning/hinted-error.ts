import { ConnectorError, type ErrorKind } from '../errors.ts';

/** An error whose message ends with names of people, for the caller only. Audit lines hold `plain`, which has none. */
export class HintedError extends ConnectorError {
  readonly plain: string;

  constructor(kind: ErrorKind, plain: string, hint: string) {
    super(kind, plain + hint);
    this.plain = plain;
  }
}
