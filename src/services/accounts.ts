import { AccountManagerService } from '../gen/c1/connector/v2/resource_pb.ts';
import { type AnsweredService, answering } from './answers.ts';
import { refuseProvisioning } from './refusals.ts';

/** AccountManagerService: creates users. Not built yet. */
export function accountManagerService(): AnsweredService {
  return answering(AccountManagerService, { createAccount: refuseProvisioning });
}
