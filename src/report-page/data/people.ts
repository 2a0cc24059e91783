import { fold } from '../../model/fold.ts';
import type { Project } from './project.ts';

/** What a person is told apart by, as the answers tell it: the login, else the email, the phone or the user id. */
export function loginOf({ users }: Project, user: number): string {
  return users.login.at(user) || users.email.at(user) || users.id.at(user);
}

/** A person in one line: "Ada Lovelace (ada@acme.example, U2...)". A part that says the same as another is left out. */
export function personInWords(project: Project, user: number): string {
  const name = project.users.name.at(user);
  const others = marksOf(project, user);
  return others.length === 0 ? name : `${name} (${others.join(', ')})`;
}

/** Login and user id, without what the name says already. */
export function marksOf(project: Project, user: number): string[] {
  const name = project.users.name.at(user);
  return [loginOf(project, user), project.users.id.at(user)].filter(
    (text, at, all) => text !== '' && text !== name && all.indexOf(text) === at,
  );
}

const sharedTenants = new WeakMap<Project, ReadonlySet<string>>();
const sharedRoles = new WeakMap<Project, ReadonlySet<string>>();

/** The tenant's name, with its id where other tenants bear the name, too, in whatever case or form. */
export function tenantInWords(project: Project, tenant: number): string {
  const { name = '', id = '' } = project.tenants[tenant] ?? {};
  return name !== id && isShared(sharedTenants, project, project.tenants, name) ? `${name} (${id})` : name;
}

/**
 * The role's name; what a tenant defined itself is marked where other roles bear the name, too: it may allow something
 * else.
 */
export function roleInWords(project: Project, role: number): string {
  const { name = '', tenant = -1 } = project.roles[role] ?? {};
  return tenant !== -1 && isShared(sharedRoles, project, project.roles, name) ? `${name} (tenant’s own)` : name;
}

function isShared(
  known: WeakMap<Project, ReadonlySet<string>>,
  project: Project,
  things: readonly { readonly name: string }[],
  name: string,
): boolean {
  let names = known.get(project);
  if (names === undefined) {
    const seen = new Set<string>();
    names = new Set(things.map((thing) => fold(thing.name)).filter((folded) => seen.size === seen.add(folded).size));
    known.set(project, names);
  }
  return names.has(fold(name));
}

/** Disabled or expired: cannot log in. */
export function isShut({ users, statuses }: Project, user: number): boolean {
  const word = statuses[users.status[user] ?? 0];
  return word === 'disabled' || word === 'expired';
}
