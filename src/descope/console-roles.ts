import { identities, type JsonObject, objects } from './decode.ts';

/** Roles that are given in projects that are named, and in every project that has a tag that is named. */
export interface ConsoleRoles {
  readonly inProjects: readonly { readonly projectIds: readonly string[]; readonly roles: readonly string[] }[];
  readonly byTags: readonly { readonly tags: readonly string[]; readonly roles: readonly string[] }[];
}

/** The two lists of a record, which go by other names for people and for keys. */
export function consoleRoles(
  rights: JsonObject,
  { projects, tags }: { readonly projects: string; readonly tags: string },
  rolesOf: (entry: JsonObject) => readonly string[],
): ConsoleRoles {
  return {
    inProjects: objects(rights, projects, (entry) => ({
      projectIds: identities(entry, 'projectIds'),
      roles: rolesOf(entry),
    })),
    byTags: objects(rights, tags, (entry) => ({ tags: identities(entry, 'tags'), roles: rolesOf(entry) })),
  };
}
