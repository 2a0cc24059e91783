import type { CatalogList } from './catalog-list.ts';
import type { Holder } from './holding.ts';

/**
 * A whole list whose rows hold memberships and roles. Methods, so that lists of different rows can stand in one table.
 */
export interface HolderList<Row> {
  readonly list: CatalogList<Row>;
  /** True where what they hold is read only: no entitlement may be offered for them. */
  readonly isReadOnly?: true;
  /** What of its row shows what the principal holds. */
  holderOf(this: void, row: Row): Holder;
}

/** Principals besides the users, of one type. */
export interface HolderType extends HolderList<unknown> {
  readonly typeId: string;
}
