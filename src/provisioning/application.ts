import type { RefusedType } from './provisioned-type.ts';

/** Taking the last application from a user may open all of them: the project's default is not readable. */
export const refusedApplication: RefusedType = {
  typeId: 'application',
  slugs: ['access'],
  refusal: 'which applications a user was given is only read so far: change it on the user in the Descope console',
};
