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
  return [loginOf(project, user), project.users.id.at(user)].filter((text, at, all) => text !== '' && text !== name && all.indexOf(text) === at);
}

const shared = new WeakMap<Project, ReadonlySet<string>>();

/** Whether other tenants bear the tenant's name, too, so that its id has to stand beside it. */
export function sharesName(project: Project, tenant: number): boolean {
  let names = shared.get(project);
  if (names === undefined) {
    const seen = new Set<string>();
    names = new Set(project.tenants.flatMap(({ name }) => (seen.size === seen.add(name).size ? [name] : [])));
    shared.set(project, names);
  }
  return names.has(project.tenants[tenant]?.name ?? '');
}
