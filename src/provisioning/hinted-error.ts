import { ConnectorError, type ErrorKind } from '../errors.ts';

/** An error whose message ends with names of people, for the one who asked. What is written down is `plain`. */
export class HintedError extends ConnectorError {
  readonly plain: string;

  constructor(kind: ErrorKind, plain: string, hint: string) {
    super(kind, plain + hint);
    this.plain = plain;
  }
}
