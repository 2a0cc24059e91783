import { closest, distance } from 'fastest-levenshtein';
import { type Setting, type SettingName, settings } from './settings.ts';

/** "--project-id" of "--project-id <id>", "--provisioning" of "-p, --provisioning". */
export function longFlag({ flag }: Pick<Setting, 'flag'>): string {
  return /--[a-z0-9-]+/.exec(flag)?.[0] ?? flag;
}

/** How a setting is spelt in a config file: as its flag, without the dashes. */
export function fileKey(setting: Pick<Setting, 'flag'>): string {
  return longFlag(setting).slice(2);
}

/** "descope-project-id" of BATON_DESCOPE_PROJECT_ID: the name that Baton connectors use in files and forms. */
export function ecosystemKey({ env }: Pick<Setting, 'env'>): string {
  return env[0]
    .replace(/^BATON_/, '')
    .toLowerCase()
    .replaceAll('_', '-');
}

/** True when the setting names a file or folder: in a config file such a path counts from the file's own folder. */
export function isPath({ flag }: Pick<Setting, 'flag'>): boolean {
  return /<(file|dir|folder|path)>/.test(flag);
}

/** Where a config file may name the file that holds the management key. The key itself never stands in it. */
export const keyFileKeys: readonly string[] = ['management-key-file', 'descope-management-key-file'];

/** The same for the key of the company. */
export const companyKeyFileKeys: readonly string[] = keyFileKeys.map((key) =>
  key.replace('management', 'company-management'),
);

/** What would be the key itself: refused, and told apart from a mere typing error. */
export const plainKeyKeys: readonly string[] = ['management-key', 'descope-management-key', 'key'];
export const plainCompanyKeyKeys: readonly string[] = ['company-management-key', 'descope-company-management-key'];

/** Which setting a key of a config file means; undefined for none. */
export function settingOfKey(key: string): SettingName | undefined {
  return byKey.get(key);
}

const byKey: ReadonlyMap<string, SettingName> = new Map(
  (Object.keys(settings) as SettingName[]).flatMap((name) =>
    [fileKey(settings[name]), ecosystemKey(settings[name])].map((key) => [key, name] as const),
  ),
);

/** The known key that was probably meant, if one is near enough. Underscores and capitals count as slips, too. */
export function meantKey(key: string): string | undefined {
  const tidy = key
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replaceAll(/[_ .]/g, '-')
    .slice(0, 80);
  const near = closest(tidy, [...byKey.keys(), ...keyFileKeys, ...companyKeyFileKeys]);
  return tidy.length > 1 && distance(tidy, near) <= Math.max(1, Math.floor(tidy.length / 3)) ? near : undefined;
}
