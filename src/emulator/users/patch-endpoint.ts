import { invalidArgument } from '../api-error.ts';
import { endpoint } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import { changeContact } from './contact.ts';
import type { UserContext } from './context.ts';
import { settableStatuses } from './lifecycle-endpoints.ts';
import type { Membership, UserRecord } from './records.ts';
import { addressedUser, saved } from './role-endpoints.ts';

const textFields = ['name', 'givenName', 'middleName', 'familyName', 'picture'] as const;
const flagFields = ['verifiedEmail', 'verifiedPhone'] as const;
const fields: readonly string[] = [
  'loginId',
  'identifier',
  ...textFields,
  'displayName',
  ...flagFields,
  'email',
  'phone',
  'roleNames',
  'userTenants',
  'customAttributes',
  'ssoAppIds',
  'status',
];

/** The update of what is given, and of nothing else. A text that is given empty is cleared. */
export function userPatchEndpoint(context: UserContext): Endpoints {
  const { switches, tenants } = context;

  return {
    'PATCH /v1/mgmt/user/patch': endpoint(fields, ({ body }) => {
      const user = addressedUser(context, body);
      const withContacts = (['email', 'phone'] as const).reduce(
        (record, kind) =>
          body.has(kind) ? changeContact(context, record, kind, { value: body.text(kind), fails: false }) : record,
        user,
      );
      return saved(context, {
        ...withContacts,
        ...textsOf(body),
        ...Object.fromEntries(flagFields.filter((name) => body.has(name)).map((name) => [name, body.flag(name)])),
        ...(body.has('customAttributes') && { customAttributes: attributesOf(body, user) }),
        ...(body.has('status') && { status: statusOf(body) }),
        ...(body.has('ssoAppIds') && { ssoAppIds: listOf(user.ssoAppIds, body.texts('ssoAppIds')) }),
        ...(body.has('roleNames') && { roleNames: listOf(user.roleNames, body.texts('roleNames')) }),
        ...(body.has('userTenants') && { tenants: membershipsOf(body) }),
      });
    }),
  };

  function listOf(held: readonly string[], given: readonly string[]): readonly string[] {
    return switches.patchedLists === 'replaced' ? given : [...new Set([...held, ...given])];
  }

  function membershipsOf(body: RequestBody): readonly Membership[] {
    return body.objects('userTenants').map((value) => {
      const entry = createRequestBody(value, undefined);
      return { tenantId: tenants.find(entry.required('tenantId')).id, roleNames: entry.texts('roleNames') };
    });
  }

  /** Merged by key; a null takes a key away, where the switch says so. */
  function attributesOf(body: RequestBody, user: UserRecord): Readonly<Record<string, unknown>> {
    const given = Object.entries(body.object('customAttributes'));
    const merged = { ...user.customAttributes, ...Object.fromEntries(given.filter(([, value]) => value !== null)) };
    const cleared = new Set(given.filter(([, value]) => value === null).map(([key]) => key));
    return switches.nullAttributes === 'kept'
      ? merged
      : Object.fromEntries(Object.entries(merged).filter(([key]) => !cleared.has(key)));
  }
}

function textsOf(body: RequestBody): Partial<UserRecord> {
  const given = textFields.filter((name) => body.has(name)).map((name) => [name, body.text(name)]);
  const shown = body.has('displayName') ? [['name', body.text('displayName')]] : [];
  return Object.fromEntries([...shown, ...given]) as Partial<UserRecord>;
}

function statusOf(body: RequestBody): string {
  const status = body.required('status');
  if (!settableStatuses.has(status)) throw invalidArgument(`status cannot be set to "${status}"`);
  return status;
}
