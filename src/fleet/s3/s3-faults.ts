import { ConnectorError, type ErrorKind } from '../../errors.ts';
import { osReason } from '../../os-reasons.ts';

/** What a status means where its code does not say more, and what to do. */
const statuses: Readonly<Record<number, readonly [ErrorKind, string]>> = {
  301: ['config', 'the bucket is in another region, or at another address: say region and endpoint'],
  307: ['config', 'the bucket is in another region, or at another address: say region and endpoint'],
  400: ['invalid', 'the store refused the request: look at endpoint, region and style'],
  401: ['unauthenticated', 'the store does not know the credentials: look at credentials'],
  403: ['forbidden', 'access is denied: let the credentials list, read, write and delete below the prefix'],
  404: ['not-found', 'there is no such bucket: make it, or mend bucket, endpoint or style'],
  405: ['unsupported', 'the store does not do this: is endpoint that of an S3 store?'],
  429: ['rate-limited', 'the store wants fewer requests'],
  501: ['unsupported', 'the store does not do this: it must know PUT with If-Match and If-None-Match'],
};

/** Codes that say more than their status. */
const codes: Readonly<Record<string, readonly [ErrorKind, string]>> = {
  InvalidAccessKeyId: ['unauthenticated', 'the store does not know the access key: look at credentials'],
  SignatureDoesNotMatch: ['unauthenticated', 'the secret of the access key is wrong: look at credentials'],
  ExpiredToken: ['unauthenticated', 'the credentials of the session are over: get new ones'],
  InvalidToken: ['unauthenticated', 'the token of the session is wrong: look at credentials'],
  RequestTimeTooSkewed: ['precondition', 'the clock of this machine is too far off: set it'],
  AuthorizationHeaderMalformed: ['config', 'the bucket is in another region: say region'],
  PermanentRedirect: ['config', 'the bucket is in another region, or at another address: say region and endpoint'],
  EntityTooLarge: ['invalid', 'the store takes no object of this size'],
  QuotaExceeded: ['refused', 'the store is full for this account: make room'],
};

/** An answer that nobody can go on with, in words. Of its body only the code is told. */
export function faultOfAnswer(place: string, status: number, body: Uint8Array): ConnectorError {
  const code = codeIn(body);
  const [kind, text] = (code === undefined ? undefined : codes[code]) ??
    statuses[status] ?? ['unavailable', 'the store failed: try again later'];
  return new ConnectorError(
    kind,
    `${place}: ${text} (${[status, code].filter((part) => part !== undefined).join(' ')})`,
  );
}

/** "NoSuchKey" of an error of S3. */
export function codeIn(body: Uint8Array): string | undefined {
  return /<Code>([A-Za-z0-9.]{1,64})<\/Code>/.exec(Buffer.from(body.subarray(0, 4_096)).toString('latin1'))?.[1];
}

/** A request that got no whole answer. */
export function faultOfNetwork(place: string, thrown: unknown): ConnectorError {
  const { name, code } = thrown as { readonly name?: unknown; readonly code?: unknown };
  if (name === 'TimeoutError' || code === 'ETIMEDOUT') {
    return new ConnectorError('timeout', `${place}: the store did not answer in time`);
  }
  return new ConnectorError('unavailable', `${place}: the store cannot be reached (${osReason(thrown)})`);
}
