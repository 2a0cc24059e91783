import { type TypedThing, thingInWords } from './unknown.ts';

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
  /** Who has the access, where that is no user. */
  readonly principal?: TypedThing | undefined;
  /** What is held, where the kind is `other`. */
  readonly held?: TypedThing | undefined;
}

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
  held,
}: Pick<AccessPath, 'kind' | 'role' | 'tenantId' | 'tenant' | 'held'>): string {
  if (held !== undefined) {
    return thingInWords(held);
  }
  if (kind === 'permission') {
    return 'the permission itself';
  }
  if (kind === 'tenant') {
    return `member of ${tenant}`;
  }
  if (kind === 'binding') {
    return `${role} in ${tenant}`;
  }
  return tenantId === '' ? `${role} (whole project)` : `${role} (${tenant})`;
}

/** "Ada Lovelace -> Editor in Acme -> invoices.approve". */
export function pathInWords(path: AccessPath): string {
  return [path.user, heldInWords(path), ...(path.permission === '' ? [] : [path.permission])].join(' -> ');
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
  };
}

/** Columns of what is held, over thing t and its tenant e. */
export const thingColumns =
  't.kind kind, t.id held_id, t.role role, t.tenant tenant_id, coalesce(e.name, t.tenant) tenant';

/** Columns of a path, over user u and the same; the permission is the query's to add. */
export const pathColumns = `u.id user_id, u.name user_name, u.login login, u.email email, u.status status,
  ${thingColumns}`;

/** A column's text; '' when it is null or no text. */
export function textIn(row: Readonly<Record<string, unknown>>, name: string): string {
  const value = row[name];
  return typeof value === 'string' ? value : '';
}
