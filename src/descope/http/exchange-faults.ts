/** Why we gave an attempt up ourselves: a deadline that passed, a body over the limit, or an answer that is none. */
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

/** What got threw, and what was seen of the connection before it broke. Never to be shown: got's error holds the bearer token. */
export class ConnectionFailure extends Error {
  /** The name of the CA that the server's certificate comes from, as the certificate tells it. */
  readonly issuer: string | undefined;

  constructor(cause: unknown, issuer: string | undefined) {
    super('the connection failed', { cause });
    this.issuer = issuer;
  }
}

/** A proxy that opened no tunnel: what it answered, or what became of the connection to it (in `cause`). */
export class TunnelFailure extends Error {
  readonly status: number | undefined;

  constructor(status?: number, cause?: Error) {
    super('no tunnel', { cause });
    this.status = status;
  }
}
