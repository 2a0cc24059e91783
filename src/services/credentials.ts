import { create, type MessageInitShape } from '@bufbuild/protobuf';
import { timestampMs } from '@bufbuild/protobuf/wkt';
import { type Recipients, readRecipients } from '../encryption/recipients.ts';
import { ConnectorError } from '../errors.ts';
import { RequestIdSchema } from '../gen/c1/connector/v2/annotation_request_pb.ts';
import {
  type CredentialIssueOptions,
  CredentialManagerService,
  type CredentialOptions,
  type IssueCredentialRequest,
  type IssueCredentialResponseSchema,
  type RotateCredentialRequest,
  type RotateCredentialResponseSchema,
} from '../gen/c1/connector/v2/resource_pb.ts';
import { annotate } from '../model/annotations.ts';
import { requiredResourceId } from '../model/requests.ts';
import { expireTimeOf, issueKey, type IssueRequest, requestIdForm } from '../provisioning/issuing.ts';
import type { Provisioner } from '../provisioning/provisioner.ts';
import { type PasswordAsk, usualPassword } from '../provisioning/random-password.ts';
import { rotateCredential, type RotationAsk } from '../provisioning/rotations.ts';
import { issuedSecret } from '../resources/access-key-secret.ts';
import { type AnsweredService, answering } from './answers.ts';
import { issuedResourceMode } from './credential-details.ts';
import { presentProvisioner } from './refusals.ts';
import { sealed } from './sealed.ts';

export interface CredentialManagerOptions {
  /** Changes things, or refuses to and writes that down; without it everything is refused. */
  readonly provisioner: Provisioner | undefined;
}

/** CredentialManagerService: gives a user or a key a new secret, and makes keys for users. */
export function credentialManagerService({ provisioner }: CredentialManagerOptions): AnsweredService {
  return answering(CredentialManagerService, {
    rotateCredential: (request, signal) => rotate(presentProvisioner(provisioner), request, signal),
    issueCredential: (request, signal) => issue(presentProvisioner(provisioner), request, signal),
  });
}

async function rotate(
  provisioner: Provisioner,
  { resourceId, credentialOptions, encryptionConfigs }: RotateCredentialRequest,
  signal: AbortSignal | undefined,
): Promise<MessageInitShape<typeof RotateCredentialResponseSchema>> {
  const { resourceType: typeId = '', resource: id = '' } = resourceId ?? {};
  let recipients: Recipients | undefined;
  const read = async (): Promise<RotationAsk> => {
    requiredResourceId(resourceId, 'resource_id');
    const ask = passwordAsk(credentialOptions);
    recipients = await readRecipients(encryptionConfigs);
    return { resource: { typeId, id }, ask };
  };
  const { secret, requestId } = await rotateCredential(provisioner, { typeId, id }, read, signal);
  return {
    ...(resourceId && { resourceId }),
    encryptedData: await sealed(recipients, secret),
    annotations: [annotate(RequestIdSchema, create(RequestIdSchema, { requestId }))],
  };
}

async function issue(
  provisioner: Provisioner,
  request: IssueCredentialRequest,
  signal: AbortSignal | undefined,
): Promise<MessageInitShape<typeof IssueCredentialResponseSchema>> {
  const { identityId, credentialOptions, encryptionConfigs, expiresAt, requestId } = request;
  const { resourceType: typeId = '', resource: id = '' } = identityId ?? {};
  let recipients: Recipients | undefined;
  const read = async (): Promise<IssueRequest> => {
    requiredResourceId(identityId, 'identity_id');
    checkRequestId(requestId);
    checkIssueOptions(credentialOptions);
    recipients = await readRecipients(encryptionConfigs);
    return {
      resource: { typeId, id },
      request: requestId,
      expireTime: expireTimeOf(expiresAt && timestampMs(expiresAt)),
    };
  };
  const { made, requestId: ours } = await issueKey(provisioner, { typeId, id }, read, signal);
  return {
    ...(made && { secret: issuedSecret(made.key, Date.now()).message }),
    encryptedData: await sealed(recipients, made?.secret),
    resourceMode: issuedResourceMode,
    requestId,
    annotations: [annotate(RequestIdSchema, create(RequestIdSchema, { requestId: ours }))],
  };
}

/** What is asked of a new password. A key's secret is made by Descope, whatever is asked. */
function passwordAsk(options: CredentialOptions | undefined): PasswordAsk {
  if (options === undefined) {
    return usualPassword;
  }
  if (options.options.case !== 'randomPassword') {
    throw new ConnectorError(
      'invalid',
      'credential_options must be random_password: nothing else can be rotated to, neither single sign-on, nor no ' +
        'password, nor one that was chosen elsewhere',
    );
  }
  const { length, constraints } = options.options.value;
  return {
    length: Number(length),
    constraints: constraints.map(({ charSet, minCount }) => ({ charSet, minCount })),
  };
}

function checkIssueOptions(options: CredentialIssueOptions | undefined): void {
  if (options?.options.case !== 'apiKey') {
    throw new ConnectorError('invalid', 'credential_options must be api_key: Descope makes no key pairs or tokens');
  }
  if (options.options.value.scopes.length > 0) {
    throw new ConnectorError(
      'invalid',
      'credential_options.api_key.scopes must be empty: a key that is bound to a user may do what the user may',
    );
  }
}

function checkRequestId(requestId: string): void {
  if (!requestIdForm.test(requestId)) {
    throw new ConnectorError('invalid', 'request_id must be 1 to 128 letters, digits, "_" or "-"');
  }
}
