import type { Roles } from '../roles.ts';
import type { FgaRelation, SsoConfiguration } from '../sso/records.ts';
import type { SsoContext } from '../sso/wire.ts';

/** A group that somebody is in, as a mapping may name it. */
export interface HeldGroup {
  /** As the identity provider sends it. */
  readonly name: string;
  /** Empty for a group that a login named. */
  readonly id: string;
}

/** A role that a login gives, and through what. */
export interface GivenRole {
  /** Empty for the role of a mapping that is gone. */
  readonly role: string;
  readonly via: 'group_mapping' | 'default_sso_role' | 'tenant_default_role';
  /** The groups through which a mapping gives it. */
  readonly groups: readonly string[];
}

/** What the mappings of a configuration make of somebody's groups. */
export interface Mapped {
  readonly given: readonly GivenRole[];
  /** Mappings to a role that is gone, and default roles that no role has: they give nothing. */
  readonly gone: readonly GivenRole[];
  /** Names of the groups that no mapping names. */
  readonly unmapped: readonly string[];
  readonly relations: readonly FgaRelation[];
}

/**
 * Mappings name a group as the identity provider does, or by its id. With priority on, the highest of the groups that
 * are mapped counts alone; where none of them has a priority, all count.
 */
export function mapGroups(
  { configurations, switches }: SsoContext,
  roles: Roles,
  configuration: SsoConfiguration,
  held: readonly HeldGroup[],
): Mapped {
  const { tenantId, groupMappings, fgaMappings, defaultSSORoles } = configuration;
  const isMapped = (group: HeldGroup): boolean => groupMappings.some(({ groups }) => isNamed(group, groups));
  const mapped = held.filter((group) => isMapped(group));
  const counting = switches.groupPriority === 'on' ? highestOf(configuration, mapped) : mapped;

  const matched = groupMappings.flatMap(({ roleId, groups }): GivenRole[] => {
    const through = counting.filter((group) => isNamed(group, groups)).map(({ name }) => name);
    const role = configurations.roleOf(roleId)?.name ?? '';
    return through.length > 0 ? [{ role, via: 'group_mapping', groups: through }] : [];
  });
  const byMapping = matched.filter(({ role }) => role !== '');
  const withDefaults = switches.defaultSsoRoles === 'always' || byMapping.length === 0;
  const defaults = withDefaults ? defaultSSORoles.map((role) => toDefault(role)) : [];
  const isThere = ({ role }: GivenRole): boolean => roles.inside(tenantId, role) !== undefined;
  const relevant = switches.groupPriority === 'on' ? counting : held;
  return {
    given: [...byMapping, ...defaults.filter((one) => isThere(one))],
    gone: [...matched.filter(({ role }) => role === ''), ...defaults.filter((one) => !isThere(one))],
    unmapped: held.filter((group) => !isMapped(group)).map(({ name }) => name),
    relations: relevant.flatMap(({ name }) => fgaMappings[name]?.relations ?? []),
  };
}

const toDefault = (role: string): GivenRole => ({ role, via: 'default_sso_role', groups: [] });

const isNamed = ({ name, id }: HeldGroup, names: readonly string[]): boolean =>
  names.includes(name) || (id !== '' && names.includes(id));

function highestOf({ groupsPriority }: SsoConfiguration, mapped: readonly HeldGroup[]): readonly HeldGroup[] {
  const highest = groupsPriority.find((name) => mapped.some((group) => isNamed(group, [name])));
  return highest === undefined ? mapped : mapped.filter((group) => isNamed(group, [highest]));
}
