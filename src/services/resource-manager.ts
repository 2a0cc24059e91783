import { create } from '@bufbuild/protobuf';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import { ResourceDeletedSchema } from '../gen/c1/connector/v2/annotation_resource_deleted_pb.ts';
import { ResourceDoesNotExistSchema } from '../gen/c1/connector/v2/annotation_resource_pb.ts';
import { ResourceDeleterService, ResourceManagerService } from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate, marker } from '../model/annotations.ts';
import type { ResourceRef } from '../model/ids.ts';
import type { Any, ResourceId } from '../model/messages.ts';
import { optionalResourceId, requiredResourceId } from '../model/requests.ts';
import { deleteResource } from '../provisioning/deletions.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { type AnsweredService, answering } from './answers.ts';
import { presentProvisioner, refuseProvisioning } from './refusals.ts';

export interface ResourceManagerOptions {
  readonly provisioner: Provisioner | undefined;
}

/** ResourceManagerService: deletes resources. None is created: accounts are created as such. */
export function resourceManagerService({ provisioner }: ResourceManagerOptions): AnsweredService {
  return answering(ResourceManagerService, {
    createResource: refuseProvisioning,
    deleteResource: (request, signal) => deleteAsked(provisioner, request, signal),
  });
}

/** ResourceDeleterService: what newer clients call to delete a resource. */
export function resourceDeleterService({ provisioner }: ResourceManagerOptions): AnsweredService {
  return answering(ResourceDeleterService, {
    deleteResourceV2: (request, signal) => deleteAsked(provisioner, request, signal),
  });
}

interface DeleteRequest {
  readonly resourceId?: ResourceId | undefined;
  readonly parentResourceId?: ResourceId | undefined;
}

/** The parent is not looked at: a resource id is unique in the project. */
async function deleteAsked(
  provisioner: Provisioner | undefined,
  { resourceId, parentResourceId }: DeleteRequest,
  signal: AbortSignal | undefined,
): Promise<{ annotations: Any[] }> {
  const { resourceType: typeId = '', resource: id = '' } = resourceId ?? {};
  const find = (): ResourceRef => {
    requiredResourceId(resourceId, 'resource_id');
    optionalResourceId(parentResourceId, 'parent_resource_id');
    return { typeId, id };
  };
  const deleted = await deleteResource(presentProvisioner(provisioner), { typeId, id }, find, signal);
  return {
    annotations: [
      ...(deleted.outcome === 'already-deleted' ? [marker(ResourceDoesNotExistSchema)] : []),
      ...deleted.alsoDeleted.map((other) =>
        annotate(
          ResourceDeletedSchema,
          create(ResourceDeletedSchema, { resourceId: { resourceType: other.typeId, resource: other.id } }),
        ),
      ),
      annotate(RequestIdSchema, create(RequestIdSchema, { requestId: deleted.requestId })),
    ],
  };
}
