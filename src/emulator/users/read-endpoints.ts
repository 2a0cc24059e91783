import { ApiError, fieldRequired } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import type { UserContext } from './context.ts';
import type { Population } from './population.ts';
import type { UserRecord } from './records.ts';
import type { RequestBody } from '../request-body.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import { searchFields } from './search-request.ts';
import { createTotals } from './totals.ts';
import { createUserJson } from './json.ts';
import { createUserSearch } from './search.ts';
import type { UserSearch } from './search.ts';
import { toWireUser, versionOf } from './wire.ts';

const pageStart = Buffer.from('{"users":[');
const comma = Buffer.from(',');

export function userReadEndpoints(context: UserContext): Endpoints {
  const { switches, users, orderKey } = context;
  const totals = createTotals(switches);
  const json = createUserJson(context);
  const searches = new WeakMap<Population, UserSearch>();
  let asked = 0;
  let renderedFor = versionOf(context);

  const searchOf = (population: Population): UserSearch => {
    const known = searches.get(population);
    if (known) return known;
    const made = createUserSearch({ population, names: context, switches, orderKey });
    searches.set(population, made);
    return made;
  };

  const search = (body: RequestBody): Answer => {
    asked += 1;
    const population = users.forSearch();
    if (renderedFor !== versionOf(context)) {
      // Users carry names derived from tenants, roles and permissions.
      population.forgetRendered();
      renderedFor = versionOf(context);
    }
    const { refs, total } = searchOf(population).run(body, asked);
    const parts: Buffer[] = [pageStart];
    for (const ref of refs) {
      if (parts.length > 1) parts.push(comma);
      parts.push(population.rendered(ref, (record) => json.render(record)));
    }
    parts.push(Buffer.from(`],"total":${totals.next(total, refs.length)}}`));
    return { bytes: Buffer.concat(parts) };
  };

  const searchEndpoint = endpoint(searchFields, ({ body }) => search(body));
  return {
    'POST /v2/mgmt/user/search': searchEndpoint,
    'POST /v1/mgmt/user/search': searchEndpoint,
    'POST /v2/mgmt/user/search/test': endpoint(searchFields, ({ body, parse }) =>
      search(parse({ ...body.fields, withTestUser: true, testUsersOnly: true })),
    ),
    'GET /v1/mgmt/user': endpoint([], ({ query }) => {
      const id = query['loginId'] || query['userId'] || query['identifier'];
      if (!id) throw fieldRequired('loginId');
      const population = users.forLoad();
      const record = findUser(context, population, id);
      return { json: { user: toWireUser(record, context), created: false } };
    }),
    'POST /v1/mgmt/users/load': endpoint(['userIds', 'includeInvalidUsers'], ({ body }) => {
      const population = users.forLoad();
      const valid = (record: UserRecord): boolean =>
        body.flag('includeInvalidUsers') === true || !['disabled', 'expired'].includes(record.status);
      const found = [...new Set(body.texts('userIds'))]
        .flatMap((userId) => population.findByUserId(userId) ?? [])
        .map((ref) => population.get(ref))
        .filter((record) => valid(record))
        .map((record) => toWireUser(record, context));
      return { json: { users: found, total: found.length } };
    }),
  };
}

/** The user with this user id or login id. A user id wins; of several users with one login id the oldest. */
export function findUser({ switches }: UserContext, population: Population, id: string): UserRecord {
  const byLoginId = (): number | undefined =>
    population.findByText(id).find((candidate) => population.get(candidate).loginIds.includes(id));
  const ref = population.findByUserId(id) ?? byLoginId();
  if (ref === undefined) {
    throw new ApiError(switches.unknownUserStatus, 'E112102', 'User not found', 'User was not found');
  }
  return population.get(ref);
}
