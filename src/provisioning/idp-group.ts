import type { RefusedType } from './provisioned-type.ts';

/** The identity provider says who is in its groups: what is written here would be undone at the next sign-in. */
export const refusedIdpGroup: RefusedType = {
  typeId: 'idp_group',
  slugs: ['member'],
  refusal: 'who is in a group of an identity provider is managed there: change the group in the identity provider',
};
