import { holdingKinds, type MappingVia } from '../../answers/report-format.ts';
import { heldBy, holdersOf, membershipsOf, placeOf, usersOf } from './access.ts';

import { edgesInto, sourceOf } from './inherited.ts';
import { tenantInWords } from './people.ts';
import type { Mapping, Project, Target } from './project.ts';

/** A role that the next login gives: to one person, or to whoever signs in, where `user` is undefined. */
export interface Gain {
  readonly user: number | undefined;
  readonly mapping: Mapping;
  readonly role: number;
  /** Ordinal of the tenant in which it will count; -1 for the whole project. */
  readonly place: number;
}

/** A role that somebody holds directly, and that a group gives back at the next login when it is revoked. */
export interface Returning {
  readonly user: number;
  readonly mapping: Mapping;
  readonly role: number;
  readonly place: number;
}

/**
 * What changes when people sign in the next time. Nobody of `gains` has the role yet: not directly, not by inheritance,
 * and not in the whole project.
 */
export interface NextLogin {
  /** People whom a group gives a role. */
  readonly gains: readonly Gain[];
  /** Roles for everybody who signs in: of groups without known members, of configurations and of tenants. */
  readonly open: readonly Gain[];
  readonly returning: readonly Returning[];
}

const made = new WeakMap<Project, NextLogin>();

/** Worked out once. */
export function nextLoginOf(project: Project): NextLogin {
  const known = made.get(project);
  if (known !== undefined) {
    return known;
  }
  const gains: Gain[] = [];
  const open: Gain[] = [];
  const returning: Returning[] = [];
  for (const mapping of project.signOn.mappings) {
    const { role } = mapping.target;
    const place = placeOf(project, mapping.target);
    const members = mapping.via === 'group_mapping' ? membersOf(project, mapping.principal) : [];
    if (members.length === 0) {
      open.push({ user: undefined, mapping, role, place });
      continue;
    }
    const holders = new Set(holdersOf(project, mapping.target));
    const others = otherHoldersOf(project, mapping.target, place);
    for (const user of members) {
      if (holders.has(user)) {
        returning.push({ user, mapping, role, place });
      } else if (!others.has(user)) {
        gains.push({ user, mapping, role, place });
      }
    }
  }
  const next = { gains, open, returning };
  made.set(project, next);
  return next;
}

/** Ordinals of the known members of a group. */
export function membersOf({ signOn }: Project, group: number): Uint32Array {
  return signOn.members.subarray(signOn.memberStart[group], signOn.memberStart[group + 1]);
}

/** Who has the same role there already without holding it there: by inheritance, or in the whole project. */
function otherHoldersOf(project: Project, { kind, role }: Target, place: number): ReadonlySet<number> {
  const heirs = Array.from(place === -1 ? [] : edgesInto(project, place))
    .filter((edge) => sourceOf(project, edge)?.role === role)
    .map((edge) => usersOf(project, project.inherited.source[edge] ?? 0));
  const everywhere =
    kind === holdingKinds.binding ? holdersOf(project, { kind: holdingKinds.role, role, tenant: -1 }) : [];
  return new Set([...heirs, everywhere].flatMap((users) => Array.from(users)));
}

/** Through what, in words: "group Admins of Acme", "sign-in through SSO configuration okta of Acme". */
export function giverInWords(project: Project, { via, principal }: Mapping): string {
  const { groups, configurations } = project.signOn;
  if (via === 'group_mapping') {
    const { name = '', tenant = -1 } = groups[principal] ?? {};
    return `group ${name}${tenant === -1 ? '' : ` of ${tenantInWords(project, tenant)}`}`;
  }
  if (via === 'default_sso_role') {
    const { ssoId = '', tenant = -1 } = configurations[principal] ?? {};
    return `sign-in through SSO configuration ${ssoId}${tenant === -1 ? '' : ` of ${tenantInWords(project, tenant)}`}`;
  }
  return `joining ${tenantInWords(project, principal)}`;
}

/** Who gets it, where no person is named. */
export function everybodyInWords({ via }: Mapping): string {
  return everybody[via];
}

const everybody: Readonly<Record<MappingVia, string>> = {
  group_mapping: 'whoever the identity provider has in the group',
  default_sso_role: 'everybody who signs in through the configuration',
  tenant_default_role: 'everybody who joins the tenant',
};

/**
 * What one person will gain, and what would come back. Of the roles for everybody, those are among it that a
 * configuration gives of a tenant of which the person is a member: it is not known through which one they sign in.
 */
export function nextLoginOfPerson(project: Project, user: number): Pick<NextLogin, 'gains' | 'returning'> {
  const { gains, open, returning } = nextLoginOf(project);
  const members = new Set(membershipsOf(project, user));
  const held = heldBy(project, user, 'all');
  const has = ({ role, place }: Gain): boolean =>
    held.some((one) => one.role === role && (one.place === place || one.place === -1));
  return {
    gains: [
      ...gains.filter((gain) => gain.user === user),
      ...open.filter((gain) => gain.mapping.via === 'default_sso_role' && members.has(gain.place) && !has(gain)),
    ],
    returning: returning.filter((one) => one.user === user),
  };
}

/** Members of mapped groups who are no users of the project: the next login may make them. */
export function strangersIn({ signOn }: Project): number {
  const mapped = new Set(signOn.mappings.flatMap(({ via, principal }) => (via === 'group_mapping' ? [principal] : [])));
  return Array.from(mapped).reduce((sum, group) => {
    const known = (signOn.memberStart[group + 1] ?? 0) - (signOn.memberStart[group] ?? 0);
    return sum + Math.max(0, (signOn.groups[group]?.memberCount ?? 0) - known);
  }, 0);
}

/** What a page can say about the next login. */
export interface SignOnKnown {
  /** The types that were not read; empty where everything was. */
  readonly missing: readonly ('sso_configuration' | 'idp_group')[];
  /** The file does not say which types were read. */
  readonly isUntold: boolean;
}

export function signOnKnown({ types, signOn }: Project): SignOnKnown {
  const found = {
    sso_configuration: signOn.configurations.length > 0 || signOn.mappings.length > 0,
    idp_group: signOn.groups.length > 0,
  };
  const missing = (['sso_configuration', 'idp_group'] as const).filter(
    (type) => !found[type] && types?.includes(type) !== true,
  );
  return { missing, isUntold: types === undefined || types.length === 0 };
}
