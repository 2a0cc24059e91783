import { listedTenants } from '../../access/catalog-list.ts';
import type { WholeList } from '../../descope/whole-list.ts';
import type { ProjectRead, TypesRead } from './sync-session.ts';
import { singleFlight } from './single-flight.ts';

/** How long a good answer counts, from the moment at which it was asked for. */
const goodForMs = 5_000;

export type Probe = (signal?: AbortSignal) => Promise<void>;

/** What a probe asks for. */
export type Probed = Pick<TypesRead, 'lists' | 'tenantFamilies'>;

/**
 * Asks once for each list that a sync needs, and for what it needs of a tenant: a key can be good for one and not for
 * another. All who ask while a probe
 * is on its way share it, and a good answer counts for a few seconds more. A failure is told to those who waited for it
 * and to nobody else: the next caller probes again.
 */
export function createProbe(project: ProjectRead, types: Probed, now: () => number): Probe {
  let last: { readonly share: Probe; readonly askedAt: number; isGood: boolean } | undefined;

  function begin(): NonNullable<typeof last> {
    const probe = {
      askedAt: now(),
      isGood: false,
      share: singleFlight(async (signal) => {
        await askForEach(project, types, signal);
        probe.isGood = true;
      }),
    };
    return probe;
  }

  return async (signal) => {
    if (last === undefined || (last.isGood && now() - last.askedAt >= goodForMs)) {
      last = begin();
    }
    const probe = last;
    try {
      await probe.share(signal);
    } catch (thrown) {
      if (last === probe) {
        last = undefined;
      }
      throw thrown;
    }
  };
}

async function askForEach(project: ProjectRead, { lists, tenantFamilies }: Probed, signal: AbortSignal): Promise<void> {
  const stop = new AbortController();
  const call = { signal: AbortSignal.any([signal, stop.signal]) };
  const askOfFirst = async (tenantId: string | undefined): Promise<void> => {
    const calls = tenantId === undefined ? [] : tenantFamilies.flatMap((family) => family.calls().slice(0, 1));
    await Promise.all(calls.map((ofTenant) => project.readOfTenant(ofTenant, tenantId ?? '', call))); // a refusal says nothing of the key
  };
  try {
    await Promise.all([
      project.searchUsers({ limit: 1, offset: 0 }, call),
      ...lists.map(async (list) => {
        const rows = await project.readList(firstOf(list.whole), call);
        await askOfFirst(list === listedTenants && rows.length > 0 ? list.idOf(rows[0]) : undefined);
      }),
    ]);
  } finally {
    stop.abort(); // once one has failed all callers are answered: nobody waits for the others
  }
}

/** A long list is not read to its end: its first page shows that it may be read. */
function firstOf<Row>(list: WholeList<Row>): WholeList<Row> {
  return list.pages === undefined ? list : { ...list, pages: { ...list.pages, isFirstOnly: true } };
}
