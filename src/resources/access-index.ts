import type { UserBatch } from '../descope/user-read.ts';
import { Ordinals } from './ordinals.ts';

const nobody = new Ordinals();

/**
 * Who holds what, as the user records say it, in four bytes a holding: references are kept by their names and given a
 * meaning only when the read is complete. Users themselves are never kept.
 */
export class AccessIndex {
  readonly members = new Map<string, Ordinals>();
  readonly projectRoles = new Map<string, Ordinals>();
  readonly tenantRoles = new Map<string, Map<string, Ordinals>>();
  #isIndexed = new Uint8Array(1024);

  /** Enters the users of a page; users who are in already stay as they are. */
  add({ users, ordinals }: UserBatch): void {
    for (const [place, user] of users.entries()) {
      const ordinal = ordinals[place] ?? 0;
      if (!this.#begin(ordinal)) {
        continue;
      }
      for (const roleName of user.roleNames) {
        push(this.projectRoles, roleName, ordinal);
      }
      for (const { tenantId, roleNames } of user.userTenants) {
        push(this.members, tenantId, ordinal);
        if (roleNames.length > 0) {
          const held = this.tenantRoles.get(tenantId) ?? new Map<string, Ordinals>();
          this.tenantRoles.set(tenantId, held);
          for (const roleName of roleNames) {
            push(held, roleName, ordinal);
          }
        }
      }
    }
  }

  /** Marks a user as entered; false for one who was. */
  #begin(ordinal: number): boolean {
    if (ordinal >= this.#isIndexed.length) {
      const grown = new Uint8Array(Math.max(ordinal + 1, this.#isIndexed.length * 2));
      grown.set(this.#isIndexed);
      this.#isIndexed = grown;
    }
    const isFirst = this.#isIndexed[ordinal] === 0;
    this.#isIndexed[ordinal] = 1;
    return isFirst;
  }

  membersOf(tenantId: string): Ordinals {
    return this.members.get(tenantId) ?? nobody;
  }

  /** Holders of a role name: project-wide for tenantId '', else inside that tenant. */
  holdersOf(tenantId: string, roleName: string): Ordinals {
    return (tenantId === '' ? this.projectRoles.get(roleName) : this.tenantRoles.get(tenantId)?.get(roleName)) ?? nobody;
  }
}

function push(lists: Map<string, Ordinals>, key: string, ordinal: number): void {
  let list = lists.get(key);
  if (list === undefined) {
    list = new Ordinals();
    lists.set(key, list);
  }
  list.push(ordinal);
}
