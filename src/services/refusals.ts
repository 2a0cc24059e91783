import { ConnectorError } from '../errors.ts';

/** For a change that is not built: answers as a Go connector does that was started without --provisioning. */
export function refuseProvisioning(): never {
  throw new ConnectorError(
    'precondition',
    'provisioning is not enabled for this: the connector grants and revokes only',
  );
}

/** For what is asked for by name where there is nothing of that kind. */
export function notFound(what: string): never {
  throw new ConnectorError('not-found', `this connector has no such ${what}`);
}
