import { tenantList } from '../../descope/tenants.ts';
import type { DescopeClient } from '../../descope/client.ts';
import type { CallOptions } from '../../descope/http/call.ts';
import { orCancelled } from '../../descope/http/sleep.ts';
import { throwIfCancelled } from '../../errors.ts';
import { FamilyReads } from './family-reads.ts';
import type { Offer, TenantFamily } from './tenant-family.ts';

export interface TenantReadsOptions {
  readonly project: Pick<DescopeClient, 'readOfTenant' | 'readList'>;
  readonly families: readonly TenantFamily<unknown>[];
  /** Options for a call that counts for this sync. */
  readonly call: (signal?: AbortSignal) => CallOptions;
  /** Ids of the tenants that the sync knows of. */
  readonly knownTenantIds: () => readonly string[];
}

/**
 * What one sync has read tenant by tenant. Each answer is asked for once and kept; what is asked for ahead is stopped
 * when nobody waits any more. A tenant that is deleted while the sync runs has nothing: that is no fault.
 */
export class TenantReads {
  readonly families: readonly TenantFamily<unknown>[];
  readonly #options: TenantReadsOptions;
  readonly #reads = new Map<TenantFamily<unknown>, FamilyReads<unknown>>();
  readonly #vanished = new Set<string>();
  #stop = new AbortController();
  #waiting = 0;

  constructor(options: TenantReadsOptions) {
    this.#options = options;
    this.families = options.families;
    for (const family of options.families) {
      this.#reads.set(
        family,
        new FamilyReads(family, {
          ask: (call, tenantId, signal) => options.project.readOfTenant(call, tenantId, options.call(signal)),
          isGone: (tenantId, signal) => this.#isGone(tenantId, signal),
        }),
      );
    }
  }

  /** Whether asking for these would send no request. */
  areRead(families: readonly TenantFamily<unknown>[], tenantId: string): boolean {
    return families.every((family) => this.#of(family).isRead(tenantId));
  }

  /** What Descope tells of a tenant; undefined where the deployment has no such call, and for a tenant that is gone. */
  async read<Row>(family: TenantFamily<Row>, tenantId: string, signal?: AbortSignal): Promise<Row | undefined> {
    throwIfCancelled(signal);
    const reads = this.#of(family);
    this.#waiting += 1;
    let isDone = false;
    try {
      const row = await orCancelled(reads.read(tenantId, this.#stop.signal), signal);
      isDone = true;
      return row as Row | undefined; // it was put in with this very family
    } finally {
      this.#waiting -= 1;
      if (!isDone && this.#waiting === 0) {
        this.rest(); // the caller is gone, or is told of a failure: nobody waits for what was asked for ahead
      }
    }
  }

  /** What was read of a tenant already; undefined where nothing was. */
  known<Row>(family: TenantFamily<Row>, tenantId: string): Row | undefined {
    return this.#of(family).known(tenantId) as Row | undefined; // it was put in with this very family
  }

  /** Asks for some families of a tenant ahead of whoever will want them. */
  ahead(families: readonly TenantFamily<unknown>[], tenantId: string): void {
    for (const family of families) {
      this.#of(family)
        .read(tenantId, this.#stop.signal)
        .catch(() => undefined); // told to whoever reads it, or dropped: never an unhandled rejection
    }
  }

  /** Whether the deployment has a family, as far as its answers have shown. */
  offerOf(family: TenantFamily<unknown>): Offer {
    return this.#of(family).offer;
  }

  /** Ids of the tenants that were deleted while the sync ran, as far as it noticed. */
  get vanished(): ReadonlySet<string> {
    return this.#vanished;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.#reads.values().reduce((sum, reads) => sum + reads.bytes, 0);
  }

  /** Stops what was asked for ahead. The next call asks again. */
  rest(): void {
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#reads.values().forEach((reads) => reads.drop());
  }

  #of(family: TenantFamily<unknown>): FamilyReads<unknown> {
    const reads = this.#reads.get(family);
    if (reads === undefined) {
      throw new Error(`no type that is listed declares ${family.name}`);
    }
    return reads;
  }

  /** Whether a tenant that Descope refuses to tell of is there no longer: its list of tenants decides. */
  async #isGone(tenantId: string, signal: AbortSignal): Promise<boolean> {
    if (!this.#vanished.has(tenantId)) {
      const { project, call, knownTenantIds } = this.#options;
      const known = new Set([...knownTenantIds(), tenantId]);
      const there = new Set((await project.readList(tenantList, call(signal))).map(({ id }) => id));
      known.difference(there).forEach((id) => this.#vanished.add(id));
    }
    return this.#vanished.has(tenantId);
  }
}
