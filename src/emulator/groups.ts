import { endpoint } from './endpoint.ts';
import type { Endpoints } from './endpoint.ts';
import { defineFamily } from './family.ts';
import type { FamilyHost } from './family.ts';
import { randomId } from './random.ts';
import type { RequestBody } from './request-body.ts';
import { defaultSsoId } from './sso/records.ts';
import { choice, sure } from './switch-table.ts';
import type { SwitchValues } from './switch-table.ts';
import { tenants } from './tenants.ts';
import { createSampleUsers } from './users/sample.ts';

/** A member as it is sent; the user may be gone. */
export interface GroupMember {
  readonly loginId: string;
  readonly userId: string;
  readonly display: string;
}

/** A group of an identity provider, as the tenant's configuration knows it. */
export interface Group {
  readonly tenantId: string;
  readonly ssoId: string;
  /** Unique among the groups of one configuration at most. */
  readonly id: string;
  readonly display: string;
  /** `scim`: pushed; `jit`: seen at a login. */
  readonly source: string;
  readonly members: readonly GroupMember[];
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What a test states about a group; the rest is filled in. */
export interface GroupSeed extends Partial<Omit<Group, 'tenantId'>> {
  readonly tenantId: string;
  /** Members out of the users of the sample whose first tenant is this one: from the first place to before the last. */
  readonly sampleMembers?: readonly [from: number, to: number];
}

/** The groups of all tenants, in order of creation. */
export interface Groups {
  /** Every configuration's for an empty id. */
  of(tenantId: string, ssoId: string): readonly Group[];
  /** Adds a group, or replaces the one with these ids. */
  put(seed: GroupSeed): Group;
  remove(tenantId: string, ssoId: string, id: string): boolean;
}

const groupSwitches = {
  groupAnswer: sure('seen', choice('bare', 'wrapped')),
  groupFields: sure('seen', choice('current', 'old')),
  jitGroups: sure('documented', choice('listed', 'unlisted')),
  memberLoginId: sure('documented', choice('loginId', 'loginID')),
} as const;

type GroupSwitches = SwitchValues<typeof groupSwitches>;

const goneMember: GroupMember = {
  loginId: 'milton@initech.example',
  userId: 'U2GoneMilton0000000000000000',
  display: 'Milton W.',
};

const sample: readonly GroupSeed[] = [
  { tenantId: 'initech', id: 'g-1', display: 'Finance', source: 'jit', sampleMembers: [0, 4] },
  { tenantId: 'initech', id: 'g-2', display: 'IT Admins', source: 'jit', sampleMembers: [3, 5] },
  { tenantId: 'initech', id: 'g-3', display: 'Auditors', source: 'scim', sampleMembers: [5, 8], members: [goneMember] },
  { tenantId: 'initech', id: 'g-4', display: 'Everyone at Initech', source: 'scim', sampleMembers: [0, 12] },
  {
    tenantId: 'initech',
    ssoId: 'initech-contractors',
    id: 'g-1',
    display: 'Contractors',
    source: 'jit',
    sampleMembers: [8, 10],
  },
  { tenantId: 'lumiere', id: 'atelier', display: 'Équipe / "Atelier"', source: 'scim', sampleMembers: [0, 3] },
  { tenantId: 'lumiere', id: 'vide', display: 'Vide', source: 'scim' },
];

/** The groups of identity providers: who is in them as of the last push or the last login. */
export const groups = defineFamily({
  name: 'groups',
  switches: groupSwitches,
  sample,
  create(host, { seeds = [], switches }) {
    const state = createGroups(host);
    for (const seed of seeds) state.put(seed);
    return {
      state,
      endpoints: groupEndpoints(state, host, switches),
      controls: {
        groups: (tenantId: string, ssoId = '') => state.of(tenantId, ssoId),
        /** Adds a group, or replaces the one with these ids. */
        putGroup: (seed: GroupSeed) => state.put(seed),
        deleteGroup: (tenantId: string, id: string, ssoId: string = defaultSsoId) => state.remove(tenantId, ssoId, id),
      },
    };
  },
});

const keyOf = (ssoId: string, id: string): string => JSON.stringify([ssoId, id]);

function createGroups(host: FamilyHost): Groups {
  const byTenant = new Map<string, Map<string, Group>>();
  let made = 0;
  host.stateOf(tenants).onRemoved(({ tenantId }) => byTenant.delete(tenantId));

  return {
    of: (tenantId, ssoId) =>
      [...(byTenant.get(tenantId)?.values() ?? [])].filter((group) => ['', group.ssoId].includes(ssoId)),
    put({ sampleMembers, ...seed }) {
      made += 1;
      const group: Group = {
        ssoId: defaultSsoId,
        id: randomId('G', host.seed, `group ${made}`),
        source: 'scim',
        display: seed.id ?? '',
        extra: {},
        ...seed,
        members: [...(sampleMembers ? membersOf(host, seed.tenantId, sampleMembers) : []), ...(seed.members ?? [])],
      };
      const own = byTenant.get(group.tenantId) ?? new Map<string, Group>();
      byTenant.set(group.tenantId, own.set(keyOf(group.ssoId, group.id), group));
      return group;
    },
    remove: (tenantId, ssoId, id) => byTenant.get(tenantId)?.delete(keyOf(ssoId, id)) === true,
  };
}

/** Sample users of a tenant by their place among its users, as far as the project has so many. */
function membersOf({ userCount, seed }: FamilyHost, tenantId: string, [from, to]: readonly [number, number]) {
  const users = createSampleUsers(userCount, seed);
  const members: GroupMember[] = [];
  for (let at = 0, seen = 0; at < users.size && seen < to; at += 1) {
    const { tenants: memberships, userId, loginIds, name } = users.at(at);
    if (memberships[0]?.tenantId !== tenantId) continue;
    if (seen >= from) members.push({ loginId: loginIds[0] ?? '', userId, display: name });
    seen += 1;
  }
  return members;
}

function groupEndpoints(groups: Groups, host: FamilyHost, switches: GroupSwitches): Endpoints {
  const allTenants = host.stateOf(tenants);
  const found = (body: RequestBody): readonly Group[] =>
    groups
      .of(allTenants.find(body.required('tenantId')).id, body.text('ssoId'))
      .filter(({ source }) => source !== 'jit' || switches.jitGroups === 'listed');
  const answer = (shown: readonly Group[]): { json: unknown } => {
    const all = shown.map((group) => wire(group, switches));
    return { json: switches.groupAnswer === 'wrapped' ? { groups: all } : all };
  };

  return {
    'POST /v1/mgmt/group/all': endpoint(['tenantId', 'ssoId'], ({ body }) => answer(found(body))),
    'POST /v1/mgmt/group/members': endpoint(['tenantId', 'groupId', 'ssoId'], ({ body }) => {
      const id = body.required('groupId');
      return answer(found(body).filter((group) => group.id === id));
    }),
    'POST /v1/mgmt/group/member/all': endpoint(['tenantId', 'userIds', 'loginIds', 'ssoId'], ({ body }) => {
      const [userIds, loginIds] = [body.texts('userIds'), body.texts('loginIds')];
      const isAsked = ({ userId, loginId }: GroupMember): boolean =>
        userIds.includes(userId) || loginIds.includes(loginId);
      return answer(found(body).filter(({ members }) => members.some(isAsked)));
    }),
  };
}

function wire(group: Group, switches: GroupSwitches): Record<string, unknown> {
  const { id, display, source, ssoId, members, extra } = group;
  const shown = members.map(({ loginId, userId, display: name }) => ({
    [switches.memberLoginId]: loginId,
    userId,
    display: name,
  }));
  const newer = switches.groupFields === 'current' ? { source, ssoId } : {};
  return { id, display, members: shown, ...newer, ...extra };
}
