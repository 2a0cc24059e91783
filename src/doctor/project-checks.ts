import { aboutSo, generalPerMinute, type RateLimit, searchesPerMinute } from '../descope/http/pacing.ts';
import { type AccessKey, accessKeyList } from '../descope/access-keys.ts';
import type { CatalogList } from '../access/catalog-list.ts';
import type { ListEndpoint } from '../descope/http/endpoint.ts';
import { decodeListPage, isListMissing, requestOfPage } from '../descope/paged-list.ts';
import type { OwnKey } from '../descope/client.ts';
import { managementKeyList } from '../descope/management-keys.ts';
import { projectList } from '../descope/projects.ts';
import { tenantList } from '../descope/tenants.ts';
import { requestsOfFullRead } from '../descope/users/request-count.ts';
import { decodeUserPage, userPageSize } from '../descope/users/user-page.ts';
import { userReadEndpoints } from '../descope/users/user.ts';
import { decodeWholeList, type ListInPages, type WholeList } from '../descope/whole-list.ts';
import { type Check, ok, skip, warn } from './check.ts';
import { keyExpiryOf } from '../resources/key-expiry.ts';
import { explain, type Place } from './explain.ts';
import { keyEndsCheck } from './key-ends-check.ts';
import type { Probe, Probed } from './probe.ts';
import { checkTenantReads, type TenantCost, type TenantReadWanted } from './tenant-checks.ts';

const slowMs = 2_000;
const skewMs = 30_000;
const longSyncMinutes = 60;

export interface ProjectChecksOptions extends Place {
  readonly probe: Probe;
  /** The lists besides users that a sync reads: each one is asked for. */
  readonly lists: readonly WholeList<unknown>[];
  /** What it reads of each tenant besides: asked for of the first one. */
  readonly tenantReads: readonly TenantReadWanted[];
  readonly rateLimit: RateLimit;
  readonly maxParallelFetches: number;
  readonly wallClock: () => number;
  /** The keys with which all this is asked. */
  readonly ownKeys: readonly OwnKey[];
}

/** What is known of the project when all is asked. */
export interface ProjectSeen {
  /** Undefined where the list of tenants could not be read. */
  readonly tenants: number | undefined;
  /** The same of the users. */
  readonly users: number | undefined;
}

/**
 * What only Descope can tell: two searches, one request a list and one for what is read of each tenant; or a single
 * request when Descope cannot be reached or does not know the key. Each search asks for one user, of whom only the
 * number is looked at.
 */
export async function* checkProject(options: ProjectChecksOptions): AsyncGenerator<Check, ProjectSeen> {
  const { probe } = options;
  const users = await probe(
    userReadEndpoints.searchUsers,
    { json: { limit: 1, offset: 0, withTestUser: true } },
    decodeUserPage,
  );
  if (!users.isAnswered && users.error.kind !== 'forbidden' && users.error.kind !== 'upstream-contract') {
    yield explain(users.error.kind === 'unauthenticated' ? 'key' : 'Descope', users, options);
    yield skip('lists', 'not asked after that');
    return { tenants: undefined, users: undefined };
  }
  const [rows, testUsers] = await Promise.all([
    Promise.all(options.lists.map((list) => probeList(probe, list))),
    probe(
      userReadEndpoints.searchUsers,
      { json: { limit: 1, offset: 0, withTestUser: true, testUsersOnly: true } },
      decodeUserPage,
    ),
  ]);
  const lists = [
    {
      name: 'users',
      isOfCompany: false,
      answer: users,
      count: users.isAnswered ? users.value.total : 0,
      isNotOffered: false,
    },
    ...rows,
  ];
  const tenantIds = rows.find(({ name }) => name === tenantList.what)?.ids;
  const answers = lists.map(({ answer }) => answer);
  yield checkSpeed(answers);
  yield checkClock(answers, options.wallClock());
  if (!users.isAnswered && answers.every((answer) => !answer.isAnswered && answer.error.kind === 'forbidden')) {
    yield explain('key', users, options, 'all');
    return { tenants: undefined, users: undefined };
  }
  yield checkKey(answers);
  for (const { name, isOfCompany = false, answer, count, isNotOffered = false } of lists) {
    yield isNotOffered
      ? skip(name, 'this deployment of Descope does not tell of them')
      : answer.isAnswered
        ? checkCount(name, count, countOfBound(rows, name))
        : explain(name, answer, options, isOfCompany ? 'company' : 'one');
  }
  yield* checkKeyEnds(rows, options);
  yield checkTestUsers(users, testUsers, options);
  const cost = yield* checkTenantReads({
    ...options,
    tenantIds,
    rowsOf: <Row>({ whole }: CatalogList<Row>) =>
      (rows.find(({ name }) => name === whole.what)?.rows ?? []) as readonly Row[], // rows of this very list
  });
  const ofLists = rows.reduce((sum, { requests }) => sum + requests, 0);
  yield checkDuration(users, { ofLists, ofTenants: cost }, options);
  return { tenants: tenantIds?.length, users: users.isAnswered ? users.value.total : undefined };
}

/** A sync lists a key that is bound to a user as a secret alone: so it counts fewer keys than the list has. */
function countOfBound(lists: readonly ListProbed[], name: string): number {
  const keys = name === accessKeyList.what ? lists.find((list) => list.name === name)?.rows : undefined;
  return ((keys ?? []) as readonly AccessKey[]).filter(({ boundUserId }) => boundUserId !== '').length; // rows of this very list
}

interface ListProbed {
  readonly name: string;
  readonly isOfCompany?: boolean;
  readonly answer: Probed<readonly string[]>;
  readonly count: number;
  readonly ids: readonly string[] | undefined;
  /** How many requests a sync sends for it. */
  readonly requests: number;
  /** The rows of a list that comes whole. */
  readonly rows?: readonly unknown[];
  readonly isNotOffered?: true;
}

async function probeList(probe: Probe, list: WholeList<unknown>): Promise<ListProbed> {
  if (list.pages !== undefined) {
    return await probeFirstPage(probe, list);
  }
  const request = list.body === undefined ? {} : { json: list.body };
  let found: readonly unknown[] = [];
  const answer = await probe(list.endpoint, request, (json) => {
    found = decodeWholeList(list, json);
    return found.map(list.identityOf);
  });
  const ids = answer.isAnswered ? answer.value : undefined;
  return {
    name: list.what,
    isOfCompany: list.endpoint.isOfCompany === true,
    answer,
    count: found.length,
    requests: 1,
    ids,
    rows: found,
  };
}

/** One row is enough to see whether the list may be read, and how many rows it has. A deployment may lack it. */
async function probeFirstPage(probe: Probe, list: ListInPages<unknown>): Promise<ListProbed> {
  const { limit, otherwise } = list.pages;
  const ofOne = { ...list, pages: { ...list.pages, limit: 1 } };
  let count = 0;
  let missing = 0;
  let answer = await ask(list.endpoint);
  for (const endpoint of otherwise) {
    if (isMissing(answer)) {
      missing += 1;
      answer = await ask(endpoint);
    }
  }
  const pages = count === 0 ? 1 : Math.ceil(count / limit) + 1; // the one behind the last shows that it is the last
  const told = { name: list.what, answer, count, ids: undefined, requests: missing + pages };
  return isMissing(answer) ? { ...told, requests: missing + 1, isNotOffered: true } : told;

  async function ask(endpoint: ListEndpoint): Promise<Probed<readonly string[]>> {
    return await probe(endpoint, requestOfPage(ofOne, endpoint, 0), (json) => {
      const page = decodeListPage(ofOne, endpoint, json);
      count = page.total;
      return page.rows.map(list.identityOf);
    });
  }
}

function isMissing(answer: Probed<unknown>): boolean {
  return !answer.isAnswered && isListMissing(answer.error);
}

function checkSpeed(answers: readonly Probed<unknown>[]): Check {
  const times = answers.flatMap((answer) => (answer.isAnswered ? [answer.ms] : []));
  const slowest = Math.max(...times);
  if (times.length === 0) {
    return ok('Descope', 'answers, if only with a no');
  }
  const text =
    `answers; the slowest of ${times.length} answers took ` +
    (slowest < 1_000 ? `${Math.ceil(slowest)} ms` : `${(slowest / 1_000).toFixed(1)} s`);
  return slowest > slowMs
    ? warn('Descope', text, 'A sync will be slow. Look at the network between here and Descope.')
    : ok('Descope', text);
}

function checkClock(answers: readonly Probed<unknown>[], nowMs: number): Check {
  const name = 'clock';
  const times = answers.flatMap((answer) =>
    answer.isAnswered && answer.serverTimeMs !== undefined ? [answer.serverTimeMs] : [],
  );
  const [first] = times;
  if (!answers.some(({ isAnswered }) => isAnswered)) {
    return skip(name, 'not known: no answer was understood');
  }
  if (first === undefined) {
    return warn(
      name,
      'Descope did not tell its time (no Date header)',
      'Does a proxy take the header away? Without it, users are read one page after the other.',
    );
  }
  const offMs = nowMs - first;
  if (Math.abs(offMs) > skewMs) {
    return warn(
      name,
      `this machine is ${Math.round(Math.abs(offMs) / 1_000).toLocaleString('en')} s ${offMs > 0 ? 'ahead of' : 'behind'} Descope`,
      'Set the clock (NTP). A sync goes by the clock of Descope, but times in logs and files will be wrong.',
    );
  }
  return ok(name, 'agrees with that of Descope');
}

function checkKey(answers: readonly Probed<unknown>[]): Check {
  const refused = answers.filter((answer) => !answer.isAnswered && answer.error.kind === 'forbidden').length;
  if (answers.some((answer) => answer.isAnswered)) {
    return ok('key', refused === 0 ? 'accepted' : 'accepted, so it is valid and may be used from this address');
  }
  return skip('key', 'not known: no answer was understood');
}

function checkCount(name: string, count: number, bound: number): Check {
  if (name === 'users' && count === 0) {
    return warn(name, 'the project has no users at all', 'Is it the right project, and a key for it?');
  }
  const ofUsers =
    `${bound.toLocaleString('en')} of them bound to ${bound === 1 ? 'a user' : 'users'}, and listed by a ` +
    `sync as ${bound === 1 ? 'a secret' : 'secrets'} alone`;
  return ok(name, `${count.toLocaleString('en')} can be read${bound === 0 ? '' : `, ${ofUsers}`}`);
}

/** When our keys end, where the list of the company's keys could be read. */
function checkKeyEnds(lists: readonly ListProbed[], options: ProjectChecksOptions): readonly Check[] {
  const rowsOf = <Row>(list: WholeList<Row>): readonly Row[] | undefined => {
    const found = lists.find(({ name }) => name === list.what);
    return found?.answer.isAnswered === true ? (found.rows as readonly Row[]) : undefined; // rows of this very list
  };
  const keys = rowsOf(managementKeyList);
  const { projectId, ownKeys: own } = options;
  return keys === undefined
    ? []
    : [keyEndsCheck(keyExpiryOf(keys, rowsOf(projectList) ?? [], { projectId, own, nowMs: options.wallClock() }))];
}

function checkTestUsers(
  users: Probed<{ readonly total: number }>,
  tests: Probed<{ readonly total: number }>,
  options: Place,
): Check {
  const name = 'test users';
  if (!tests.isAnswered) {
    return users.isAnswered ? explain(name, tests, options) : skip(name, 'not known: users cannot be read');
  }
  if (tests.value.total === 0) {
    return ok(name, 'none found. If the project has some, the key may not see them');
  }
  return users.isAnswered && tests.value.total > users.value.total
    ? warn(
        name,
        `${tests.value.total.toLocaleString('en')} found, more than all users together`,
        'The search may have ignored what was asked. Look at the first sync closely.',
      )
    : ok(name, `${tests.value.total.toLocaleString('en')} found, and part of the sync`);
}

/** How long a full sync takes, at the pace that is set. No answer tells what is left of Descope's limit. */
function checkDuration(
  users: Probed<{ readonly total: number }>,
  { ofLists, ofTenants }: { readonly ofLists: number; readonly ofTenants: TenantCost },
  { rateLimit, baseUrl, maxParallelFetches }: ProjectChecksOptions,
): Check {
  const name = 'full sync';
  if (!users.isAnswered) {
    return skip(name, 'not known: users cannot be read');
  }
  const pages = Math.max(1, Math.ceil(users.value.total / userPageSize));
  const pace = searchesPerMinute({ rateLimit, baseUrl });
  const generalPace = generalPerMinute({ rateLimit, baseUrl });
  const { least, most } = requestsOfFullRead(users.value.total, ofLists);
  const requests = `${(least + ofTenants.requests).toLocaleString('en')} or ${(most + ofTenants.requests).toLocaleString('en')} requests`;
  if (pace === undefined || generalPace === undefined) {
    const ms = pages * users.ms + ofTenants.requests * ofTenants.ms;
    const seconds = Math.ceil(ms / maxParallelFetches / 1_000);
    return ok(
      name,
      `${requests}, not held back (${rateLimit === 'off' ? 'rate-limit off' : 'loopback'}): about ${seconds.toLocaleString('en')} s`,
    );
  }
  const minutes = pages / pace + ofTenants.requests / generalPace;
  const others = ofTenants.requests === 0 ? '' : ` and ${generalPace.toLocaleString('en')} reads of tenants`;
  const text =
    `${requests}, ${pace.toLocaleString('en')} searches${others} a minute at most, no limit met now: ` +
    (aboutSo(minutes * 60_000) ?? 'less than 20 s');
  return minutes > longSyncMinutes
    ? warn(
        name,
        text,
        'Plan for it: syncs must not begin more often. --rate-limit may be raised if Descope has raised yours.',
      )
    : ok(name, text);
}
