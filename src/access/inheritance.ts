/** Whose `roleInheritance` governs a step of the tree: both readings, one of them, or no inheritance at all. */
export const inheritanceModes = ['auto', 'parent', 'child', 'none'] as const;
export type InheritanceMode = (typeof inheritanceModes)[number];

/** What of a tenant decides what it inherits and gives on. */
export interface TenantNode {
  readonly id: string;
  /** '' for a root. */
  readonly parent: string;
  readonly roleInheritance: string;
  readonly disabled: boolean;
}

/** How sure it is that something flows down, and why it is not: reasons joined by commas, '' for a derived flow. */
export interface Flow {
  readonly certainty: 'derived' | 'uncertain';
  readonly reason: string;
}

/** An ancestor from which a tenant inherits: whoever is in it, or holds a role in it, is so in the tenant, too. */
export interface InheritedPair {
  readonly ancestor: string;
  readonly membership: Flow;
  readonly roles: Flow;
  /** Whether access keys inherit, too: in one reading at least nothing on the way is limited to users. */
  readonly flowsToKeys: boolean;
}

type Reading = 'parent' | 'child';

/** What one reading says of a way from a tenant up to an ancestor. */
interface WayRead {
  readonly isUserOnly: boolean;
  readonly isUnknown: boolean;
}

const unlimited: WayRead = { isUserOnly: false, isUnknown: false };

/**
 * What flows down a tree of tenants, as pairs of a tenant and an ancestor. Descope's texts contradict each other on
 * whose setting governs a step, the parent's or the child's. Each reading is taken over the whole tree by itself; what
 * only one of them allows is kept, and labelled (contract W1.3). Pairs are computed when they are asked for.
 */
export class Inheritance {
  /** Tenants that stand in a loop of parents: they inherit nothing. */
  readonly loops: number;
  /** Tenants whose parent the project does not have: their chain ends there. */
  readonly unknownParents: number;
  /** Nothing can flow: no tenant inherits from another. */
  readonly isFlat: boolean;
  readonly mode: InheritanceMode;
  readonly #tenants: ReadonlyMap<string, TenantNode>;
  readonly #looped: ReadonlySet<string>;
  readonly #readings: readonly Reading[];

  constructor(tenants: readonly TenantNode[], mode: InheritanceMode) {
    this.mode = mode;
    this.#tenants = new Map(tenants.map((tenant) => [tenant.id, tenant]));
    this.#looped = loopedIn(this.#tenants);
    this.#readings = mode === 'auto' ? ['parent', 'child'] : mode === 'none' ? [] : [mode];
    this.loops = this.#looped.size;
    this.unknownParents = tenants.filter(({ parent }) => parent !== '' && !this.#tenants.has(parent)).length;
    this.isFlat = !tenants.some(({ id, parent }) => parent !== '' && this.pairsOf(id).length > 0);
  }

  /** The ancestors from which a tenant inherits, nearest first; none for a tenant that the project does not have. */
  pairsOf(tenantId: string): readonly InheritedPair[] {
    const start = this.#tenants.get(tenantId);
    const pairs: InheritedPair[] = [];
    let ways = new Map(this.#readings.map((reading) => [reading, unlimited]));
    let isDisabled = start?.disabled === true;
    let [child, parent] = [start, this.#parentOf(tenantId)];
    while (child !== undefined && parent !== undefined && ways.size > 0) {
      ways = stepUp(ways, child, parent);
      isDisabled ||= parent.disabled;
      if (ways.size > 0) {
        pairs.push(toPair(parent.id, ways, isDisabled, this.#readings.length));
      }
      [child, parent] = [parent, this.#parentOf(parent.id)];
    }
    return pairs;
  }

  /** The pair of a tenant and one ancestor, where something flows. */
  pair(tenantId: string, ancestor: string): InheritedPair | undefined {
    return this.pairsOf(tenantId).find((pair) => pair.ancestor === ancestor);
  }

  /** The tenants above a tenant, nearest first, whatever flows. A tenant in a loop has none. */
  ancestorsOf(tenantId: string): readonly string[] {
    const chain: string[] = [];
    for (let above = this.#parentOf(tenantId); above !== undefined; above = this.#parentOf(above.id)) {
      chain.push(above.id);
    }
    return chain;
  }

  #parentOf(tenantId: string): TenantNode | undefined {
    const tenant = this.#looped.has(tenantId) ? undefined : this.#tenants.get(tenantId);
    return tenant === undefined || tenant.parent === '' ? undefined : this.#tenants.get(tenant.parent);
  }
}

/** What each reading that is still open says once one step more is taken; a step closed by `none` closes it for good. */
function stepUp(ways: ReadonlyMap<Reading, WayRead>, child: TenantNode, parent: TenantNode): Map<Reading, WayRead> {
  const next = new Map<Reading, WayRead>();
  for (const [reading, way] of ways) {
    const { roleInheritance } = reading === 'parent' ? parent : child;
    if (roleInheritance !== 'none') {
      next.set(reading, {
        isUserOnly: way.isUserOnly || roleInheritance === 'userOnly',
        isUnknown: way.isUnknown || !['', 'userOnly'].includes(roleInheritance),
      });
    }
  }
  return next;
}

function toPair(
  ancestor: string,
  ways: ReadonlyMap<Reading, WayRead>,
  isDisabled: boolean,
  readings: number,
): InheritedPair {
  const open = [...ways.values()];
  const [only] = ways.keys();
  const governs = ways.size < readings && only !== undefined ? `${only}-governs` : '';
  const rest = [isDisabled ? 'tenant-disabled' : '', open.some((way) => way.isUnknown) ? 'unknown-value' : ''];
  const userOnly = open.some((way) => way.isUserOnly) ? 'user-only' : '';
  return {
    ancestor,
    membership: toFlow([governs, ...rest]),
    roles: toFlow([governs, userOnly, ...rest]),
    flowsToKeys: open.some((way) => !way.isUserOnly),
  };
}

function toFlow(reasons: readonly string[]): Flow {
  const given = reasons.filter((reason) => reason !== '');
  return { certainty: given.length === 0 ? 'derived' : 'uncertain', reason: given.join(',') };
}

/** Tenants from which the way up leads back to themselves. */
function loopedIn(tenants: ReadonlyMap<string, TenantNode>): ReadonlySet<string> {
  const looped = new Set<string>();
  const isDone = new Set<string>();
  for (const { id } of tenants.values()) {
    const way: string[] = [];
    const onWay = new Set<string>();
    let at: string | undefined = id;
    while (at !== undefined && tenants.has(at) && !isDone.has(at) && !onWay.has(at)) {
      way.push(at);
      onWay.add(at);
      at = tenants.get(at)?.parent;
    }
    if (at !== undefined && onWay.has(at)) {
      way.slice(way.indexOf(at)).forEach((member) => looped.add(member));
    }
    way.forEach((passed) => isDone.add(passed));
  }
  return looped;
}
