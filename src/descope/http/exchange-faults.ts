/** Why we ended an attempt: a deadline has passed, the body is over the limit, or the answer is not HTTP. */
export class ExchangeFault extends Error {
  readonly code:
    | 'CONNECT_TIMEOUT'
    | 'HEADERS_TIMEOUT'
    | 'BODY_TIMEOUT'
    | 'ATTEMPT_TIMEOUT'
    | 'BODY_TOO_LARGE'
    | 'SWITCHED_PROTOCOL';

  constructor(code: ExchangeFault['code']) {
    super(code);
    this.code = code;
  }
}

/** What got threw, and what was seen of the connection before. Never show it: got's error holds the bearer token. */
export class ConnectionFailure extends Error {
  /** The name of the CA that the server's certificate comes from, as the certificate tells it. */
  readonly issuer: string | undefined;

  constructor(cause: unknown, issuer: string | undefined) {
    super('the connection failed', { cause });
    this.issuer = issuer;
  }
}

/** A proxy opened no tunnel: the status that it answered, or in `cause` what happened to the connection to it. */
export class TunnelFailure extends Error {
  readonly status: number | undefined;

  constructor(status?: number, cause?: Error) {
    super('no tunnel', { cause });
    this.status = status;
  }
}
