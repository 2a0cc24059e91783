import { audit } from '../audit/audit.ts';
import { endpoint } from '../endpoint.ts';
import { defineFamily } from '../family.ts';
import type { FamilyHost } from '../family.ts';
import { groups } from '../groups.ts';
import { roles } from '../roles.ts';
import { defaultSsoId, kindOf } from '../sso/records.ts';
import type { FgaRelation, SsoConfiguration } from '../sso/records.ts';
import { ssoConfigurations } from '../sso/sso.ts';
import { choice, sure } from '../switch-table.ts';
import { tenantSettings } from '../tenant-settings.ts';
import type { UserContext } from '../users/context.ts';
import { rolesIn, toUserRecord, withRoles } from '../users/records.ts';
import type { UserRecord } from '../users/records.ts';
import { withMembership } from '../users/role-endpoints.ts';
import { expireInvited } from '../users/expiry.ts';
import { users } from '../users/users.ts';
import { keepGroups, pushedGroups } from './login-groups.ts';
import type { GroupChange } from './login-groups.ts';
import { mapGroups } from './mapping.ts';
import type { GivenRole } from './mapping.ts';
import { configurationOf, refused, tenantOf } from './place.ts';
import { toTokenView } from './token.ts';
import type { TokenView } from './token.ts';

export interface SignInRequest {
  /** User id or login id; an unknown one makes a user where the tenant allows it. */
  readonly user: string;
  /** The groups that the identity provider names. */
  readonly groups?: readonly string[];
  /** Left out: the one that the address or the only membership says. */
  readonly tenantId?: string;
  /** Left out: the default configuration. */
  readonly ssoId?: string;
}

/** What a login through SSO changed. */
export interface SignIn {
  readonly user: { readonly userId: string; readonly loginId: string; readonly name: string };
  readonly tenant: { readonly id: string; readonly name: string };
  readonly ssoId: string;
  readonly kind: string;
  /** The user was made by this login. */
  readonly created: boolean;
  /** The user became a member of the tenant. */
  readonly joined: boolean;
  /** The user was invited, and is enabled now. */
  readonly enabled: boolean;
  /** Roles inside the tenant that the user did not hold before. */
  readonly gained: readonly GivenRole[];
  /** Roles inside the tenant that the login gives, and that were held already. */
  readonly kept: readonly GivenRole[];
  /** Roles inside the tenant that were replaced. */
  readonly lost: readonly string[];
  /** Mappings and defaults that name a role which is gone. */
  readonly gone: readonly GivenRole[];
  readonly unmappedGroups: readonly string[];
  /** The groups of the login were not looked at, since logins change nothing in this tenant. */
  readonly ignoredGroups: readonly string[];
  readonly groups: GroupChange;
  /** What the mappings say of relations. There is no store for them. */
  readonly relations: readonly FgaRelation[];
  readonly token: TokenView;
}

const signInSwitches = {
  tokenInheritance: sure('documented', choice('included', 'left-out')),
} as const;

/** A login through SSO without an identity provider: it does to the project what the mappings say. */
export const signIn = defineFamily({
  name: 'signIn',
  switches: signInSwitches,
  sample: undefined as readonly never[] | undefined,
  create(host, { switches }) {
    const run = createSignIn(host, switches.tokenInheritance === 'included');
    return {
      state: undefined,
      endpoints: {
        'POST /emulator/login': endpoint(['user', 'groups', 'tenantId', 'ssoId'], ({ body }) => ({
          json: run({
            user: body.required('user'),
            groups: body.texts('groups'),
            tenantId: body.text('tenantId'),
            ssoId: body.text('ssoId'),
          }),
        })),
      },
      controls: {
        /** Throws what the login is refused for. */
        signIn: (request: SignInRequest) => run(request),
      },
    };
  },
});

function createSignIn(host: FamilyHost, withInherited: boolean): (request: SignInRequest) => SignIn {
  const context = host.stateOf(users);
  const sso = host.stateOf(ssoConfigurations);
  const allGroups = host.stateOf(groups);
  const settings = host.stateOf(tenantSettings);

  return ({ user: login, groups: named = [], tenantId = '', ssoId = '' }) => {
    expireInvited(context);
    const known = findByLogin(context, login);
    const tenant = tenantOf(context.tenants, tenantId, login, known);
    const configuration = configurationOf(sso, tenant, ssoId || defaultSsoId);
    const { JITDisabled } = settings.of(tenant.id);
    const before = known ?? created(context, login, JITDisabled);
    checkStatus(before, ({ message }) =>
      host
        .stateOf(audit)
        .append({ action: 'LoginFailed', actorId: before.userId, data: { error_message: message } }, before),
    );

    const asserted = JITDisabled ? [] : [...new Set(named)];
    const held = [
      ...asserted.map((name) => ({ name, id: '' })),
      ...pushedGroups(allGroups, configuration, before.userId).filter(({ name }) => !asserted.includes(name)),
    ];
    const mapped = mapGroups(sso, host.stateOf(roles), configuration, held);
    const joined = rolesIn(before, tenant.id) === undefined;
    const member = joined ? withMembership(context, before, tenant.id) : before;
    const after = withGiven(member, configuration, mapped.given, sso.switches.overrideRoles === 'on');
    const saved = { ...after, status: 'enabled', modifiedTime: context.nowSeconds() };
    context.users.put(saved);
    context.sessions.open(saved.userId);
    const method = kindOf(configuration).toUpperCase();
    host.stateOf(audit).append({ action: 'LoginSucceed', actorId: saved.userId, tenants: [tenant.id], method }, saved);

    const heldBefore = rolesIn(before, tenant.id) ?? [];
    const heldAfter = rolesIn(saved, tenant.id) ?? [];
    const all = [...mapped.given, ...byJoining(member, tenant.id, joined)];
    return {
      user: { userId: saved.userId, loginId: saved.loginIds[0] ?? '', name: saved.name },
      tenant: { id: tenant.id, name: tenant.name },
      ssoId: configuration.ssoId,
      kind: kindOf(configuration),
      created: known === undefined,
      joined,
      enabled: before.status !== 'enabled',
      gained: all.filter(({ role }) => heldAfter.includes(role) && !heldBefore.includes(role)),
      kept: all.filter(({ role }) => heldBefore.includes(role)),
      lost: heldBefore.filter((role) => !heldAfter.includes(role)),
      gone: mapped.gone,
      unmappedGroups: mapped.unmapped,
      ignoredGroups: JITDisabled ? named : [],
      groups: JITDisabled ? { joined: [], left: [] } : keepGroups(allGroups, configuration, saved, asserted),
      relations: mapped.relations,
      token: toTokenView(context, saved, withInherited),
    };
  };
}

function findByLogin({ users: store }: UserContext, login: string): UserRecord | undefined {
  const ref = store.live.findByUserId(login) ?? store.live.findByText(login)[0];
  return ref === undefined ? undefined : store.live.get(ref);
}

/** A user as a first login makes it. Nobody is made where only those count whom SCIM brought. */
function created(context: UserContext, login: string, JITDisabled: boolean): UserRecord {
  if (JITDisabled) throw refused(`Unknown user ${login}: logins make no users in this tenant`);
  const email = login.includes('@') ? login : '';
  return toUserRecord(
    { loginIds: [login], email, verifiedEmail: email !== '' },
    context.newUserId(),
    context.nowSeconds(),
  );
}

function checkStatus({ status, userId }: UserRecord, tell: (reason: Error) => void): void {
  if (!['disabled', 'expired'].includes(status)) return;
  const reason = refused(`The user ${userId} is ${status}`);
  tell(reason);
  throw reason;
}

function withGiven(
  user: UserRecord,
  configuration: SsoConfiguration,
  given: readonly GivenRole[],
  overrides: boolean,
): UserRecord {
  const { tenantId } = configuration;
  const names = given.map(({ role }) => role);
  const before = overrides && names.length > 0 ? [] : (rolesIn(user, tenantId) ?? []);
  const kind = kindOf(configuration);
  return {
    ...withRoles(user, tenantId, [...before, ...names]),
    SAML: user.SAML || kind === 'saml',
    OIDC: user.OIDC || kind === 'oidc',
  };
}

/** Roles that came with the membership alone. */
function byJoining(member: UserRecord, tenantId: string, joined: boolean): readonly GivenRole[] {
  const own = joined ? (rolesIn(member, tenantId) ?? []) : [];
  return own.map((role) => ({ role, via: 'tenant_default_role', groups: [] }));
}
