import { create } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import { GrantManagerService } from '../gen/c1/connector/v2/grant_pb.ts';
import { annotate, marker } from '../model/annotations.ts';
import { toGrant } from '../model/grant-message.ts';
import type { Any, Entitlement, Resource } from '../model/messages.ts';
import type { Change } from '../provisioning/change.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { parseChangeRequest } from '../provisioning/request.ts';
import { type AnsweredService, answering } from './answers.ts';

export interface GrantManagerOptions {
  /** Changes access, or refuses to and writes that down; without it every grant and revoke is refused. */
  readonly provisioner: Provisioner | undefined;
}

/** GrantManagerService: gives an entitlement to a principal, and takes it away. */
export function grantManagerService({ provisioner }: GrantManagerOptions): AnsweredService {
  return answering(GrantManagerService, {
    grant: async ({ entitlement, principal }, signal) => {
      const change = await provision(present(provisioner), 'grant', entitlement, principal, signal);
      return {
        grants: [change.target, ...change.alongsideTargets].map((target) => toGrant(target, change.principal)),
        annotations: [
          ...(change.outcome === 'already-granted' ? [marker(GrantAlreadyExistsSchema)] : []),
          requestIdOf(change),
        ],
      };
    },

    // The id of the grant is not looked at: it can be a placeholder. Entitlement and principal say all.
    revoke: async ({ grant }, signal) => {
      const change = await provision(present(provisioner), 'revoke', grant?.entitlement, grant?.principal, signal);
      return {
        annotations: [
          ...(change.outcome === 'already-revoked' ? [marker(GrantAlreadyRevokedSchema)] : []),
          requestIdOf(change),
        ],
      };
    },
  });
}

function requestIdOf({ requestId }: Change): Any {
  return annotate(RequestIdSchema, create(RequestIdSchema, { requestId }));
}

function present(provisioner: Provisioner | undefined): Provisioner {
  if (provisioner === undefined) {
    throw new ConnectorError('precondition', 'provisioning is not enabled: start the server with --provisioning');
  }
  return provisioner;
}

function provision(
  provisioner: Provisioner,
  operation: 'grant' | 'revoke',
  entitlement: Entitlement | undefined,
  principal: Resource | undefined,
  signal: AbortSignal | undefined,
): Promise<Change> {
  const { resourceType: typeId = '', resource: id = '' } = principal?.id ?? {};
  return provisioner.attempt(
    operation,
    { entitlement: entitlement?.id ?? '', principal: { typeId, id } },
    () => parseChangeRequest(operation, entitlement, principal),
    signal,
  );
}
