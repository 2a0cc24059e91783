import type { FileSummary } from './summary.ts';

/**
 * The types that a sync was to read and of which the deployment does not tell. That a file has nothing of them says
 * nothing: there may be some.
 */
export function typesNotOffered({ sso, third_party: thirdParty }: FileSummary): ReadonlySet<string> {
  const offers = [
    ['sso_configuration', sso?.settings],
    ['idp_group', sso?.groups],
    ['third_party_app', thirdParty?.apps],
  ] as const;
  return new Set(offers.filter(([, offer]) => offer === 'not-offered').map(([type]) => type));
}
