import { fieldRequired, invalidArgument, invented } from '../api-error.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import { audit } from '../audit/audit.ts';
import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { matchesAny, matchesText } from '../list-filter.ts';
import { hash, hashText, randomId } from '../random.ts';
import type { RequestBody } from '../request-body.ts';
import { amount, choice, sure } from '../switch-table.ts';
import type { SwitchValues } from '../switch-table.ts';
import { createSampleUsers } from '../users/sample.ts';
import type { Consent, ConsentSeed } from './consent-records.ts';
import { consentSample } from './consent-sample.ts';
import { thirdPartyApps } from './third-party-apps.ts';

/** The consents of a project, in order of creation. */
export interface Consents {
  all(): readonly Consent[];
  get(id: string): Consent | undefined;
  put(seed: ConsentSeed): Consent;
  remove(id: string): boolean;
}

const consentSwitches = {
  consentPageSize: sure('invented', amount(100, 1, 100_000)),
  consentMaxLimit: sure('invented', amount(1000, 1, 1_000_000)),
  consentOrder: sure('invented', choice('oldest-first', 'newest-first', 'shuffled')),
  consentTotal: sure('documented', choice('exact', 'page-length', 'growing', 'zero', 'absent')),
  expiredConsents: sure('invented', choice('listed', 'left-out')),
  unknownConsent: sure('invented', choice('ignored', 'not-found')),
  consentLagReads: sure('invented', amount(0, 0, 1_000_000)),
} as const;

type ConsentSwitches = SwitchValues<typeof consentSwitches>;

/** What users and tenants allowed third-party apps to do. */
export const consents = defineFamily({
  name: 'consents',
  switches: consentSwitches,
  sample: consentSample,
  create(host, { seeds = [], switches }) {
    const state = createConsents(host);
    const users = createSampleUsers(host.userCount, host.seed);
    for (const { sampleUser, ...seed } of seeds) {
      if (sampleUser === undefined) state.put(seed);
      else if (sampleUser < users.size) state.put(ofUser(seed, users.at(sampleUser).userId));
    }
    return {
      state,
      endpoints: consentEndpoints(state, host, switches),
      controls: {
        consents: () => state.all(),
        /** Adds a consent, or replaces the one with this id. */
        putConsent: (seed: ConsentSeed) => state.put(seed),
        deleteConsent: (id: string) => state.remove(id),
      },
    };
  },
});

const ofUser = (seed: ConsentSeed, userId: string): ConsentSeed => ({ grantedBy: userId, ...seed, userId });

function createConsents(host: FamilyHost): Consents {
  const byId = new Map<string, Consent>();
  // Kept until something changes: every page is cut from it.
  let list: readonly Consent[] | undefined;
  const log = host.stateOf(audit);
  let made = 0;
  host.stateOf(thirdPartyApps).onRemoved((appId) => {
    for (const consent of byId.values()) if (consent.appId === appId) byId.delete(consent.id);
    list = undefined;
  });

  return {
    all: () => (list ??= [...byId.values()]),
    get: (id) => byId.get(id),
    put(seed) {
      made += 1;
      const createdTime = seed.createdTime ?? host.nowSeconds();
      const consent: Consent = {
        id: randomId('TPC', host.seed, `consent ${made}`),
        userId: '',
        tenantId: '',
        scopes: [],
        grantedBy: seed.userId ?? '',
        createdTime,
        modifiedTime: createdTime,
        expireTime: 0,
        extra: {},
        ...seed,
      };
      log.changed({ kind: 'ThirdPartyConsent', before: byId.get(consent.id), after: consent });
      byId.set(consent.id, consent);
      list = undefined;
      return consent;
    },
    remove(id) {
      list = undefined;
      log.changed({ kind: 'ThirdPartyConsent', before: byId.get(id) });
      return byId.delete(id);
    },
  };
}

const criteria = ['appId', 'userId', 'consentId', 'tenantId'];

function consentEndpoints(consents: Consents, host: FamilyHost, switches: ConsentSwitches): Endpoints {
  let asked = 0;
  // What searches still show after a deletion, and how many of them.
  let stale: readonly Consent[] = [];
  let staleReads = 0;

  const stored = (): readonly Consent[] => {
    if (staleReads === 0) return consents.all();
    staleReads -= 1;
    return stale;
  };
  const shown = (found: readonly Consent[]): readonly Consent[] =>
    switches.expiredConsents === 'listed'
      ? found
      : found.filter(({ expireTime }) => expireTime === 0 || expireTime > host.nowSeconds());
  const ordered = (found: readonly Consent[]): readonly Consent[] => {
    if (switches.consentOrder === 'oldest-first') return found;
    if (switches.consentOrder === 'newest-first') return found.toReversed();
    const place = (id: string): number => hash(host.seed, hashText(asked, id), asked);
    return found.toSorted((a, b) => place(a.id) - place(b.id));
  };
  const remove = (body: RequestBody, ofTenants: boolean): void => {
    if (body.texts('consentIds').length === 0 && body.text('appId') === '') throw fieldRequired('consentIds');
    const before = consents.all();
    const meant = before.filter((consent) => (consent.userId === '') === ofTenants && isMeant(consent, body));
    if (meant.length === 0 && switches.unknownConsent === 'not-found') {
      throw invented(404, 'E990018', 'Consent not found', 'No such consent exists');
    }
    [stale, staleReads] = [before, switches.consentLagReads];
    for (const { id } of meant) consents.remove(id);
  };

  return {
    'POST /v1/mgmt/thirdparty/consents/search': endpoint([...criteria, 'page', 'limit'], ({ body }) => {
      asked += 1;
      const { page, limit } = pageWanted(body, switches);
      const found = ordered(shown(withCriteria(stored(), body)));
      const onPage = found.slice(page * limit, (page + 1) * limit);
      return { json: { consents: onPage.map((each) => wire(each)), ...totalOf(found, onPage, asked, switches) } };
    }),
    // A consent of a tenant is passed over by the first call, and one of a user by the second.
    'POST /v1/mgmt/thirdparty/consents/delete': endpoint(['consentIds', 'appId', 'userIds', 'tenantId'], ({ body }) => {
      remove(body, false);
      return nothing;
    }),
    'POST /v1/mgmt/thirdparty/consents/delete/tenant': endpoint(['consentIds', 'appId', 'tenantId'], ({ body }) => {
      remove(body, true);
      return nothing;
    }),
  };
}

/** Pages count from 0. A limit beyond the largest is cut. */
function pageWanted(body: RequestBody, switches: ConsentSwitches): { readonly page: number; readonly limit: number } {
  const page = body.whole('page') ?? 0;
  const limit = body.whole('limit') ?? 0;
  if (page < 0 || limit < 0) throw invalidArgument('page and limit must not be negative');
  return { page, limit: Math.min(limit === 0 ? switches.consentPageSize : limit, switches.consentMaxLimit) };
}

/** Those that a search is after. The criteria are read once, and without any the list is answered as it is. */
function withCriteria(all: readonly Consent[], body: RequestBody): readonly Consent[] {
  const [appId = '', userId = '', id = '', tenantId = ''] = criteria.map((name) => body.text(name));
  if (`${appId}${userId}${id}${tenantId}` === '') return all;
  return all.filter(
    (consent) =>
      (appId === '' || consent.appId === appId) &&
      (userId === '' || consent.userId === userId) &&
      (id === '' || consent.id === id) &&
      (tenantId === '' || consent.tenantId === tenantId),
  );
}

/** Every criterion that is given must hold. */
function isMeant(consent: Consent, body: RequestBody): boolean {
  return (
    matchesAny(body, 'consentIds', [consent.id]) &&
    matchesAny(body, 'userIds', [consent.userId]) &&
    matchesText(body, 'appId', consent.appId) &&
    matchesText(body, 'tenantId', consent.tenantId)
  );
}

function totalOf(
  found: readonly Consent[],
  shown: readonly Consent[],
  asked: number,
  { consentTotal }: ConsentSwitches,
): { readonly total?: number } {
  switch (consentTotal) {
    case 'exact':
      return { total: found.length };
    case 'page-length':
      return { total: shown.length };
    case 'growing':
      return { total: found.length + asked };
    case 'zero':
      return { total: 0 };
    default:
      return {};
  }
}

function wire({ expireTime, extra, ...fields }: Consent): Record<string, unknown> {
  return { ...fields, ExpireTime: expireTime, ...extra };
}
