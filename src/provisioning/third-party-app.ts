import type { RefusedType } from './provisioned-type.ts';

/** A consent is given by whoever it is of, never for somebody else; taking one back is not offered yet. */
export const refusedThirdPartyApp: RefusedType = {
  typeId: 'third_party_app',
  slugs: ['consent'],
  refusal:
    'a consent is given by the user or tenant itself, and is only read so far: revoke it in the Descope console, at the app',
};
