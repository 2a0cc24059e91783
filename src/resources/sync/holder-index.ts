import type { CatalogList } from '../../access/catalog-list.ts';
import type { Holder } from '../../access/holding.ts';
import type { RoleAddress } from '../../model/ids.ts';
import { PostingIndex } from './posting-index.ts';
import { OrdinalSlice } from './ordinal-slice.ts';

const nobody = new OrdinalSlice();

/** What rows name besides tenants and roles. A method, so that indexes of different rows can stand in one list. */
export interface References<Row> {
  /** In which it stands, by the ids of its rows. */
  readonly list: CatalogList<unknown>;
  idsOf(this: void, row: Row): readonly string[];
}

/**
 * Who holds what, as the user records say it, in a few bytes a holding: references are kept by their names and given a
 * meaning only when the read is complete. Users themselves are never kept. It is filled first, and asked when it is
 * full.
 */
export class HolderIndex<Row extends Holder = Holder> {
  readonly #holdings = new PostingIndex();
  readonly #members = new Map<string, number>();
  readonly #projectRoles = new Map<string, number>();
  readonly #tenantRoles = new Map<string, Map<string, number>>();
  readonly #named: readonly { readonly references: References<Row>; readonly things: Map<string, number> }[];
  #isIndexed = new Uint8Array(1024);

  constructor(named: readonly References<Row>[] = []) {
    this.#named = named.map((references) => ({ references, things: new Map() }));
  }

  /** About how much memory it takes: the names of things and the tables that lead to them outweigh the numbers. */
  get bytes(): number {
    return this.#holdings.bytes + this.#holdings.size * 120 + this.#tenantRoles.size * 300 + this.#isIndexed.length;
  }

  /** Enters some principals, each with its number; those who are in already stay as they are. */
  add({ users, ordinals }: { readonly users: readonly Row[]; readonly ordinals: ArrayLike<number> }): void {
    for (const [place, user] of users.entries()) {
      const ordinal = ordinals[place] ?? 0;
      if (!this.#begin(ordinal)) {
        continue;
      }
      this.#holdings.begin(ordinal);
      for (const roleName of user.roleNames) {
        this.#hold(this.#projectRoles, roleName);
      }
      for (const { tenantId, roleNames } of user.userTenants) {
        this.#hold(this.#members, tenantId);
        if (roleNames.length > 0) {
          const held = this.#tenantRoles.get(tenantId) ?? new Map<string, number>();
          this.#tenantRoles.set(tenantId, held);
          for (const roleName of roleNames) {
            this.#hold(held, roleName);
          }
        }
      }
      for (const { references, things } of this.#named) {
        for (const id of new Set(references.idsOf(user))) {
          this.#hold(things, id);
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

  #hold(things: Map<string, number>, name: string): void {
    let thing = things.get(name);
    if (thing === undefined) {
      thing = this.#holdings.newThing();
      things.set(name, thing);
    }
    this.#holdings.hold(thing);
  }

  /** Every tenant that somebody is in, with its members. */
  *members(): Generator<readonly [tenantId: string, OrdinalSlice]> {
    for (const [tenantId, thing] of this.#members) {
      yield [tenantId, this.#holdings.holdersOf(thing)];
    }
  }

  /** Every role that somebody holds in the whole project, with its holders. */
  *projectRoles(): Generator<readonly [roleName: string, OrdinalSlice]> {
    for (const [roleName, thing] of this.#projectRoles) {
      yield [roleName, this.#holdings.holdersOf(thing)];
    }
  }

  /** Every role that somebody holds inside a tenant, with its holders: tenant by tenant. */
  *tenantRoles(): Generator<readonly [RoleAddress, OrdinalSlice]> {
    for (const [tenantId, held] of this.#tenantRoles) {
      for (const [roleName, thing] of held) {
        yield [{ tenantId, roleName }, this.#holdings.holdersOf(thing)];
      }
    }
  }

  /** Everything else that records name, with those who name it. */
  *named(): Generator<readonly [References<Row>, id: string, OrdinalSlice]> {
    for (const { references, things } of this.#named) {
      for (const [id, thing] of things) {
        yield [references, id, this.#holdings.holdersOf(thing)];
      }
    }
  }

  /** Those who name one thing besides tenants and roles. */
  holdersNaming(references: Pick<References<Row>, 'list'>, id: string): OrdinalSlice {
    return this.#holdersOf(this.#named.find((one) => one.references.list === references.list)?.things.get(id));
  }

  /** Whether somebody holds a role inside a tenant. */
  isHeld(tenantId: string, roleName: string): boolean {
    return this.#tenantRoles.get(tenantId)?.has(roleName) === true;
  }

  membersOf(tenantId: string): OrdinalSlice {
    return this.#holdersOf(this.#members.get(tenantId));
  }

  /** Holders of a role name: project-wide for tenantId '', else inside that tenant. */
  holdersOf(tenantId: string, roleName: string): OrdinalSlice {
    return this.#holdersOf((tenantId === '' ? this.#projectRoles : this.#tenantRoles.get(tenantId))?.get(roleName));
  }

  #holdersOf(thing: number | undefined): OrdinalSlice {
    return thing === undefined ? nobody : this.#holdings.holdersOf(thing);
  }
}
