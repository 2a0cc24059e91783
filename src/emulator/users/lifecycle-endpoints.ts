import { ApiError, fieldRequired, invalidArgument } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { EndpointCall, Endpoints } from '../endpoint.ts';
import { changeContact } from './contact.ts';
import type { ContactKind } from './contact.ts';
import type { UserContext } from './context.ts';
import { toUserRecord } from './records.ts';
import type { Membership, UserRecord } from './records.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import { addressedUser, saved } from './role-endpoints.ts';
import { findUser } from './read-endpoints.ts';
import { toWireUser } from './wire.ts';

const createFields: readonly string[] = (
  'loginId identifier email phone verifiedEmail verifiedPhone name displayName givenName middleName familyName roleNames ' +
  'userTenants customAttributes picture additionalIdentifiers additionalLoginIds ssoAppIds ssoAppIDs status password ' +
  'hashedPassword invite sendMail sendSMS inviteUrl templateOptions templateId locale test recoveryEmail recoveryPhone'
).split(' ');

/** What a status can be set to. */
export const settableStatuses = new Set(['enabled', 'disabled', 'invited']);

/** Creating, enabling, changing the address of, and deleting users. */
export function userLifecycleEndpoints(context: UserContext): Endpoints {
  const { users } = context;
  const create = ({ body }: EndpointCall, test: boolean): Answer => {
    const record = toCreated(context, body, test);
    users.put(record);
    return { json: { user: toWireUser(record, context), created: true } };
  };
  const updateContact = ({ body }: EndpointCall, kind: ContactKind): Answer => {
    const user = addressedUser(context, body);
    const fails = body.flag('failOnConflict') === true;
    const changed = changeContact(context, user, kind, { value: body.text(kind), fails });
    const verified = body.flag('verified') === true;
    return saved(context, {
      ...changed,
      ...(kind === 'email' ? { verifiedEmail: verified } : { verifiedPhone: verified }),
    });
  };

  return {
    'POST /v1/mgmt/user/create': endpoint(createFields, (call) => create(call, call.body.flag('test') === true)),
    'POST /v1/mgmt/user/create/test': endpoint(createFields, (call) => create(call, true)),
    'POST /v1/mgmt/user/update/status': endpoint(['loginId', 'identifier', 'status'], ({ body }) => {
      const user = addressedUser(context, body);
      const status = body.required('status');
      if (!settableStatuses.has(status)) throw invalidArgument(`status cannot be set to "${status}"`);
      return saved(context, { ...user, status });
    }),
    'POST /v1/mgmt/user/update/email': endpoint(
      ['loginId', 'identifier', 'email', 'verified', 'failOnConflict'],
      (call) => updateContact(call, 'email'),
    ),
    'POST /v1/mgmt/user/update/phone': endpoint(
      ['loginId', 'identifier', 'phone', 'verified', 'failOnConflict'],
      (call) => updateContact(call, 'phone'),
    ),
    'POST /v1/mgmt/user/delete': endpoint(['loginId', 'identifier', 'userId'], ({ body }) => {
      const id = body.text('userId');
      const user = id === '' ? addressedUser(context, body) : findUser(context, users.live, id);
      users.remove(user.userId);
      return nothing;
    }),
    'POST /v1/mgmt/user/delete/batch': endpoint(['userIds'], ({ body }) => {
      if (body.texts('userIds').length === 0) throw fieldRequired('userIds');
      context.audit.together(() => {
        for (const userId of body.texts('userIds')) users.remove(userId);
      });
      return nothing;
    }),
  };
}

function toCreated(context: UserContext, body: RequestBody, test: boolean): UserRecord {
  const { switches, roles } = context;
  const loginId = body.text('loginId') || body.required('identifier');
  const more = [...body.texts('additionalLoginIds'), ...body.texts('additionalIdentifiers')];
  const loginIds = [...new Set([loginId, ...more])];
  const tenants = body.objects('userTenants').map((value): Membership => {
    const entry = createRequestBody(value, undefined);
    const { id, defaultRoles } = context.tenants.find(entry.required('tenantId'));
    const roleNames = entry.texts('roleNames');
    return { tenantId: id, roleNames: switches.defaultRoles === 'on' ? [...roleNames, ...defaultRoles] : roleNames };
  });
  checkLoginIds(context, loginIds, tenants);
  const given = body.texts('roleNames');
  const roleLess = given.length === 0 && tenants.every((membership) => membership.roleNames.length === 0);
  const defaults =
    switches.defaultRoles === 'on' && roleLess
      ? roles.all().filter((role) => role.default && role.tenantId === '')
      : [];

  return toUserRecord(
    {
      loginIds,
      // The vendor's Node SDK 2.13 sends displayName, which the published contract does not list.
      name: body.text('name') || body.text('displayName'),
      givenName: body.text('givenName'),
      middleName: body.text('middleName'),
      familyName: body.text('familyName'),
      picture: body.text('picture'),
      email: body.text('email'),
      phone: body.text('phone'),
      verifiedEmail: body.flag('verifiedEmail') === true,
      verifiedPhone: body.flag('verifiedPhone') === true,
      roleNames: [...given, ...defaults.map((role) => role.name)],
      tenants,
      customAttributes: body.object('customAttributes'),
      ssoAppIds: [...body.texts('ssoAppIds'), ...body.texts('ssoAppIDs')],
      status: switches.createdStatus === 'as-given' ? body.text('status') || 'invited' : 'invited',
      test,
    },
    context.newUserId(),
    context.nowSeconds(),
  );
}

/** Login ids are unique; with isolation on, only among users who share a tenant. */
function checkLoginIds(context: UserContext, loginIds: readonly string[], tenants: readonly Membership[]): void {
  const { live } = context.users;
  const isolated = context.switches.loginIdIsolation === 'on';
  const taken = loginIds.some((loginId) =>
    live
      .findByText(loginId)
      .map((ref) => live.get(ref))
      .filter((user) => user.loginIds.includes(loginId))
      .some((user) => !isolated || sharesTenant(user.tenants, tenants)),
  );
  if (taken) throw new ApiError(400, 'E062107', 'User already exists', 'A user with this login id exists already');
}

function sharesTenant(a: readonly Membership[], b: readonly Membership[]): boolean {
  return a.some((one) => b.some((other) => other.tenantId === one.tenantId)) || (a.length === 0 && b.length === 0);
}
