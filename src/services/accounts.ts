import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { type Recipients, readRecipients } from '../encryption/recipients.ts';
import { ConnectorError } from '../errors.ts';
import { GrantMetadataSchema } from '../gen/c1/connector/v2/annotation_grant_pb.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import {
  AccountManagerService,
  type CreateAccountRequest,
  type CreateAccountResponseSchema,
} from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate } from '../model/annotations.ts';
import type { Resource } from '../model/messages.ts';
import { noCuts } from '../model/text.ts';
import { createAccount, type PasswordWish } from '../provisioning/accounts.ts';
import type { Created } from '../provisioning/create-account.ts';
import { createdSentence } from '../provisioning/created-words.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { toUser } from '../resources/user.ts';
import { type AnsweredService, answering } from './answers.ts';
import { policyMetadata } from './policy-metadata.ts';
import { presentProvisioner } from './refusals.ts';
import { sealed } from './sealed.ts';
import { quoted } from '../printable.ts';

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
      let recipients: Recipients | undefined;
      const check = async (): Promise<PasswordWish | undefined> => {
        const wish = passwordWish(request);
        recipients = wish && (await readRecipients(request.encryptionConfigs));
        return wish;
      };
      const created = await createAccount(presentProvisioner(provisioner), account, check, signal);
      const secret = created.password && { name: 'password', description: passwordWords, value: created.password };
      const { requestId } = created;
      const metadata = policyMetadata(created.policy);
      return {
        result: resultOf(created),
        encryptedData: await sealed(recipients, secret),
        annotations: [
          annotate(RequestIdSchema, create(RequestIdSchema, { requestId })),
          ...(Object.keys(metadata).length === 0
            ? []
            : [annotate(GrantMetadataSchema, create(GrantMetadataSchema, { metadata }))]),
        ],
      };
    },
  });
}

const passwordWords = 'the first password of the user';

/** What the schema does not hold: the type, and the credential. Undefined for an account without a password. */
function passwordWish({ resourceTypeId, credentialOptions }: CreateAccountRequest): PasswordWish | undefined {
  if (!['', 'user'].includes(resourceTypeId)) {
    throw new ConnectorError(
      'unsupported',
      `no account of the type ${quoted(resourceTypeId)} can be created, only a user`,
    );
  }
  const { forceChangeAtNextLogin: isTemporary = false, options } = credentialOptions ?? {};
  if (options?.case === undefined || options.case === 'noPassword') {
    return undefined;
  }
  if (options.case !== 'randomPassword') {
    throw new ConnectorError('invalid', refusedOptions[options.case]);
  }
  const { length, constraints } = options.value;
  const ask = {
    length: Number(length),
    constraints: constraints.map(({ charSet, minCount }) => ({ charSet, minCount })),
  };
  return { ask, isTemporary };
}

const refusedOptions = {
  sso: "credential_options: sso is not supported: who signs in through a tenant's single sign-on needs no credential here; use no_password",
  encryptedPassword:
    'credential_options: encrypted_password is not supported: this connector opens no secrets; use no_password or random_password',
} as const;

function resultOf(created: Created): NonNullable<Response['result']> {
  const { outcome, user } = created;
  const resource: Resource | undefined = user && toUser(user, noCuts).message;
  const shown = { ...(resource !== undefined && { resource }), isCreateAccountResult: true };
  switch (outcome) {
    case 'created':
      return created.lacksPassword
        ? { case: 'actionRequired', value: { ...shown, message: createdSentence(created) } }
        : { case: 'success', value: shown };
    case 'already-exists':
      return { case: 'alreadyExists', value: shown };
    default:
      return { case: 'actionRequired', value: { ...shown, message: createdSentence(created) } };
  }
}
