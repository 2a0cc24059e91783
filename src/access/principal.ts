import type { ResourceRef } from '../model/ids.ts';

/** Who holds something: a resource of a type that entitlements are granted to, such as a user. */
export type Principal = ResourceRef;
