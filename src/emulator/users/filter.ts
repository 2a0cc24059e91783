import { badRequest } from '../api-error.ts';
import type { UserRecord } from './records.ts';
import { createRequestBody, isObject } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import type { UserSwitches } from './switches.ts';
import type { UserNames } from './wire.ts';

export type UserTest = (record: UserRecord) => boolean;

/** The filters of a user search that need a look at each user: none, one or several tests, all of which must hold. */
export function toUserTests(body: RequestBody, names: UserNames, switches: UserSwitches): UserTest[] {
  return [
    ...membershipTests(body, names),
    ...roleTests(body, names, switches),
    ...identityTests(body),
    ...methodTests(body),
    ...timeTests(body),
  ];
}

function membershipTests(body: RequestBody, { tenants }: UserNames): UserTest[] {
  const asked = body.texts('tenantIds');
  if (asked.length === 0) return [];
  const wanted = body.flag('includeSubTenants') === true ? tenants.withDescendants(asked) : new Set(asked);
  return [(record) => record.tenants.some((membership) => wanted.has(membership.tenantId))];
}

function roleTests(body: RequestBody, { roles }: UserNames, switches: UserSwitches): UserTest[] {
  const tests: UserTest[] = [];
  const roleNames = body.texts('roleNames');
  if (roleNames.length > 0) {
    const anywhere = switches.roleNamesFilter === 'anywhere';
    tests.push(
      (record) =>
        overlaps(record.roleNames, roleNames) ||
        (anywhere && record.tenants.some((membership) => overlaps(membership.roleNames, roleNames))),
    );
  }
  const nameOf = (id: string): string => roles.all().find((role) => role.id === id)?.name ?? '';
  const named = Object.entries(body.object('tenantRoleNames')).map(([id, value]) => toTenantRoles(id, value));
  const byId = Object.entries(body.object('tenantRoleIds')).map(([id, value]) => {
    const { tenantId, values, and } = toTenantRoles(id, value);
    return { tenantId, values: values.map((roleId) => nameOf(roleId)), and };
  });
  for (const entries of [named, byId]) {
    if (entries.length > 0) tests.push((record) => entries.some((entry) => holdsInside(record, entry)));
  }
  return tests;
}

interface TenantRoles {
  readonly tenantId: string;
  readonly values: readonly string[];
  readonly and: boolean;
}

function toTenantRoles(tenantId: string, value: unknown): TenantRoles {
  if (!isObject(value)) throw badRequest('A tenant role filter is not an object {values, and}');
  const entry = createRequestBody(value, ['values', 'and']);
  return { tenantId, values: entry.texts('values'), and: entry.flag('and') === true };
}

function holdsInside(record: UserRecord, { tenantId, values, and }: TenantRoles): boolean {
  const held = record.tenants.find((membership) => membership.tenantId === tenantId)?.roleNames;
  if (!held) return false;
  return and ? values.every((name) => held.includes(name)) : overlaps(held, values);
}

function identityTests(body: RequestBody): UserTest[] {
  const tests: UserTest[] = [];
  const oneOf = (field: string, read: (record: UserRecord) => readonly string[]): void => {
    const wanted = body.texts(field);
    if (wanted.length > 0) tests.push((record) => overlaps(read(record), wanted));
  };
  const loginId = body.text('loginId') || body.text('identifier');
  if (loginId !== '') tests.push((record) => record.loginIds.includes(loginId));
  oneOf('loginIds', (record) => record.loginIds);
  oneOf('userIds', (record) => [record.userId]);
  oneOf('emails', (record) => [record.email]);
  oneOf('phones', (record) => [record.phone]);
  oneOf('recoveryEmails', () => []);
  oneOf('recoveryPhones', () => []);
  oneOf('statuses', (record) => [record.status]);
  oneOf('ssoAppIds', (record) => record.ssoAppIds);
  const text = body.text('text').toLowerCase();
  if (text !== '') {
    tests.push((record) =>
      [record.userId, record.name, record.email, record.phone, ...record.loginIds].some((value) =>
        value.toLowerCase().includes(text),
      ),
    );
  }
  for (const [key, wanted] of Object.entries(body.object('customAttributes'))) {
    tests.push((record) => JSON.stringify(record.customAttributes[key]) === JSON.stringify(wanted));
  }
  return tests;
}

function methodTests(body: RequestBody): UserTest[] {
  const tests: UserTest[] = [];
  const flags: readonly (readonly [string, UserTest])[] = [
    ['verifiedEmail', (record) => record.verifiedEmail],
    ['verifiedPhone', (record) => record.verifiedPhone],
    ['verifiedRecoveryEmail', () => false],
    ['verifiedRecoveryPhone', () => false],
    ['scim', (record) => record.SCIM],
    ['password', (record) => record.password],
    ['totp', (record) => record.TOTP],
    ['webauthn', (record) => record.webauthn],
  ];
  for (const [field, holds] of flags) {
    const wanted = body.flag(field);
    if (wanted !== undefined) tests.push((record) => holds(record) === wanted);
  }
  if (body.flag('ssoOnly') === true) tests.push((record) => record.SAML || record.OIDC);
  if (body.flag('scimOnly') === true) tests.push((record) => record.SCIM);
  if (body.flag('testUsersOnly') === true) tests.push((record) => record.test);
  return tests;
}

function timeTests(body: RequestBody): UserTest[] {
  const from = body.time('fromModifiedTime') ?? 0;
  const to = body.time('toModifiedTime') ?? 0;
  const tests: UserTest[] = [];
  if (from > 0) tests.push((record) => record.modifiedTime * 1000 >= from);
  if (to > 0) tests.push((record) => record.modifiedTime * 1000 <= to);
  return tests;
}

function overlaps(held: readonly string[], wanted: readonly string[]): boolean {
  return wanted.some((name) => held.includes(name));
}
