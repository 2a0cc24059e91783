import type { RefusedType } from './provisioned-type.ts';

/** A role confers its permissions: nobody holds one without the role. */
export const refusedPermission: RefusedType = {
  typeId: 'permission',
  slugs: ['granted'],
  refusal: 'a permission cannot be granted or revoked by itself: edit the role in Descope',
};
