import type { RefusedType } from './provisioned-type.ts';

/** Nobody holds anything of a configuration: it gives roles to those who sign in through it. */
export const refusedSsoConfiguration: RefusedType = {
  typeId: 'sso_configuration',
  slugs: [],
  refusal: "an SSO configuration cannot be granted or revoked: it is managed in the tenant's SSO settings in Descope",
};
