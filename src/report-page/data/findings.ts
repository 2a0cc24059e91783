import { thingFlags } from '../../answers/report-format.ts';
import { placeOf, usersOf } from './access.ts';
import { type Analysis, hasAccess, hasUserFlag, isCurrent } from './analysis.ts';
import { appFindings } from './app-findings.ts';
import { consoleFindings } from './console-findings.ts';
import { keyFindings } from './key-findings.ts';
import { showsKeys } from './keys.ts';
import { outlierRule } from './outliers.ts';
import { isShut } from './people.ts';
import { signOnFindings } from './sign-on-findings.ts';
import { treeFindings } from './tree-findings.ts';
import { broad, manySensitive, systemRoleName } from '../../answers/power.ts';
import type { Finding, FindingRow } from './finding.ts';
import type { Project } from './project.ts';

/**
 * All findings, in the order in which they are worth reading. Those without rows are there too, last: that is an
 * answer.
 */
export function findAll(project: Project, analysis: Analysis): Finding[] {
  const rank = { act: 0, look: 1, note: 2 };
  const all = [
    privilegedDisabled(project, analysis),
    privilegedRoles(project, analysis),
    outliers(analysis),
    disabledWithAccess(project, analysis),
    testUsers(project, analysis),
    neverVerified(project, analysis),
    disabledTenants(project),
    ...treeFindings(project, analysis),
    ...signOnFindings(project, analysis),
    ...keyFindings(project, analysis),
    ...appFindings(project, analysis),
    ...consoleFindings(project),
    ...references(project),
    rolesNobodyHolds(project, analysis),
    permissionsNobodyUses(project, analysis),
  ];
  const isClear = ({ rows, isUntold = false }: Finding): number => Number(rows.length === 0 && !isUntold);
  return all.sort((left, right) => isClear(left) - isClear(right) || rank[left.urgency] - rank[right.urgency]);
}

function privilegedRows(project: Project, { privilege }: Analysis): FindingRow[] {
  return project.holdings.targets.flatMap((target, number) => {
    const why = target.role < 0 ? [] : (privilege[target.role] ?? []);
    const place = placeOf(project, target);
    return why.length === 0
      ? []
      : Array.from(usersOf(project, number), (user) => ({ user, role: target.role, place, why: why.join('; ') }));
  });
}

function privilegedRoles(project: Project, analysis: Analysis): Finding {
  return {
    id: 'privileged',
    urgency: 'look',
    title: 'Privileged roles and who holds them',
    rule:
      `A role is privileged when it is Descope’s own “${systemRoleName}”, allows an administrative permission, allows ` +
      `at least half of all permissions (${broad.atLeast} or more), or allows ${manySensitive} or more sensitive ones. ` +
      'Listed is who holds one directly. Check that each holder still needs it, and whether a narrower place would do.',
    none: 'Nobody holds a privileged role.',
    columns: ['user', 'status', 'role', 'place', 'why'],
    rows: privilegedRows(project, analysis),
  };
}

function privilegedDisabled(project: Project, analysis: Analysis): Finding {
  return {
    id: 'privileged-disabled',
    urgency: 'act',
    title: 'Disabled or expired people with a privileged role',
    rule: 'They cannot log in today. Whoever enables them again gives all of it back at once, so take it away first.',
    none: 'No disabled or expired person holds a privileged role.',
    columns: ['user', 'status', 'role', 'place', 'why'],
    rows: privilegedRows(project, analysis).filter(({ user }) => user !== undefined && isShut(project, user)),
  };
}

function outliers({ outliers }: Analysis): Finding {
  return {
    id: 'unusual',
    urgency: 'look',
    title: 'People with unusually much access in a tenant',
    rule:
      'Counted are the distinct permissions a person has in the tenant, roles of the whole project included, and ' +
      'compared with everybody who belongs to it or holds something inside it. Listed is who lies more than ' +
      `${outlierRule.score} units of usual spread, and at least ${outlierRule.above} permissions, above the median. ` +
      'What is inherited is not counted. The unit is 1.4826 times the median distance from the median; where that is ' +
      `0, 1.2533 times the mean distance. Tenants with fewer than ${outlierRule.members} people are left out.`,
    none: 'Nobody stands out in any tenant.',
    columns: ['user', 'status', 'place', 'count', 'usual', 'score'],
    rows: outliers.map(({ user, tenant, permissions, median, score }) => ({
      user,
      place: tenant,
      count: permissions,
      why: String(median),
      score,
    })),
  };
}

function disabledWithAccess(project: Project, analysis: Analysis): Finding {
  return {
    id: 'disabled',
    urgency: 'act',
    title: 'Disabled or expired people with access',
    rule:
      'Their status is “disabled” or “expired”, and they still hold a role or belong to a tenant. It comes back with ' +
      'them when they are enabled.',
    none: 'No disabled or expired person holds anything.',
    columns: ['user', 'status', 'roles', 'tenants', 'privileged'],
    rows: peopleWhere(project, (user) => isShut(project, user) && hasAccess(analysis, user)),
  };
}

function testUsers(project: Project, analysis: Analysis): Finding {
  return {
    id: 'test',
    urgency: 'act',
    title: 'Test users with real access',
    rule:
      'Descope marks them as test users: they can log in with a code that is generated through the API, without mail ' +
      'or phone. These hold a role or belong to a tenant.',
    none: 'No test user holds anything.',
    columns: ['user', 'status', 'roles', 'tenants', 'privileged'],
    rows: peopleWhere(project, (user) => hasUserFlag(project, user, 'test') && hasAccess(analysis, user)),
  };
}

function neverVerified(project: Project, analysis: Analysis): Finding {
  const rows = peopleWhere(
    project,
    (user) =>
      !hasUserFlag(project, user, 'emailVerified') &&
      !hasUserFlag(project, user, 'phoneVerified') &&
      !isShut(project, user),
  );
  return {
    id: 'unverified',
    urgency: 'look',
    title: 'People never verified',
    rule:
      'Neither email nor phone was ever verified, and the status is neither disabled nor expired. Nobody has proved ' +
      'that they are who the record says. Those with a privileged role come first.',
    none: 'Everybody has a verified email or phone.',
    columns: ['user', 'status', 'roles', 'tenants', 'privileged'],
    rows: rows.sort((left, right) => weight(analysis, right) - weight(analysis, left)),
  };
}

function weight({ userPrivileged, userRoles }: Analysis, { user }: FindingRow): number {
  return user === undefined ? 0 : (userPrivileged[user] ?? 0) * 1_000_000 + (userRoles[user] ?? 0);
}

function disabledTenants(project: Project): Finding {
  const rows = project.holdings.targets.flatMap((target, number) => {
    const place = placeOf(project, target);
    return target.role >= 0 && ((project.tenants[place]?.flags ?? 0) & thingFlags.disabled) !== 0
      ? Array.from(usersOf(project, number), (user) => ({ user, role: target.role, place }))
      : [];
  });
  return {
    id: 'disabled-tenants',
    urgency: 'look',
    title: 'Roles held inside disabled tenants',
    rule: 'The tenant is disabled; what is held directly inside it comes back when it is enabled again.',
    none: 'Nothing is held inside a disabled tenant.',
    columns: ['user', 'status', 'role', 'place'],
    rows,
  };
}

const untold = 'This file does not tell, since another tool wrote it. Make the report from a file that "sync" wrote.';

function references({ about, users, tenants, roles }: Project): Finding[] {
  const { dangling, ambiguous } = about.summary;
  const named = [...(dangling?.first ?? []), ...(ambiguous?.first ?? [])];
  const userOf = ordinalsOf(
    users.current,
    (user) => users.id.at(user),
    new Set(named.flatMap(({ userId }) => userId ?? [])),
  );
  const tenantOf = new Map(tenants.map(({ id }, at) => [id, at]));
  const roleOf = new Map(roles.map(({ id }, at) => [id, at]));
  const rows = (list: typeof named): FindingRow[] =>
    list.map(({ kind, name, userId, tenantId, roleId }) => ({
      name,
      user: userId === undefined ? undefined : userOf.get(userId),
      role: roleId === undefined ? undefined : roleOf.get(roleId),
      place: tenantId === undefined ? -1 : tenantOf.get(tenantId),
      why: `${kind}${userId !== undefined && !userOf.has(userId) ? `, named by user ${userId}` : ''}${tenantId !== undefined && !tenantOf.has(tenantId) ? `, in unknown tenant ${tenantId}` : ''}`,
    }));
  return [
    {
      id: 'dangling',
      urgency: 'act',
      title: 'Dangling references',
      rule:
        'A record names a role, tenant or permission that does not exist: deleted since, or misspelt. It gives no access ' +
        'today. If something of that name is made again, it does.',
      none: dangling === undefined ? untold : 'Every reference leads somewhere.',
      isUntold: dangling === undefined,
      columns: ['name', 'why', 'user', 'place'],
      rows: rows(Array.from(dangling?.first ?? [])),
      total: dangling?.count,
    },
    {
      id: 'ambiguous',
      urgency: 'look',
      title: 'Ambiguous roles',
      rule:
        'The tenant and the project both define a role of this name, and the record does not say which one is meant. It ' +
        'is counted as the tenant’s. Rename one of the two.',
      none: ambiguous === undefined ? untold : 'No name of a role has two meanings.',
      isUntold: ambiguous === undefined,
      columns: ['name', 'place', 'user', 'why'],
      rows: rows(Array.from(ambiguous?.first ?? [])),
      total: ambiguous?.count,
    },
  ];
}

function rolesNobodyHolds(project: Project, { roleHolders, privilege }: Analysis): Finding {
  const { roles, signOn } = project;
  const mapped = new Set(signOn.mappings.map(({ target }) => target.role));
  const ofKeys = rolesOfKeys(project);
  const why = (role: number): string =>
    [...(privilege[role] ?? []), ...(mapped.has(role) ? ['a login will give it'] : [])].join('; ');
  const privileges = (role: number): number => Math.min(1, privilege[role]?.length ?? 0);
  return {
    id: 'unheld-roles',
    urgency: 'note',
    title: 'Roles nobody holds',
    rule:
      'Nobody holds them, neither in the whole project nor inside a tenant, and no access key ' +
      `does${keysRead(project)}. Candidates for deletion, unless a login will give them; the privileged ones first.`,
    none: 'Every role has a holder.',
    columns: ['role', 'place', 'why'],
    rows: roles
      .flatMap((role, at) =>
        isCurrent(role) && roleHolders[at] === 0 && !ofKeys.has(at)
          ? [{ role: at, place: role.tenant, why: why(at) }]
          : [],
      )
      .sort((left, right) => privileges(right.role) - privileges(left.role)),
  };
}

/** Roles that access keys hold directly. */
function rolesOfKeys({ holdings, keyHoldings }: Project): ReadonlySet<number> {
  return new Set(Array.from(new Set(keyHoldings.targetsOf), (number) => holdings.targets[number]?.role ?? -1));
}

/** What is said where it is not known what keys hold. */
function keysRead(project: Project): string {
  return showsKeys(project, 'access_key') ? '' : ', as far as this report tells: it has no access keys';
}

function permissionsNobodyUses(
  project: Project,
  { permissionUsers, permissionRoles, levelOfPermission }: Analysis,
): Finding {
  const { permissions, roles } = project;
  const ofKeys = new Set([...rolesOfKeys(project)].flatMap((role) => roles[role]?.allows ?? []));
  return {
    id: 'unused-permissions',
    urgency: 'note',
    title: 'Permissions nobody can use',
    rule: `No role allows them, or neither somebody nor an access key holds a role that does${keysRead(project)}.`,
    none: 'Somebody can use every permission.',
    columns: ['permission', 'why'],
    rows: permissions.flatMap((permission, at) =>
      isCurrent(permission) && permissionUsers[at] === 0 && !ofKeys.has(at)
        ? [
            {
              permission: at,
              why: `${permissionRoles[at] === 0 ? 'no role allows it' : 'nobody holds a role that allows it'}${levelOfPermission[at] === 'administrative' ? '; administrative' : ''}`,
            },
          ]
        : [],
    ),
  };
}

function peopleWhere({ users }: Project, test: (user: number) => boolean): FindingRow[] {
  const rows: FindingRow[] = [];
  for (let user = 0; user < users.current; user++) {
    if (test(user)) {
      rows.push({ user });
    }
  }
  return rows;
}

function ordinalsOf(
  count: number,
  idOf: (ordinal: number) => string,
  wanted: ReadonlySet<string>,
): Map<string, number> {
  const found = new Map<string, number>();
  for (let ordinal = 0; wanted.size > 0 && ordinal < count; ordinal++) {
    const id = idOf(ordinal);
    if (wanted.has(id)) {
      found.set(id, ordinal);
    }
  }
  return found;
}
