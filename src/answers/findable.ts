import type { FormerThing } from './file-index.ts';
import { printable } from './printable.ts';

/**
 * What can be looked for: `principal` is whoever holds something, a user, a key or an app; `held` is whatever somebody can
 * have, a permission before all others, then a role, a tenant, an application. `somebody` is a principal, or what gives
 * access to people at their next login: a group, a configuration of single sign-on, a tenant; `subject` is a role besides;
 * `anything` is a principal, else what is held.
 */
export type Findable =
  | 'user'
  | 'principal'
  | 'somebody'
  | 'subject'
  | 'tenant'
  | 'role'
  | 'app'
  | 'permission'
  | 'held'
  | 'anything';

/** What one of them is called, and several; `list` knows the latter. */
export const nouns: Readonly<Record<Findable, readonly [string, string]>> = {
  user: ['user', 'users'],
  principal: ['user', 'users'],
  somebody: ['user', 'users'],
  subject: ['user', 'users'],
  tenant: ['tenant', 'tenants'],
  role: ['role', 'roles'],
  app: ['application', 'applications'],
  permission: ['permission', 'permissions'],
  held: ['permission', 'permissions'],
  anything: ['thing', 'roles'],
};

/** What may be one of several is called so where there is none. */
export const broadNouns: Partial<Readonly<Record<Findable, string>>> = {
  held: 'permission, role or other thing to hold',
  subject: 'user, key, group, role or other thing',
  somebody: 'user, key, group or other thing',
  anything: 'user, key, app, permission, role, tenant or other thing',
};

/** Those that may be of a type that the file does not tell of. */
export const principalKinds: ReadonlySet<Findable> = new Set(['principal', 'somebody', 'subject']);

const heldTypes: ReadonlySet<string> = new Set([
  'tenant',
  'role',
  'permission',
  'role_binding',
  'application',
  'project',
  'third_party_app',
]);

/** Whether a thing of a type can be what is looked for. */
export function isOf(kind: Findable, type: string): boolean {
  switch (kind) {
    case 'held':
      return heldTypes.has(type);
    case 'principal':
    case 'somebody':
    case 'subject':
      return type === 'third_party_app' || !heldTypes.has(type);
    case 'app':
      return type === 'application' || type === 'third_party_app';
    case 'anything':
      return true;
    default:
      return kind === type;
  }
}

/** A thing that another sync has, and how that one is asked. */
export function formerInWords({ type, id, name, at, isLater }: FormerThing): string {
  const title = name === '' || name === id ? '' : ` ${printable(name)}`;
  return `  ${printable(`${type}:${id}`)}${title}, ${isLater ? 'first' : 'last'} in that of ${at}: ask with --at ${at}`;
}
