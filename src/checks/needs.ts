import type { FileIndex } from '../answers/file-index.ts';
import { optInTypes, typeInWords } from '../sync-format/known-types.ts';
import { typesNotOffered } from '../sync-format/offered.ts';
import type { Need } from './rule.ts';

type Facts = Pick<FileIndex, 'types' | 'summary' | 'inheritance' | 'gap' | 'database'>;

/**
 * What must be known before it can be said that nobody else has something: who holds it directly is in every sync, and keys
 * and what tenants inherit are not.
 */
export const allHolders: readonly Need[] = ['access_key', 'inherited'];

/** Why what needs all of these cannot be said; undefined where it can. */
export function lacksOf(needs: readonly Need[], index: Facts): string | undefined {
  const lacks = needs.flatMap((need) => lackOf(need, index) ?? []);
  return lacks.length === 0 ? undefined : [...new Set(lacks)].join('; ');
}

/** Why a rule that needs this cannot be evaluated; undefined where it can. A sentence without an end. */
export function lackOf(need: Need, index: Facts): string | undefined {
  const { types, summary, inheritance } = index;
  switch (need) {
    case 'time':
      return Number.isNaN(Date.parse(summary.finishedAt ?? ''))
        ? 'the file does not tell when its sync was'
        : undefined;
    case 'references':
      return summary.dangling === undefined
        ? 'the file does not tell of references that lead nowhere: another tool wrote it'
        : undefined;
    case 'ambiguous':
      return summary.ambiguous === undefined
        ? 'the file does not tell which names mean two roles: another tool wrote it'
        : undefined;
    case 'inheritance':
      return inheritance.isDerived
        ? undefined
        : 'what tenants inherit is not in the file: an older version or another tool wrote it, or --inheritance none did';
    case 'inherited':
      return index.gap.inheritingTenants === 0 ? undefined : lackOf('inheritance', index);
    case 'last_login':
      return tellsLogins(index)
        ? undefined
        : 'the file tells of nobody when they last signed in (sync with --last-login audit or history)';
    case 'consents':
      return (
        lackOf('third_party_app', index) ??
        (summary.third_party?.consents === 'not-offered'
          ? 'this deployment of Descope does not tell of consents'
          : undefined)
      );
    case 'all_configurations':
      return summary.sso?.settings === 'limited'
        ? 'this deployment of Descope tells of the default SSO configuration of each tenant only'
        : undefined;
    case 'tenant_settings':
      return summary.sso?.tenant_settings === 'not-offered'
        ? 'this deployment of Descope does not tell of the settings of tenants'
        : undefined;
    case 'scim_keys':
      return summary.access_keys?.scim === 'not-offered'
        ? 'this deployment of Descope does not tell which access keys are those of SCIM'
        : undefined;
    default:
      return lackOfType(need, types, summary);
  }
}

/** A file of an earlier version does not say whether it does, and is searched; of a store that takes a while. */
function tellsLogins({ summary, database }: Facts): boolean {
  return summary.last_login === undefined
    ? database.prepare('select 1 from last_login limit 1').get() !== undefined
    : summary.last_login !== 'off';
}

function lackOfType(type: string, types: Facts['types'], summary: Facts['summary']): string | undefined {
  if (types.has(type)) {
    return undefined;
  }
  const title = typeInWords(type, 2);
  return typesNotOffered(summary).has(type)
    ? `this deployment of Descope does not tell of ${title}`
    : `the sync did not read ${title} (--include ${includeOf(type)})`;
}

function includeOf(type: string): string {
  return new Map<string, string>(Object.entries(optInTypes)).get(type) ?? type;
}
