import { fieldRequired, invented } from '../api-error.ts';
import type { Answer } from '../api-request.ts';
import { endpoint, nothing } from '../endpoint.ts';
import type { Endpoints } from '../endpoint.ts';
import type { PasswordSettings } from '../password-settings.ts';
import type { RequestBody } from '../request-body.ts';
import type { UserContext } from './context.ts';
import { userByLogin } from './factor-endpoints.ts';
import { breachOf, madeUp } from './passwords.ts';

export interface PasswordPolicies {
  readonly of: (tenantId: string) => PasswordSettings;
}

/** Setting and expiring passwords. Nothing tells what the password is or was. */
export function userPasswordEndpoints(context: UserContext, policies: PasswordPolicies, seed: number): Endpoints {
  const { users, passwords, switches, nowSeconds } = context;

  const set = (body: RequestBody, mustChange: boolean): Answer => {
    const user = userByLogin(context, body);
    const given = body.text('password');
    if (given === '' && switches.emptyPassword === 'refused') throw fieldRequired('password');
    const value = given === '' ? madeUp(seed, user.userId) : given;
    const binding = switches.passwordPolicy === 'project' ? [] : user.tenants.map(({ tenantId }) => tenantId);
    for (const tenantId of ['', ...binding]) {
      const breach = breachOf(policies.of(tenantId), {
        value,
        email: user.email,
        before: passwords.before(user.userId),
      });
      if (breach !== undefined) throw invented(400, 'E990032', 'Invalid password', `The password ${breach}`);
    }
    passwords.set(user.userId, { value, mustChange });
    users.put({ ...user, password: true, modifiedTime: nowSeconds() });
    return given === '' ? { json: { cleartext: value } } : nothing;
  };
  const named = ['loginId', 'identifier', 'password', 'setActive'];

  return {
    'POST /v1/mgmt/user/password/set': endpoint(named, ({ body }) => set(body, body.flag('setActive') !== true)),
    'POST /v1/mgmt/user/password/set/temporary': endpoint(named, ({ body }) => set(body, true)),
    'POST /v1/mgmt/user/password/set/active': endpoint(named, ({ body }) => set(body, false)),
    'POST /v1/mgmt/user/password/expire': endpoint(['loginId', 'identifier'], ({ body }) => {
      const user = userByLogin(context, body);
      const password = passwords.of(user.userId);
      if (password === undefined && !user.password) {
        throw invented(400, 'E990031', 'No password', 'The user has no password');
      }
      passwords.set(user.userId, { value: password?.value ?? '', mustChange: true });
      users.put({ ...user, modifiedTime: nowSeconds() });
      return nothing;
    }),
  };
}
