import { optInTypes, typeInWords } from '../sync-format/known-types.ts';
import { typesNotOffered } from '../sync-format/offered.ts';
import { count } from './count.ts';
import type { FileIndex } from './file-index.ts';

/** What a file cannot know: its sync did not read it, or the deployment does not tell it. */
export interface NotRead {
  readonly types: readonly string[];
  /** What `--include` takes to read them; those that are not offered are not among them. */
  readonly include: readonly string[];
  /** Those of which the deployment does not tell; absent where it tells of all. */
  readonly notOffered?: readonly string[];
  readonly words: string;
}

/**
 * The types that an index does not have; undefined where it has all. Those of single sign-on are told with what the next
 * login gives, and findings say nothing that is not in the rest. `relevant` are the words of `--include` that matter
 * to a question, all by default.
 */
export function notReadIn(
  {
    types,
    summary,
    isHumansOnly = false,
  }: Pick<FileIndex, 'types' | 'summary'> & Partial<Pick<FileIndex, 'isHumansOnly'>>,
  relevant: readonly string[] = Object.values(optInTypes),
): NotRead | undefined {
  const told = new Set([
    'sso_configuration',
    'idp_group',
    'finding',
    ...(isHumansOnly ? ['access_key', 'management_key'] : []),
  ]);
  const untold = typesNotOffered(summary);
  const missing = Object.entries(optInTypes).filter(
    ([type, include]) => !types.has(type) && !told.has(type.replace('_secret', '')) && relevant.includes(include),
  );
  const [notOffered, notIncluded] = [
    missing.flatMap(([type]) => (untold.has(type) ? [type] : [])),
    missing.filter(([type]) => !untold.has(type)),
  ];
  const include = [...new Set(notIncluded.map(([, word]) => word))];
  const words = [
    ...(include.length === 0
      ? []
      : [
          `not known, since the sync did not read them: ${titlesOf(notIncluded.map(([type]) => type)).join(', ')} ` +
            `(--include ${include.join(',')})`,
        ]),
    ...(notOffered.length === 0
      ? []
      : [`not known, since this deployment of Descope does not tell of them: ${titlesOf(notOffered).join(', ')}`]),
  ];
  return words.length === 0
    ? undefined
    : {
        types: missing.map(([type]) => type),
        include,
        ...(notOffered.length > 0 && { notOffered }),
        words: words.join('; '),
      };
}

/** A secret goes without saying beside what it is of. */
function titlesOf(types: readonly string[]): string[] {
  return types
    .filter((type) => !types.includes(type.replace(/_secret$/, '')) || !type.endsWith('_secret'))
    .map((type) => typeInWords(type, 2));
}

/** Said of every answer about people alone. */
export const humansOnlyInWords = 'people alone are told, --humans-only: keys are left out';

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
  const { settings, groups } = summary.sso ?? {};
  if (settings === 'not-offered') {
    return ['what the next login gives is not known: this deployment of Descope does not tell of SSO configurations'];
  }
  if (!types.has('sso_configuration')) {
    const missing = types.has('idp_group') ? 'sso_configuration' : 'sso_configuration and idp_group';
    return [`what the next login gives is not known: the sync did not read ${missing} (--include)`];
  }
  return [
    ...(settings === 'limited'
      ? ['what the next login gives is known of the default SSO configurations only: this deployment tells no others']
      : []),
    ...(groups === 'not-offered'
      ? ['who is in groups is not known, nor who gains through them: this deployment of Descope does not list groups']
      : types.has('idp_group')
        ? []
        : ['what groups give at the next login is not known: the sync did not read idp_group (--include)']),
  ];
}
