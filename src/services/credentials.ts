import { CredentialManagerService } from '../gen/c1/connector/v2/resource_pb.ts';
import { type AnsweredService, answering } from './answers.ts';
import { refuseProvisioning } from './refusals.ts';

/** CredentialManagerService: issues and rotates credentials. Not built yet. */
export function credentialManagerService(): AnsweredService {
  return answering(CredentialManagerService, {
    rotateCredential: refuseProvisioning,
    issueCredential: refuseProvisioning,
  });
}
