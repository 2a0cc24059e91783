import type { CatalogList } from '../../access/catalog-list.ts';
import type { TenantCall } from '../../descope/tenant-call.ts';

/** The rows of a list. */
export type RowsOf = <Row>(list: CatalogList<Row>) => readonly Row[];

/**
 * Something that Descope tells tenant by tenant only. A type that needs it declares it, and asks the session for it; how
 * it is read, ahead of whom and how often, follows. Methods, so that families of different rows fit into one list.
 */
export interface TenantFamily<Row> {
  /** What it is called in the summary: "ssoSettings". */
  readonly name: string;
  /** The word for it in texts for people: "SSO settings". */
  readonly what: string;
  /** The calls that tell it, the best first; made anew for each sync. A deployment that lacks one is asked the next. */
  calls(this: void): readonly TenantCall<Row>[];
  /** True for what a deployment need not have: its first refusal means that it has not, whatever the refusal says. */
  readonly isExtra?: true;
  /**
   * For what is asked only of tenants that rows of a list name: their ids. Nobody asks all tenants for it, nor ahead of
   * others.
   */
  tenantsNamed?(this: void, rowsOf: RowsOf): readonly string[];
  /** About how much memory a row takes. */
  bytesOf(this: void, row: Row): number;
}

/** Whether a deployment has a family: by its best call, by another, or not at all; `unknown` before the first answer. */
export type Offer = 'unknown' | 'offered' | 'limited' | 'not-offered';
