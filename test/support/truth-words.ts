import type { AccessKeyRecord, ManagementKeyRecord, Seconds } from './company-records.ts';

/** What the oracles of a company share: how rows are written as protobuf JSON, by the words of the access model. */
export type Json = Readonly<Record<string, unknown>>;

/** Resources by `<type>:<id>`; grants by id, with what GrantMetadata says of them, undefined for nothing. */
export interface TruthInMaking {
  readonly resources: Map<string, Json>;
  readonly grants: Map<string, Json | undefined>;
}

export function addResource({ resources }: TruthInMaking, type: string, id: string, row: Json): void {
  resources.set(`${type}:${id}`, { id: { resourceType: type, resource: id }, ...row });
}

/** Text without halves of characters. */
export function whole(text: string): string {
  return Buffer.from(text).toString();
}

export function filled(words: readonly string[]): string[] {
  return words.filter((word) => word !== '');
}

export function distinct(words: readonly string[]): string[] {
  return words.filter((word, place) => words.indexOf(word) === place);
}

export function named(name: string, id: string): string {
  return name.trim() === '' ? id : whole(name);
}

export function trait(name: string, fields: Json): Json {
  return { '@type': `type.googleapis.com/c1.connector.v2.${name}`, ...fields };
}

/** Undefined for what stands for "never" or "not set". */
export function dateOf(given: Seconds): number | undefined {
  const seconds = Number(given);
  const isDate = seconds > 0 && seconds !== 2 ** 31 - 1 && seconds < Date.UTC(9999, 0) / 1000;
  return isDate ? seconds * 1000 : undefined;
}

export function second(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Keys that share a name are told apart by the end of the id. */
export function nameOfKey(
  { id, name }: { readonly id: string; readonly name: string },
  all: readonly { readonly name: string }[],
): string {
  const isShared = all.filter((other) => other.name === name).length > 1;
  return name.trim() !== '' && isShared ? whole(`${name} (${id.slice(-6)})`) : named(name, id);
}

const keyStatuses = new Map([
  ['active', 'ENABLED'],
  ['inactive', 'DISABLED'],
  ['expired', 'DISABLED'],
]);

/** What both resources of a key have. `nowMs` decides whether it has expired; `profile` is what only its kind has. */
export function keyRow(
  key: AccessKeyRecord | ManagementKeyRecord,
  displayName: string,
  nowMs: number,
  profile: Json,
): Json {
  const ends = dateOf(key.expireTime);
  const created = dateOf(key.createdTime);
  const word = ends !== undefined && ends <= nowMs ? 'expired' : whole(key.status);
  const status = keyStatuses.get(word) ?? 'UNSPECIFIED';
  return {
    displayName,
    description: whole(key.description),
    status: { status: `RESOURCE_STATUS_${status}`, details: word === 'active' ? '' : word },
    ...(created !== undefined && { createdAt: second(created) }),
    profile: {
      key_id: key.id,
      name: whole(key.name),
      description: whole(key.description),
      status: word,
      expires_at: ends === undefined ? '' : new Date(ends).toISOString(),
      permitted_ips: filled(key.permittedIps).map(whole),
      ...profile,
    },
  };
}

/** The two traits of a principal that is no person. */
export function accountTraits(row: Json, detail: string): Json[] {
  const { status, details } = row['status'] as { readonly status: string; readonly details: string };
  return [
    trait('UserTrait', {
      accountType: 'ACCOUNT_TYPE_SERVICE',
      status: { status: status.replace('RESOURCE_', ''), details },
      profile: row['profile'],
      createdAt: row['createdAt'],
    }),
    trait('NonHumanIdentityTrait', { nhiDetail: detail }),
  ];
}

export function secretTrait(
  { createdTime, expireTime }: Pick<AccessKeyRecord, 'createdTime' | 'expireTime'>,
  detail: string,
  who: Json,
): Json {
  const [created, ends] = [dateOf(createdTime), dateOf(expireTime)];
  return trait('SecretTrait', {
    ...(created !== undefined && { createdAt: second(created) }),
    ...(ends !== undefined && { expiresAt: second(ends) }),
    credentialType: 'CREDENTIAL_TYPE_STATIC_SECRET',
    credentialDetail: detail,
    ...who,
  });
}
