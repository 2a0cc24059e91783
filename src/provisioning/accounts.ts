import { customAttributeList } from '../descope/custom-attributes.ts';
import type { CallOptions } from '../descope/http/call.ts';
import { endpointLabel } from '../descope/http/endpoint.ts';
import { tenantList } from '../descope/tenants.ts';
import { toSetPasswordRequest } from '../descope/users/passwords.ts';
import { type NewUser, userLifecycleEndpoints } from '../descope/users/user-lifecycle.ts';
import { ConnectorError } from '../errors.ts';
import { maxIdBytes } from '../model/ids.ts';
import { quoted } from '../printable.ts';
import { checkAttributes } from './account-attributes.ts';
import { type AskedAccount, readAccount } from './account-request.ts';
import { Secret } from '../secret.ts';
import type { FirstPassword } from './after-creation.ts';
import { askedCreation, type Created } from './create-account.ts';
import { passwordPolicies } from './password-policies.ts';
import type { OperationTools, Provisioner } from './provisioner.ts';
import { type PasswordAsk, randomPassword } from './random-password.ts';

/**
 * Creates or invites the user that a request asks for; written down also where it is refused. `check` looks at the rest
 * of the request first, and says which password the user is to have.
 */
export async function createAccount(
  provisioner: Provisioner,
  account: AskedAccount,
  check: () => PasswordWish | undefined | Promise<PasswordWish | undefined>,
  signal?: AbortSignal,
): Promise<Created> {
  const words = { operation: 'create', account: nameOf(account).slice(0, maxIdBytes) } as const;
  return await provisioner.perform(
    words,
    async (tools) => {
      const wish = await check();
      const call = signal === undefined ? {} : { signal };
      const user = readAccount(account);
      if (wish !== undefined && user.isInvited) {
        throw new ConnectorError(
          'invalid',
          `${(account.called ?? String)('send_invite')} goes without a password: who is invited chooses how to sign in`,
        );
      }
      const checked = await checkedInProject(user, tools, call, (account.called ?? String)('tenant_ids'));
      return askedCreation(checked, tools, wish && (await firstPassword(wish, checked, tools, call)));
    },
    signal,
  );
}

/** What is asked of a first password. */
export interface PasswordWish {
  readonly ask: PasswordAsk;
  /** The user must choose another at the first login. */
  readonly isTemporary: boolean;
}

/** A password that the project and every tenant of the user take. */
async function firstPassword(
  { ask, isTemporary }: PasswordWish,
  { tenantIds, loginId, additionalLoginIds, email }: NewUser,
  tools: OperationTools,
  call: CallOptions,
): Promise<FirstPassword> {
  const policies = await passwordPolicies(tenantIds, tools, call);
  return { value: new Secret(randomPassword(ask, policies, [loginId, ...additionalLoginIds, email])), isTemporary };
}

/** What of a user only the project can tell to be right: the tenants, and the custom attributes. */
async function checkedInProject(
  user: NewUser,
  { client }: OperationTools,
  call: CallOptions,
  tenantsField: string,
): Promise<NewUser> {
  const { tenantIds, customAttributes } = user;
  const [tenants, attributes] = await Promise.all([
    tenantIds.length === 0 ? [] : client.readList(tenantList, call),
    Object.keys(customAttributes).length === 0 ? [] : client.readList(customAttributeList, call),
  ]);
  const known = new Set(tenants.map(({ id }) => id));
  const unknown = tenantIds.find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new ConnectorError(
      'invalid',
      `${tenantsField} names ${quoted(unknown)}, and the project has no tenant with this id`,
    );
  }
  return { ...user, customAttributes: checkAttributes(customAttributes, attributes) };
}

/** How a request names the account, before it is understood. */
function nameOf({ login, emails, profile }: AskedAccount): string {
  const asked = profile['login_id'];
  return (typeof asked === 'string' && asked !== '' ? asked : login) || (emails[0]?.address ?? '');
}

/** The calls that the management key must be allowed to make to create accounts of a type. */
export function createRightsOf(typeId: string): readonly string[] {
  const { createUser, createTestUser } = userLifecycleEndpoints;
  const passwords = [true, false].map((isTemporary) => toSetPasswordRequest({ loginId: 'any', isTemporary }).endpoint);
  return typeId === 'user' ? [createUser, createTestUser, ...passwords].map(endpointLabel) : [];
}
