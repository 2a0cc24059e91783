import { create } from '@bufbuild/protobuf';
import {
  GrantAlreadyExistsSchema,
  GrantAlreadyRevokedSchema,
  GrantMetadataSchema,
} from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import { GrantManagerService } from '../gen/c1/connector/v2/grant_pb.ts';
import { annotate, marker } from '../model/annotations.ts';
import { toGrant } from '../model/grant-message.ts';
import type { Any } from '../model/messages.ts';
import type { Change, Operation } from '../provisioning/change.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { type AskedEntitlement, parseChangeRequest } from '../provisioning/request.ts';
import type { TypeSet } from '../resources/type-set.ts';
import { type AnsweredService, answering } from './answers.ts';
import { policyMetadata } from './policy-metadata.ts';
import { presentProvisioner } from './refusals.ts';

export interface GrantManagerOptions {
  /** Changes access, or refuses to and writes that down; without it every grant and revoke is refused. */
  readonly provisioner: Provisioner | undefined;
  readonly types: TypeSet;
}

/** GrantManagerService: gives an entitlement to a principal, and takes it away. */
export function grantManagerService({ provisioner, types }: GrantManagerOptions): AnsweredService {
  const isType = (typeId: string): boolean => types.all.some(({ words }) => words.id === typeId);

  async function provision(operation: Operation, asked: AskedEntitlement, signal?: AbortSignal): Promise<Change> {
    const { resourceType: typeId = '', resource: id = '' } = asked.principal?.id ?? {};
    const words = { entitlement: asked.entitlement?.id ?? '', principal: { typeId, id } };
    return await presentProvisioner(provisioner).attempt(
      operation,
      words,
      () => parseChangeRequest(operation, asked, isType),
      signal,
    );
  }

  return answering(GrantManagerService, {
    grant: async ({ entitlement, principal }, signal) => {
      const change = await provision('grant', { entitlement, principal }, signal);
      return {
        grants: [change.target, ...change.alongsideTargets].map((target) => toGrant(target, change.principal)),
        annotations: [
          ...(change.outcome === 'already-granted' ? [marker(GrantAlreadyExistsSchema)] : []),
          ...annotationsOf(change),
        ],
      };
    },

    // The id of the grant is not looked at: it can be a placeholder. Entitlement and principal say all.
    revoke: async ({ grant }, signal) => {
      const change = await provision('revoke', grant ?? {}, signal);
      return {
        annotations: [
          ...(change.outcome === 'already-revoked' ? [marker(GrantAlreadyRevokedSchema)] : []),
          ...annotationsOf(change),
        ],
      };
    },
  });
}

/** The id of the request, and what is held, or may be, whatever was changed. */
function annotationsOf({
  requestId,
  inherited,
  returning: { mayReturn, unknown },
  policy,
  words,
}: Change): readonly Any[] {
  const metadata = {
    ...(inherited.length > 0 && { also_inherited_from: inherited.map(({ source }) => source.tenantId) }),
    ...(mayReturn.length > 0 && { may_return_from: mayReturn.map(({ from }) => from) }),
    ...(unknown !== undefined && { may_return_unknown: unknown }),
    ...policyMetadata(policy),
    ...(words.idle !== '' && { principal_status: words.idle }),
    ...(words.isDisabled && { resource_status: 'disabled' }),
  };
  return [
    annotate(RequestIdSchema, create(RequestIdSchema, { requestId })),
    ...(Object.keys(metadata).length === 0
      ? []
      : [annotate(GrantMetadataSchema, create(GrantMetadataSchema, { metadata }))]),
  ];
}
