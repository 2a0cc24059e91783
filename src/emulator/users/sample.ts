import { fromBase62, hash, scramble, toBase62, unscramble } from '../random.ts';
import { projectCreated } from '../family.ts';
import { toUserRecord } from './records.ts';
import type { Membership, UserRecord } from './records.ts';
import { rolesInTenant, rolesOfProject, tenantOf } from './sample-access.ts';
import type { SampleTenant } from './sample-access.ts';
import { familyNames, givenNames } from './sample-people.ts';
import type { UserSource } from './source.ts';

const createdSpan = 3.4 * 365 * 86_400;

/** User 0 of every sample project, whatever the seed: Editor in tenant Acme, and nothing else. */
export const adaLovelace = {
  userId: 'U2AdaLovelace000000000000000',
  loginId: 'ada.lovelace@acme.example',
} as const;

/** Role names that no role has: user 11 holds the first project-wide, user 23 the second inside Acme. */
export const danglingRoleNames = ['Legacy Auditor', 'Regional Manager (2021)'] as const;

/**
 * `size` users of the sample company. A user is a pure function of seed and index: nothing is stored, and the ids
 * carry the index so that a lookup needs no table either.
 */
export function createSampleUsers(size: number, seed: number): UserSource {
  const idKey = hash(seed, 0, 99);
  const at = (index: number): UserRecord => {
    if (!Number.isInteger(index) || index < 0 || index >= size) throw new RangeError(`no user has index ${index}`);
    return index === 0 ? ada() : toSampleUser(index, seed, idKey, createdTimeAt(index, size));
  };
  const indexOfUserId = (userId: string): number | undefined => {
    if (userId === adaLovelace.userId) return size > 0 ? 0 : undefined;
    if (userId.length !== 28) return undefined;
    const index = unscramble(fromBase62(userId.slice(1, 7)), idKey);
    return index > 0 && index < size && toUserId(index, seed, idKey) === userId ? index : undefined;
  };
  return {
    size,
    at,
    createdTimeAt: (index) => createdTimeAt(index, size),
    isTestAt,
    indexOfUserId,
    candidates: (text) => {
      const index = indexInText(text);
      return index < size ? [index] : [];
    },
  };
}

/** One user in sixty; a formula, so that searches without test users need no scan. */
function isTestAt(index: number): boolean {
  return index % 60 === 41;
}

/**
 * Whole blocks of 32 were imported within one second, and elsewhere every fifth shares its predecessor's: ties are
 * common.
 */
function createdTimeAt(index: number, size: number): number {
  const block = Math.floor(index / 32);
  const slot = hash(7, block, 7) % 8 === 3 ? block * 32 : index - (index % 5 === 4 ? 1 : 0);
  return projectCreated + Math.floor((slot * createdSpan) / size);
}

function toUserId(index: number, seed: number, idKey: number): string {
  let id = `U${toBase62(scramble(index, idKey), 6)}`;
  for (let salt = 0; salt < 4; salt += 1) id += toBase62(hash(seed, index, 100 + salt), 5);
  return id + toBase62(hash(seed, index, 104), 1);
}

/** Reads the index back out of what `toSampleUser` writes: `name.name.17@…`, `name17`, `+155500000017`. */
function indexInText(text: string): number {
  if (text === adaLovelace.loginId) return 0;
  const digits = /^\+1555(\d+)$/.exec(text) ?? /^[a-z]+(\d+)$/.exec(text) ?? /\.(\d+)@/.exec(text);
  return digits ? Number(digits[1]) : Number.POSITIVE_INFINITY;
}

function ada(): UserRecord {
  return toUserRecord(
    {
      loginIds: [adaLovelace.loginId],
      name: 'Ada Lovelace',
      givenName: 'Ada',
      familyName: 'Lovelace',
      email: adaLovelace.loginId,
      verifiedEmail: true,
      tenants: [{ tenantId: 'acme', roleNames: ['Editor'] }],
      customAttributes: { department: 'Analysis', costCenter: 1843 },
      TOTP: true,
      password: true,
    },
    adaLovelace.userId,
    projectCreated,
  );
}

function toSampleUser(index: number, seed: number, idKey: number, createdTime: number): UserRecord {
  const dice = hash(seed, index, 1);
  const given = givenNames[dice % givenNames.length] ?? { text: '', ascii: '' };
  const family = familyNames[(dice >>> 8) % familyNames.length] ?? { text: '', ascii: '' };
  const home = tenantOf(hash(seed, index, 2));
  const test = isTestAt(index);
  const phoneOnly = index % 75 === 30;
  const phone = phoneOnly || index % 9 === 2 ? `+1555${String(index).padStart(8, '0')}` : '';
  const email = phoneOnly ? '' : `${given.ascii}.${family.ascii}.${index}@${domainOf(home, test)}`;
  const flags = hash(seed, index, 3);
  const scim = home?.id === 'northwind-retail' && flags % 3 === 0;
  const named = !phoneOnly;

  // Written out in full rather than filled in by toUserRecord: a million of these are made.
  return {
    userId: toUserId(index, seed, idKey),
    loginIds: loginIdsOf(index, email, phone, given.ascii),
    name: named ? `${given.text} ${family.text}` : '',
    givenName: named ? given.text : '',
    middleName: '',
    familyName: named ? family.text : '',
    picture: '',
    email,
    phone,
    verifiedEmail: email !== '' && flags % 8 !== 0,
    verifiedPhone: phone !== '',
    roleNames: index === 11 ? [danglingRoleNames[0]] : rolesOfProject(hash(seed, index, 4)),
    tenants: membershipsOf(index, seed, home),
    status: statusOf(hash(seed, index, 5), test),
    test,
    customAttributes: attributesOf(flags),
    createdTime,
    modifiedTime: createdTime,
    ssoAppIds: fixedApps.get(index) ?? (flags % 31 === 0 ? ['SA2StockLedger', 'SA2Wiki'] : []),
    TOTP: (flags >>> 4) % 4 === 0,
    SAML: home?.id === 'initech',
    OIDC: home?.id === 'lumiere',
    SCIM: scim,
    webauthn: (flags >>> 6) % 5 === 0,
    password: !scim && home?.id !== 'initech' && email !== '',
    push: (flags >>> 9) % 16 === 0,
    OAuth: (flags >>> 12) % 7 === 0 ? { google: true } : {},
    extra: {},
  };
}

function loginIdsOf(index: number, email: string, phone: string, ascii: string): string[] {
  const username = index % 20 === 7 ? `${ascii}${index}` : '';
  return [email, username, email === '' || index % 45 === 2 ? phone : ''].filter((loginId) => loginId !== '');
}

/** Users whose memberships are the same whatever the seed, so that every sample has what is rare. */
const fixedMemberships: ReadonlyMap<number, readonly Membership[]> = new Map([
  [23, [{ tenantId: 'acme', roleNames: [danglingRoleNames[1]] }]],
  // In the middle of the tree of Northwind: what they hold flows down from there.
  [28, [{ tenantId: 'northwind-foods', roleNames: ['Quality Lead', 'Billing Manager'] }]],
  [29, [{ tenantId: 'northwind-bakery', roleNames: ['Editor'] }]],
]);

/** Users whose apps are the same whatever the seed: one app only, one that is switched off, and one that is gone. */
const fixedApps: ReadonlyMap<number, readonly string[]> = new Map([
  [5, ['SA2Wiki']],
  [6, ['SA2OldPayroll', 'SA2StockLedger']],
  [7, ['SA2Wiki', 'SA2Retired']],
]);

function membershipsOf(index: number, seed: number, home: SampleTenant | undefined): readonly Membership[] {
  const fixed = fixedMemberships.get(index);
  if (fixed) return fixed;
  if (!home) return [];
  const first = { tenantId: home.id, roleNames: rolesInTenant(hash(seed, index, 6), home) };
  const guest = index % 10 === 3 ? tenantOf(hash(seed, index, 7)) : undefined;
  if (!guest || guest.id === home.id) return [first];
  return [first, { tenantId: guest.id, roleNames: rolesInTenant(hash(seed, index, 8), guest) }];
}

function domainOf(home: SampleTenant | undefined, test: boolean): string {
  return test ? 'qa.example' : (home?.domain ?? 'people.example');
}

function statusOf(dice: number, test: boolean): string {
  const at = dice % 100;
  if (test || at < 80) return 'enabled';
  if (at < 90) return 'invited';
  return at < 97 ? 'disabled' : 'expired';
}

const departments = ['Finance', 'Sales', 'Warehouse', 'Engineering', 'Support', 'Ventes & marketing'];

function attributesOf(flags: number): Readonly<Record<string, unknown>> {
  const department = departments[flags % departments.length];
  if (flags % 4 === 0) return {};
  if (flags % 4 === 1) return { department };
  if (flags % 4 === 2) return { department, costCenter: 1000 + (flags % 97), contractor: (flags >>> 5) % 2 === 0 };
  return { department, skills: ['forklift', 'français'], floor: (flags >>> 3) % 12 };
}
