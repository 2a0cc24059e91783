/** Kinds of rows that can be asked for; `power` is what lets users be taken over, and in which tenant. */
export const fallKinds = ['power', 'users', 'keys', 'tenants', 'roles', 'access'] as const;
export type FallKind = (typeof fallKinds)[number];
