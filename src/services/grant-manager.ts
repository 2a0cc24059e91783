import { create } from '@bufbuild/protobuf';
import type { Target } from '../access/target.ts';
import { ConnectorError } from '../errors.ts';
import { GrantAlreadyExistsSchema, GrantAlreadyRevokedSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import { GrantManagerService } from '../gen/c1/connector/v2/grant_pb.ts';
import { annotate, marker } from '../model/annotations.ts';
import { toGrant } from '../model/builders.ts';
import type { Any, Entitlement, Resource } from '../model/messages.ts';
import { requiredResourceId, requiredText } from '../model/requests.ts';
import type { Change, Provisioner } from '../provisioning/provisioner.ts';
import { parseEntitlement } from '../provisioning/parse-target.ts';
import { understand } from '../provisioning/understand.ts';
import { type AnsweredService, answering } from './answers.ts';

export interface GrantManagerOptions {
  /** Changes access, or refuses to and writes that down; without it every grant and revoke is refused. */
  readonly provisioner: Provisioner | undefined;
}

/** GrantManagerService: gives an entitlement to a user, and takes it away. */
export function grantManagerService({ provisioner }: GrantManagerOptions): AnsweredService {
  return answering(GrantManagerService, {
    grant: async ({ entitlement, principal }, signal) => {
      const manager = present(provisioner);
      const { target, userId } = await askedFor(manager, 'grant', entitlement, principal);
      const change = await manager.grant(target, userId, signal);
      return {
        grants: [target, ...change.alongsideTargets].map(({ typeId, resourceId }) =>
          toGrant(typeId, resourceId, 'user', change.userId),
        ),
        annotations: [
          ...(change.outcome === 'already-granted' ? [marker(GrantAlreadyExistsSchema)] : []),
          requestIdOf(change),
        ],
      };
    },

    // The id of the grant is not looked at: it can be a placeholder. Entitlement and principal say all.
    revoke: async ({ grant }, signal) => {
      const manager = present(provisioner);
      const { target, userId } = await askedFor(manager, 'revoke', grant?.entitlement, grant?.principal);
      const change = await manager.revoke(target, userId, signal);
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

/** Who and what a request is about. All of it must make sense before anything is sent. */
async function askedFor(
  provisioner: Provisioner,
  operation: 'grant' | 'revoke',
  entitlement: Entitlement | undefined,
  principal: Resource | undefined,
): Promise<{ readonly target: Target; readonly userId: string }> {
  const asked = { operation, entitlement: entitlement?.id ?? '', principal: principal?.id?.resource ?? '' };
  return await understand(provisioner, asked, () => {
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
  });
}
