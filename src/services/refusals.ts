import { ConnectorError } from '../errors.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';

/** For a change that is not built: answers as a Go connector does that was started without --provisioning. */
export function refuseProvisioning(): never {
  throw new ConnectorError('precondition', 'provisioning is not enabled for this: the connector does not do it');
}

/** What changes things; refuses where this connector was made without it. */
export function presentProvisioner(provisioner: Provisioner | undefined): Provisioner {
  if (provisioner === undefined) {
    throw new ConnectorError('precondition', 'provisioning is not enabled: start the server with --provisioning');
  }
  return provisioner;
}

/** For what is asked for by name where there is nothing of that kind. */
export function notFound(what: string): never {
  throw new ConnectorError('not-found', `this connector has no such ${what}`);
}
