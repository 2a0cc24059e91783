import type { JsonObject, MessageInitShape } from '@bufbuild/protobuf';
import { AccountManagerService, type CreateAccountRequestSchema } from '../../src/gen/c1/connector/v2/resource_pb.ts';
import { grpcCall } from './grpc-call.ts';
import type { Provisioning } from './provisioning-server.ts';

export type AccountRequest = MessageInitShape<typeof CreateAccountRequestSchema>;

/** How a creation ended, as a platform sees it. */
export interface CreatedAccount {
  readonly result: string | undefined;
  /** The user id; undefined where the answer names nobody. */
  readonly id: string | undefined;
  readonly isCreateAccountResult: boolean;
  readonly message: string;
}

/** Creates an account over gRPC, as a platform does. */
export async function sendAccount(
  { address }: Pick<Provisioning, 'address'>,
  request: AccountRequest,
): Promise<CreatedAccount> {
  const { result } = await grpcCall(address, AccountManagerService.method.createAccount, request);
  return {
    result: result.case,
    id: result.value?.resource?.id?.resource,
    isCreateAccountResult: result.value?.isCreateAccountResult ?? false,
    message: result.case === 'actionRequired' ? result.value.message : '',
  };
}

/** The account of a profile alone. */
export async function createFrom(at: Pick<Provisioning, 'address'>, profile: JsonObject): Promise<CreatedAccount> {
  return await sendAccount(at, { accountInfo: { profile } });
}
