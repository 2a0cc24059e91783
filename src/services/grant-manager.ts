import { create } from '@bufbuild/protobuf';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import { GrantManagerService } from '../gen/c1/connector/v2/grant_pb.ts';
import { annotate, marker } from '../model/annotations.ts';
import { toGrant } from '../model/builders.ts';
import { maxIdBytes } from '../model/ids.ts';
import type { Any, Entitlement, Resource } from '../model/messages.ts';
import { requiredResourceId, requiredText } from '../model/requests.ts';
import type { Change, Provisioner } from '../provisioning/provisioner.ts';
import { parseEntitlement } from '../provisioning/parse-target.ts';
import { type AnsweredService, answering } from './answers.ts';

export interface GrantManagerOptions {
  /** Changes access, or refuses to and writes that down; without it every grant and revoke is refused. */
  readonly provisioner: Provisioner | undefined;
}

/** GrantManagerService: gives an entitlement to a user, and takes it away. */
export function grantManagerService({ provisioner }: GrantManagerOptions): AnsweredService {
  return answering(GrantManagerService, {
    grant: async ({ entitlement, principal }, signal) => {
      const { change, target } = await provision(present(provisioner), 'grant', entitlement, principal, signal);
      return {
        grants: [target, ...change.alongsideTargets].map(({ typeId, resourceId }) =>
          toGrant(typeId, resourceId, 'user', change.userId),
        ),
        annotations: [
          ...(change.outcome === 'already-granted' ? [marker(GrantAlreadyExistsSchema)] : []),
          requestId(change),
        ],
      };
    },

    // The id of the grant is not looked at: it can be a placeholder. Entitlement and principal say all.
    revoke: async ({ grant }, signal) => {
      const { change } = await provision(present(provisioner), 'revoke', grant?.entitlement, grant?.principal, signal);
      return {
        annotations: [
          ...(change.outcome === 'already-revoked' ? [marker(GrantAlreadyRevokedSchema)] : []),
          requestId(change),
        ],
      };
    },
  });
}

function requestId({ requestId }: Change): Any {
  return annotate(RequestIdSchema, create(RequestIdSchema, { requestId }));
}

function present(provisioner: Provisioner | undefined): Provisioner {
  if (provisioner === undefined) {
    throw new ConnectorError('precondition', 'provisioning is not enabled: start the server with --provisioning');
  }
  return provisioner;
}

/** One grant or revoke: who and what are read from the request, all of which must make sense before anything is sent. */
async function provision(
  provisioner: Provisioner,
  operation: 'grant' | 'revoke',
  entitlement: Entitlement | undefined,
  principal: Resource | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly change: Change; readonly target: Target }> {
  const asked = await understand(provisioner, operation, entitlement, principal);
  return { target: asked.target, change: await provisioner[operation](asked.target, asked.userId, signal) };
}

async function understand(
  provisioner: Provisioner,
  operation: 'grant' | 'revoke',
  entitlement: Entitlement | undefined,
  principal: Resource | undefined,
): Promise<{ readonly target: Target; readonly userId: string }> {
  try {
    provisioner.checkEnabled();
    const { resourceType, resource: userId } = requiredResourceId(principal?.id, 'principal.id');
    const target = parseEntitlement(entitlement);
    if (resourceType !== 'user') {
      throw new ConnectorError(
        'invalid',
        `a ${target.typeId} can be granted to a user, not to a ${JSON.stringify(resourceType.slice(0, 100))}`,
      );
    }
    if (operation === 'grant') {
      requiredText(`${entitlement?.id}:user:${userId}`, "the grant's id"); // else what was granted could not be answered
    }
    return { target, userId };
  } catch (thrown) {
    await provisioner.refused(
      operation,
      (entitlement?.id ?? '').slice(0, maxIdBytes),
      (principal?.id?.resource ?? '').slice(0, maxIdBytes),
      thrown,
    );
    throw thrown;
  }
}
