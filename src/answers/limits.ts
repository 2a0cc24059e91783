import { count } from './count.ts';
import type { FileIndex } from './file-index.ts';

/** What an index tells of inherited access, and what it cannot know of it: sentences without an end. */
export function inheritanceInWords({
  gap: { inheritingTenants, inheritedRoles },
  inheritance: { isDerived, mode, edges, uncertain, loops, unknownParents },
}: Pick<FileIndex, 'gap' | 'inheritance'>): string[] {
  if (!isDerived) {
    const gap = `(${count(inheritingTenants, 'tenant')}, ${count(inheritedRoles, 'role')})`;
    return [
      inheritingTenants === 0
        ? 'no tenant inherits from another, so no access is left out'
        : mode === 'none'
          ? `access that tenants inherit was not wanted, --inheritance none, and is left out ${gap}`
          : `access that tenants inherit is not in this file, which an older version wrote: sync again to know it ${gap}`,
    ];
  }
  const broken = loops + unknownParents;
  const reading = mode === 'parent' || mode === 'child' ? `, as the ${mode}’s setting says` : '';
  const doubt = uncertain === 0 ? '' : `, ${uncertain.toLocaleString('en')} of them uncertain`;
  return [
    edges === 0
      ? 'no tenant inherits anything from another'
      : `inherited access is told${reading}: ${count(edges, 'membership or role', 'memberships and roles')} flow down the tenants${doubt}`,
    ...(broken === 0
      ? []
      : [`${count(broken, 'tenant')} with a parent that is unknown or in a loop: nothing is inherited through it`]),
  ];
}

/** What an index cannot know of the next login; empty when it knows. */
export function nextLoginInWords({ types, summary }: Pick<FileIndex, 'types' | 'summary'>): string[] {
  if (!types.has('sso_configuration')) {
    return [
      'what the next login gives is not known: the sync did not read sso_configuration and idp_group (--include)',
    ];
  }
  const { settings, groups } = summary.sso ?? {};
  if (settings === 'not-offered') {
    return ['what the next login gives is not known: this deployment of Descope does not tell of SSO configurations'];
  }
  return [
    ...(settings === 'limited'
      ? ['what the next login gives is known of the default SSO configurations only: this deployment tells no others']
      : []),
    ...(!types.has('idp_group')
      ? ['what groups give at the next login is not known: the sync did not read idp_group (--include)']
      : groups === 'not-offered'
        ? ['who is in groups is not known, nor who gains through them: this deployment of Descope does not list groups']
        : []),
  ];
}
