import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { ConnectorError } from '../errors.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import {
  AccountManagerService,
  type CreateAccountRequest,
  type CreateAccountResponseSchema,
} from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate } from '../model/annotations.ts';
import type { Resource } from '../model/messages.ts';
import { noCuts } from '../model/text.ts';
import { createAccount } from '../provisioning/accounts.ts';
import type { Created } from '../provisioning/create-account.ts';
import { createdSentence } from '../provisioning/created-words.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { toUser } from '../resources/user.ts';
import { type AnsweredService, answering } from './answers.ts';
import { presentProvisioner } from './refusals.ts';

type Response = MessageInitShape<typeof CreateAccountResponseSchema>;

/** AccountManagerService: creates and invites users. */
export function accountManagerService({
  provisioner,
}: {
  readonly provisioner: Provisioner | undefined;
}): AnsweredService {
  return answering(AccountManagerService, {
    createAccount: async (request, signal) => {
      const { accountInfo } = request;
      const account = {
        login: accountInfo?.login ?? '',
        loginAliases: accountInfo?.loginAliases ?? [],
        emails: accountInfo?.emails ?? [],
        profile: accountInfo?.profile ?? {},
      };
      const created = await createAccount(
        presentProvisioner(provisioner),
        account,
        () => checkRequest(request),
        signal,
      );
      const { requestId } = created;
      return {
        result: resultOf(created),
        annotations: [annotate(RequestIdSchema, create(RequestIdSchema, { requestId }))],
      };
    },
  });
}

/** What the schema does not hold: the type, and the credential. */
function checkRequest({ resourceTypeId, credentialOptions }: CreateAccountRequest): void {
  if (!['', 'user'].includes(resourceTypeId)) {
    throw new ConnectorError(
      'unsupported',
      `no account of the type ${JSON.stringify(resourceTypeId.slice(0, 100))} can be created, only a user`,
    );
  }
  const option = credentialOptions?.options.case ?? 'noPassword';
  if (option !== 'noPassword') {
    throw new ConnectorError('invalid', refusedOptions[option]);
  }
}

const refusedOptions = {
  randomPassword:
    'credential_options: a random password is not supported here yet; create the account with no_password',
  sso: "credential_options: sso is not supported: who signs in through a tenant's single sign-on needs no credential here; use no_password",
  encryptedPassword:
    'credential_options: encrypted_password is not supported: this connector opens no secrets; use no_password',
} as const;

function resultOf(created: Created): NonNullable<Response['result']> {
  const { outcome, user } = created;
  const resource: Resource | undefined = user && toUser(user, noCuts).message;
  const shown = { ...(resource !== undefined && { resource }), isCreateAccountResult: true };
  switch (outcome) {
    case 'created':
      return { case: 'success', value: shown };
    case 'already-exists':
      return { case: 'alreadyExists', value: shown };
    default:
      return { case: 'actionRequired', value: { ...shown, message: createdSentence(created) } };
  }
}
