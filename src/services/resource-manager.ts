import { ResourceDeleterService, ResourceManagerService } from '../gen/c1/connector/v2/resource_pb.ts';
import { type AnsweredService, answering } from './answers.ts';
import { refuseProvisioning } from './refusals.ts';

/** ResourceManagerService: creates and deletes resources. Not built yet. */
export function resourceManagerService(): AnsweredService {
  return answering(ResourceManagerService, { createResource: refuseProvisioning, deleteResource: refuseProvisioning });
}

/** ResourceDeleterService: what newer clients call to delete a resource. Not built yet. */
export function resourceDeleterService(): AnsweredService {
  return answering(ResourceDeleterService, { deleteResourceV2: refuseProvisioning });
}
