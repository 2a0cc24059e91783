import type { Details } from './details.ts';
import type { Certainty } from './rows.ts';
import { type TypedThing, thingInWords } from './unknown.ts';
import type { PathStep, Way } from './ways.ts';

/** One way in which somebody has access: what they hold, where, and what follows from it. */
export interface AccessPath {
  /** '' for a principal that is no user: then `principal` says who has the access, and `user` says it in words. */
  readonly userId: string;
  readonly user: string;
  readonly login: string;
  readonly email: string;
  /** Descope's word: a disabled user cannot log in, but still holds what they hold. */
  readonly status: string;
  /**
   * A membership of a tenant, a role in the scope that defines it, or a project role inside one tenant; and in files of
   * newer versions a permission that is granted directly, or a thing of another type.
   */
  readonly kind: HeldKind;
  /** The resource id of what is held, as in the file. */
  readonly heldId: string;
  /** The role's name; '' for a membership. */
  readonly role: string;
  /** '' for what holds in the whole project; then `tenant` is '', too. */
  readonly tenantId: string;
  readonly tenant: string;
  /** '' where no permission is concerned. */
  readonly permission: string;
  readonly way: Way;
  /** The id of the tenant above where it is held, for what is inherited; '' otherwise. */
  readonly from: string;
  /** How sure an inheritance is, and why it is not: words with commas between. '' for what is not inherited. */
  readonly certainty: Certainty | '';
  readonly reason: string;
  /**
   * For what is inherited, the tenants from `from` to this one, both included. For what the next login gives, the group
   * or the configuration through which; empty otherwise.
   */
  readonly through: readonly PathStep[];
  /**
   * What gives it at the next login: `group_mapping`, `default_sso_role`, `tenant_default_role`; in the console
   * `company_admin`, `tag` or `company_role`, where it is not given for the project itself; '' otherwise.
   */
  readonly via: string;
  /** Groups of the user whose mapping gives this back at the next login, should it be revoked. */
  readonly alsoMappedBy?: readonly PathStep[] | undefined;
  /** Whose role it is, where it is in effect by inheritance alone: a tenant's name, or '' for the project. */
  readonly roleOf?: string | undefined;
  /** Who has the access, where that is no user. */
  readonly principal?: TypedThing | undefined;
  /** What is held, where the kind is `other`. */
  readonly held?: TypedThing | undefined;
  /** Which entitlement of it: `access`, `consent`, `admin`; and what the grant says of itself, such as scopes. */
  readonly entitlement?: string | undefined;
  readonly details?: Details | undefined;
  /** Keys that act as the user. */
  readonly boundKeys?: readonly PathStep[] | undefined;
}

/** What is held as it stands, by a user: the fields that say so. */
export const heldDirectly = { way: 'direct', from: '', certainty: '', reason: '', through: [], via: '' } as const;

export type HeldKind = 'tenant' | 'role' | 'binding' | 'permission' | 'other';

/**
 * What is held, in words: "Editor in Acme", "Approver (Acme)", "Viewer (whole project)", "member of Acme", "application
 * A1 (CRM)".
 */
export function heldInWords({
  kind,
  role,
  tenantId,
  tenant,
  roleOf,
  held,
  entitlement = '',
}: Pick<AccessPath, 'kind' | 'role' | 'tenantId' | 'tenant' | 'held' | 'roleOf' | 'entitlement'>): string {
  if (held !== undefined) {
    return entitlement === '' || entitlement === 'access'
      ? thingInWords(held)
      : `${entitlement.replaceAll('_', ' ')} of ${thingInWords(held)}`;
  }
  if (kind === 'permission') {
    return 'the permission itself';
  }
  if (kind === 'tenant') {
    return `member of ${tenant}`;
  }
  if (kind === 'binding') {
    const whose = roleOf === undefined ? '' : ` of ${roleOf === '' ? 'the project' : roleOf}`;
    return `${role}${whose} in ${tenant}`;
  }
  return tenantId === '' ? `${role} (whole project)` : `${role} (${tenant})`;
}

/**
 * "Ada Lovelace -> Editor in Acme -> invoices.approve", and behind it, in brackets, how that comes about where it is not
 * held as it stands.
 */
export function pathInWords(path: AccessPath): string {
  const words = [path.user, heldInWords(path), ...(path.permission === '' ? [] : [path.permission])].join(' -> ');
  const how = wayInWords(path);
  return how === '' ? words : `${words} (${how})`;
}

/** "inherited: Acme > EU > Berlin", "through group Writers"; '' for what is held as it stands. */
export function wayInWords(
  { way, through, certainty, reason, via, principal }: AccessPath,
  name: (step: PathStep) => string = ({ name: text }) => text,
): string {
  if (way === 'inherited') {
    const doubt =
      certainty === 'uncertain' ? ` (uncertain${reason === '' ? '' : `: ${reason.replaceAll(',', ', ')}`})` : '';
    return `inherited: ${through.map(name).join(' > ')}${doubt}`;
  }
  if (way !== 'will_gain') {
    return '';
  }
  const giver = through.map(name).join(', ');
  return principal === undefined && via === 'group_mapping'
    ? `at the next login, through group ${giver}`
    : 'at the next login';
}

/** Everybody to whom a group, a configuration or a tenant gives something at the next login. */
export function giverInWords({ type, id, name }: TypedThing): string {
  const title = name === '' ? id : name;
  return type === 'idp_group'
    ? `everyone in group ${title}`
    : type === 'sso_configuration'
      ? `everyone who signs in through ${title}`
      : type === 'tenant'
        ? `everyone who joins ${title}`
        : thingInWords({ type, id, name });
}

/** A database row with the columns of `pathColumns`. */
export function toPath(row: Readonly<Record<string, unknown>>): AccessPath {
  const text = (name: string): string => textIn(row, name);
  const kind = text('kind');
  return {
    userId: text('user_id'),
    user: text('user_name'),
    login: text('login'),
    email: text('email'),
    status: text('status'),
    kind: kind === 'tenant' || kind === 'binding' || kind === 'permission' ? kind : 'role',
    heldId: text('held_id'),
    role: text('role'),
    tenantId: text('tenant_id'),
    tenant: text('tenant'),
    permission: text('permission'),
    ...heldDirectly,
    ...(typeof row['role_of'] === 'string' && { roleOf: row['role_of'] }),
  };
}

/** Columns of what is held, over thing t and its tenant e. */
export const thingColumns = `t.kind kind, t.id held_id, t.role role, t.tenant tenant_id, coalesce(e.name, t.tenant) tenant,
  case when t.role_tenant is not null then coalesce((select name from tenant where id = t.role_tenant), t.role_tenant) end role_of`;

/** Columns of a path, over user u and the same; the permission is the query's to add. */
export const pathColumns = `u.id user_id, u.name user_name, u.login login, u.email email, u.status status,
  ${thingColumns}`;

/** A column's text; '' when it is null or no text. */
export function textIn(row: Readonly<Record<string, unknown>>, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}
