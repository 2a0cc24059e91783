import type { Catalog } from '../../access/catalog.ts';
import type { IdTable } from '../../descope/users/id-table.ts';
import type { ReadProof } from '../../descope/users/user-read.ts';
import type { Findings } from './findings.ts';
import type { HeldBindings } from './held-bindings.ts';
import type { HolderIndex } from './holder-index.ts';
import type { InheritedAccess } from './inherited.ts';

/** What stands when every user has been read and every reference looked up. */
export interface CompletedRead {
  readonly catalog: Catalog;
  /** What the lists showed at first, before a second look. */
  readonly firstCatalog: Catalog;
  /** Who of the users holds what. */
  readonly index: HolderIndex;
  readonly heldBindings: HeldBindings;
  /** What is inherited from what is held. */
  readonly inherited: InheritedAccess;
  readonly findings: Findings;
  readonly proof: ReadProof;
  /** Names this read: a place within its lists means nothing in another. */
  readonly readId: string;
  /** Every user, by number. */
  readonly users: IdTable;
}

/** The lists as first read, and with what a second look at them added. */
export type LookedUp = Pick<CompletedRead, 'catalog' | 'firstCatalog'>;
