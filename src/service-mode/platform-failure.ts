import { type ServiceError, status } from '@grpc/grpc-js';
import { ConnectorError, type ErrorKind } from '../errors.ts';
import { printable } from '../printable.ts';

/** The codes at which trying again is of no use, and what each means here. */
const permanent: Readonly<Partial<Record<status, readonly [ErrorKind, string]>>> = {
  [status.UNAUTHENTICATED]: ['unauthenticated', 'check BATON_CLIENT_ID and BATON_CLIENT_SECRET'],
  [status.PERMISSION_DENIED]: ['forbidden', "the client may not do this; look at the connector's settings there"],
  [status.NOT_FOUND]: ['config', 'it does not know this connector; was it removed there?'],
  [status.INVALID_ARGUMENT]: ['config', 'it does not accept what this version sends; update baton-descope'],
  [status.UNIMPLEMENTED]: [
    'config',
    'what answers does not speak this protocol; check BATON_C1_API_HOST and the proxy',
  ],
  [status.FAILED_PRECONDITION]: ['config', "something is missing there; look at the connector's settings"],
};

const longestDetails = 200;

/** What the platform answered a call with, or why it did not answer. `code` among the facts is gRPC's name. */
export function platformFailure(call: string, error: Pick<ServiceError, 'code' | 'details'>): ConnectorError {
  const code = status[error.code] ?? String(error.code);
  const told = printable(error.details.slice(0, longestDetails));
  const known = permanent[error.code];
  if (known !== undefined) {
    const [kind, remedy] = known;
    return new ConnectorError(kind, `the platform refused ${call} (${code}: ${told}); ${remedy}`, { code, call });
  }
  const kind = error.code === status.DEADLINE_EXCEEDED ? 'timeout' : 'unavailable';
  const remedy = /certificate/i.test(told) ? '; if its CA is a private one, name it with --c1-ca-file' : '';
  return new ConnectorError(kind, `${call} at the platform failed (${code}: ${told})${remedy}`, { code, call });
}

/** Whether a failure is one of those at which a start ends at once: another try would fail alike. */
export function isPermanent({ kind }: ConnectorError): boolean {
  return kind === 'unauthenticated' || kind === 'forbidden' || kind === 'config';
}
