import { ApiError, invalidArgument, invented } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import { endpoint } from '../endpoint.ts';
import type { EndpointCall, Endpoints } from '../endpoint.ts';
import { createRequestBody } from '../request-body.ts';
import type { RequestBody } from '../request-body.ts';
import type { UserContext } from './context.ts';
import { toUserRecord } from './records.ts';
import type { Membership, UserRecord } from './records.ts';
import { toWireUser } from './wire.ts';

const createFields: readonly string[] = (
  'loginId identifier email phone verifiedEmail verifiedPhone name displayName givenName middleName familyName roleNames ' +
  'userTenants customAttributes picture additionalIdentifiers additionalLoginIds ssoAppIds ssoAppIDs status password ' +
  'hashedPassword invite sendMail sendSMS inviteUrl templateOptions templateId locale test recoveryEmail recoveryPhone'
).split(' ');

/**
 * Creating a user, and inviting one: with `invite` a message goes out, each time that it is asked, and the answer does
 * not say who is new.
 */
export function createEndpoints(context: UserContext): Endpoints {
  const create = ({ body }: EndpointCall, test: boolean): Answer => {
    const isInvite = body.flag('invite') === true;
    const asked = invitedById(context, body) ?? takerOf(context, loginIdsOf(body), tenantIdsOf(body));
    if (asked !== undefined) {
      return answerTaken(context, asked, isInvite);
    }
    const record = toCreated(context, body, test);
    if (isInvite) {
      checkReached(record);
    }
    context.users.put(record);
    if (isInvite) {
      context.invitations.send(record);
    }
    return { json: { user: toWireUser(record, context), ...(!isInvite && { created: true }) } };
  };
  return {
    'POST /v1/mgmt/user/create': endpoint(createFields, (call) => create(call, call.body.flag('test') === true)),
    'POST /v1/mgmt/user/create/test': endpoint(createFields, (call) => create(call, true)),
  };
}

/** An invitation of somebody by the user id: the user must be there, and nothing is created. */
function invitedById({ users }: UserContext, body: RequestBody): UserRecord | undefined {
  const [id = ''] = loginIdsOf(body);
  const ref = body.flag('invite') === true ? users.live.findByUserId(id) : undefined;
  return ref === undefined ? undefined : users.live.get(ref);
}

function answerTaken(context: UserContext, user: UserRecord, isInvite: boolean): Answer {
  const { existingLoginId } = context.switches;
  if (!isInvite && existingLoginId !== 'returned') {
    const status = existingLoginId === 'conflict' ? 409 : 400;
    throw new ApiError(status, 'E062107', 'User already exists', 'A user with this login id exists already');
  }
  if (!isInvite) {
    return { json: { user: toWireUser(user, context), created: false } };
  }
  const invited = user.status === 'expired' ? { ...user, status: 'invited' } : user;
  if (invited !== user) {
    context.users.put(invited);
  }
  context.invitations.send(invited);
  return { json: { user: toWireUser(invited, context) } };
}

/** A message needs an address. */
function checkReached({ email, phone, loginIds }: UserRecord): void {
  if (email === '' && phone === '' && !loginIds.some((loginId) => /@|^\+\d+$/.test(loginId))) {
    throw invalidArgument('An invitation needs an email address or a phone number');
  }
}

function loginIdsOf(body: RequestBody): readonly string[] {
  const loginId = body.text('loginId') || body.required('identifier');
  return [...new Set([loginId, ...body.texts('additionalLoginIds'), ...body.texts('additionalIdentifiers')])];
}

function tenantIdsOf(body: RequestBody): readonly string[] {
  return body.objects('userTenants').map((value) => createRequestBody(value, undefined).required('tenantId'));
}

function toCreated(context: UserContext, body: RequestBody, test: boolean): UserRecord {
  const { switches, roles } = context;
  const loginIds = loginIdsOf(body);
  const isInvite = body.flag('invite') === true;
  const tenants = body.objects('userTenants').map((value): Membership => {
    const entry = createRequestBody(value, undefined);
    const { id, defaultRoles } = context.tenants.find(entry.required('tenantId'));
    const roleNames = entry.texts('roleNames');
    return { tenantId: id, roleNames: switches.defaultRoles === 'on' ? [...roleNames, ...defaultRoles] : roleNames };
  });
  const undefinedAttribute = context.attributes.unknown(body.object('customAttributes'));
  if (undefinedAttribute !== undefined) {
    throw invented(400, 'E990041', 'Unknown attribute', `The attribute ${undefinedAttribute} is not defined`);
  }
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
      status: isInvite || switches.createdStatus === 'invited' ? 'invited' : body.text('status') || 'invited',
      test,
    },
    context.newUserId(),
    context.nowSeconds(),
  );
}

/** Who has one of the login ids: they are unique; with isolation on, only among users who share a tenant. */
function takerOf(
  context: UserContext,
  loginIds: readonly string[],
  tenantIds: readonly string[],
): UserRecord | undefined {
  const { live } = context.users;
  const isolated = context.switches.loginIdIsolation === 'on';
  return loginIds
    .flatMap((loginId) =>
      live
        .findByText(loginId)
        .map((ref) => live.get(ref))
        .filter((user) => user.loginIds.includes(loginId)),
    )
    .find((user) => !isolated || sharesTenant(user.tenants, tenantIds));
}

function sharesTenant(tenants: readonly Membership[], tenantIds: readonly string[]): boolean {
  return (
    tenants.some(({ tenantId }) => tenantIds.includes(tenantId)) || (tenants.length === 0 && tenantIds.length === 0)
  );
}
