import { isFoundingType } from '../model/ids.ts';

/**
 * The types that a sync reads only where it is asked to, each with the word that `--include` takes for it. A test holds
 * this to the registry, which those who read files do without: it brings all of Descope's API with it.
 */
export const optInTypes = {
  access_key: 'access_key',
  access_key_secret: 'access_key',
  sso_configuration: 'sso_configuration',
  idp_group: 'idp_group',
  application: 'application',
  third_party_app: 'third_party_app',
  project: 'console',
  console_admin: 'console',
  management_key: 'console',
  management_key_secret: 'console',
  finding: 'finding',
} as const;

/** Whether this version knows a type. */
export function isKnownType(typeId: string): boolean {
  return isFoundingType(typeId) || Object.hasOwn(optInTypes, typeId);
}

/** What people call a type whose id does not say it. */
const words: Readonly<Record<string, string>> = {
  sso_configuration: 'SSO configuration',
  idp_group: 'identity provider group',
  third_party_app: 'third-party app',
  console_admin: 'console administrator',
};

/** What a type is called in a sentence: "access key", and "access keys" for several. */
export function typeInWords(typeId: string, count = 1): string {
  return `${words[typeId] ?? typeId.replaceAll('_', ' ')}${count === 1 ? '' : 's'}`;
}

/** The same with its article: "an access key", "a role". */
export function typeWithArticle(typeId: string): string {
  const word = typeInWords(typeId);
  return `${/^(?!user)[aeiou]|^SSO/.test(word) ? 'an' : 'a'} ${word}`;
}
