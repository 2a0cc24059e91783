import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  CapabilityDetailCredentialOption as Option,
  type CredentialDetailsAccountProvisioningSchema,
  type CredentialDetailsCredentialIssueSchema,
  type CredentialDetailsCredentialRotationSchema,
} from '../gen/c1/connector/v2/connector_pb.ts';
import { CredentialResourceMode } from '../gen/c1/connector/v2/resource_pb.ts';
import { keyDays } from '../provisioning/issuing.ts';

/** How whoever is created can sign in: by what the project offers, unless a password is asked for. */
export const capabilityAccountProvisioning = {
  supportedCredentialOptions: [Option.NO_PASSWORD, Option.RANDOM_PASSWORD],
  preferredCredentialOption: Option.NO_PASSWORD,
} as const satisfies MessageInitShape<typeof CredentialDetailsAccountProvisioningSchema>;

/** A user gets a random password; an access key a secret that Descope makes, whatever is asked. */
export const capabilityCredentialRotation = {
  supportedCredentialOptions: [Option.RANDOM_PASSWORD],
  preferredCredentialOption: Option.RANDOM_PASSWORD,
} as const satisfies MessageInitShape<typeof CredentialDetailsCredentialRotationSchema>;

/** The mode and the type of what is issued: an access key that is bound to the user, which the next sync lists, too. */
export const issuedResourceMode = CredentialResourceMode.DISCOVERABLE;
export const issuedTypeId = 'access_key_secret';

export const credentialIssue: MessageInitShape<typeof CredentialDetailsCredentialIssueSchema> = {
  preferredOption: Option.API_KEY,
  options: [
    {
      option: Option.API_KEY,
      expiry: { max: { seconds: BigInt(keyDays.most * 86_400) } },
      resourceMode: issuedResourceMode,
      secretResourceTypeId: issuedTypeId,
    },
  ],
};
