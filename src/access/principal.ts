import type { ResourceTypeId } from '../model/ids.ts';

/** Who holds something: a resource of a type that entitlements are granted to, such as a user. */
export interface Principal {
  readonly typeId: ResourceTypeId;
  readonly id: string;
}
