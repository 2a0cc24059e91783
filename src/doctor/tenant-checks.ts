import { aboutSo, generalPerMinute, type RateLimit } from '../descope/http/pacing.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import type { TenantCall } from '../descope/tenant-call.ts';
import { isCallMissing } from '../resources/sync/family-reads.ts';
import type { RowsOf, TenantFamily } from '../resources/sync/tenant-family.ts';
import { type Check, ok, skip, warn } from './check.ts';
import { explain, type Place } from './explain.ts';
import type { Probe, Probed } from './probe.ts';

/** Something that is read tenant by tenant, and the included types that need it. */
export interface TenantReadWanted {
  readonly family: TenantFamily<unknown>;
  readonly typeIds: readonly string[];
}

export interface TenantChecksOptions extends Place {
  readonly probe: Probe;
  readonly tenantReads: readonly TenantReadWanted[];
  /** Undefined where the list of tenants could not be read. */
  readonly tenantIds: readonly string[] | undefined;
  /** What stands in the lists, for what is asked of tenants that they name. */
  readonly rowsOf: RowsOf;
  readonly rateLimit: RateLimit;
}

/** What reading tenant by tenant costs a sync: none where no included type needs it. */
export interface TenantCost {
  readonly requests: number;
  /** How long one of the answers took. */
  readonly ms: number;
}

interface Asked {
  readonly wanted: TenantReadWanted;
  /** The call that was asked last, and its answer. */
  readonly call: TenantCall<unknown>;
  readonly answer: Probed<unknown>;
  /** Calls before it that the deployment lacks: a sync asks for them once, too. */
  readonly missing: readonly TenantCall<unknown>[];
  /** How many tenants are asked. */
  readonly tenants: number;
}

/**
 * Whether the key may read what included types need of each tenant, and what that costs. Each call is asked once, of the
 * first tenant: rights do not differ between tenants.
 */
export async function* checkTenantReads(options: TenantChecksOptions): AsyncGenerator<Check, TenantCost> {
  const { tenantReads, tenantIds, probe } = options;
  const [first] = tenantIds ?? [];
  if (tenantReads.length === 0 || tenantIds === undefined || first === undefined) {
    const why = tenantIds === undefined ? 'tenants cannot be read' : 'the project has no tenant';
    yield* tenantReads.map(({ family }) => skip(family.what, `not asked: ${why}`));
    return { requests: 0, ms: 0 };
  }
  const found = await Promise.all(
    tenantReads.map(async (wanted) => {
      const named = wanted.family.tenantsNamed && new Set(wanted.family.tenantsNamed(options.rowsOf));
      const ids = tenantIds.filter((id) => named?.has(id) ?? true);
      const [one] = ids;
      return { wanted, asked: one === undefined ? undefined : await askOf(probe, wanted, one, ids.length) };
    }),
  );
  const asked = found.flatMap((one) => one.asked ?? []);
  yield* found.map((one) =>
    one.asked === undefined
      ? skip(one.wanted.family.what, 'not asked: nothing names a tenant')
      : checkOne(one.asked, options),
  );
  const requests = asked.reduce((sum, one) => sum + one.missing.length + (isNotOffered(one) ? 1 : one.tenants), 0);
  const times = asked.flatMap(({ answer }) => (answer.isAnswered ? [answer.ms] : []));
  yield checkCost(asked, requests, tenantIds.length, options);
  return { requests, ms: times.reduce((sum, ms) => sum + ms, 0) / Math.max(1, times.length) };
}

/** As a sync asks: the best call first, and another only where the deployment lacks that. */
async function askOf(probe: Probe, wanted: TenantReadWanted, tenantId: string, tenants: number): Promise<Asked> {
  const missing: TenantCall<unknown>[] = [];
  const calls = wanted.family.calls();
  for (;;) {
    const call = calls[missing.length];
    if (call === undefined) {
      throw new Error(`${wanted.family.name} has no call`);
    }
    const answer = await probe(call.endpoint, { ...call.requestOf(tenantId), parse: call.parse }, (value) => value);
    if (answer.isAnswered || !isCallMissing(answer.error) || missing.length === calls.length - 1) {
      return { wanted, call, answer, missing, tenants };
    }
    missing.push(call);
  }
}

/** What a sync takes for "the deployment does not have it": no failure, whatever else a refusal may mean. */
function isNotOffered({ answer, wanted }: Asked): boolean {
  return (
    !answer.isAnswered &&
    (isCallMissing(answer.error) || (wanted.family.isExtra === true && answer.error.facts['status'] === 400))
  );
}

function checkOne(asked: Asked, place: Place): Check {
  const { wanted, call, answer, missing } = asked;
  const { what, isExtra } = wanted.family;
  const types = [...new Set(wanted.typeIds)].join(' and ');
  const label = endpointLabel(call.endpoint);
  const [best] = missing;
  if (answer.isAnswered) {
    return best === undefined
      ? ok(what, `can be read, for ${types}`)
      : warn(
          what,
          `can be read for ${types}, but only of the default configuration of each tenant: ${endpointLabel(best.endpoint)} answered 404`,
          'This deployment tells no more. Other configurations of a tenant, if there are any, will be missing.',
        );
  }
  if (isNotOffered(asked)) {
    const text = `this deployment does not offer it: ${label} answered ${String(answer.error.facts['status'])}`;
    return isExtra === true
      ? ok(what, `${text}; what it would tell stays unknown`)
      : warn(
          what,
          text,
          `A sync will have nothing of ${types}, and says so in its summary. Leave it out of --include.`,
        );
  }
  const check = explain(what, answer, place);
  return answer.error.kind === 'forbidden'
    ? {
        ...check,
        remedy:
          `The key lacks the right for ${label}. A sync with --include ${[...new Set(wanted.typeIds)].join(',')} fails ` +
          'without it: make a key with it, since rights are fixed when a key is made, or leave that out.',
      }
    : check;
}

function checkCost(
  asked: readonly Asked[],
  requests: number,
  tenants: number,
  { rateLimit, baseUrl }: TenantChecksOptions,
): Check {
  const offered = asked.filter((one) => !isNotOffered(one));
  const ofAll = offered.filter(({ wanted }) => wanted.family.tenantsNamed === undefined).length;
  const ofNamed = offered.filter(({ wanted }) => wanted.family.tenantsNamed !== undefined);
  const told = (count: number): string => count.toLocaleString('en');
  const pace = generalPerMinute({ rateLimit, baseUrl });
  const time =
    pace === undefined
      ? 'not held back'
      : `at ${told(pace)} a minute: ${aboutSo((requests / pace) * 60_000) ?? 'less than 20 s'}`;
  const parts = [
    ...(ofAll > 0 || ofNamed.length === 0 ? [`${ofAll} for each of ${told(tenants)} tenants`] : []),
    ...ofNamed.map((one) => `1 for each of ${told(one.tenants)} tenants that are named`),
  ];
  return ok('tenant reads', `${told(requests)} requests, ${parts.join(', ')}, ${time}`);
}
