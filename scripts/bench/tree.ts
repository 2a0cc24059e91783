/**
 * Tenants in a tree four deep: a thousandth of them roots, nine times as many below those, then a tenth, and the rest
 * leaves. With 10,000 tenants that is 10, 90, 900 and 9,000.
 */
export interface Tree {
  /**
   * `in leaves`: all but 1.5 % of the people belong to leaves; those are administrators, each with one of three
   * project roles, or every third with the tenant's own, in one of the tenants above. `everywhere`: people are spread
   * over all tenants alike, with any role, so that a tenth of them pass something on.
   */
  readonly people: 'in leaves' | 'everywhere';
  /** Without its parents the project is the same, and flat: what a tree costs is the difference. */
  readonly hasParents: boolean;
}

/** One in so many users is an administrator. */
const administratorEvery = 67;
const administrativeRoles = 3;

/** The place of the tenant above, if there is one. */
export function parentOf(tenant: number, tenants: number): number | undefined {
  const starts = levelStarts(tenants);
  const level = starts.findLastIndex((start) => start <= tenant);
  const [above, own] = [starts[level - 1], starts[level]];
  return above === undefined || own === undefined ? undefined : above + ((tenant - own) % (own - above));
}

/** Where a user's membership is, and which project role it may bring; undefined for a member who holds nothing else. */
export interface Seat {
  readonly tenant: number;
  readonly role: number | undefined;
}

/** The memberships of an administrator: one, above the leaves. Undefined for everybody else. */
export function administratorSeat(user: number, tenants: number): Seat | undefined {
  const place = Math.floor(user / administratorEvery);
  return user % administratorEvery === 0
    ? { tenant: (place * 389) % leavesFrom(tenants), role: place % administrativeRoles }
    : undefined;
}

/** The leaf in which somebody is who would be in this tenant if there were leaves only. */
export function leafOf(tenant: number, tenants: number): number {
  const from = leavesFrom(tenants);
  return from + (tenant % (tenants - from));
}

function leavesFrom(tenants: number): number {
  return levelStarts(tenants).at(-1) ?? 0;
}

function levelStarts(tenants: number): readonly number[] {
  return [0, tenants / 1_000, tenants / 100, tenants / 10].map(Math.floor);
}
