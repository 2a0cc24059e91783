import type { TenantCall } from '../../descope/tenant-call.ts';

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
  /** True for what is asked of tenants only that something names: nobody asks all tenants for it, nor ahead of others. */
  readonly isOfNamedTenants?: true;
  /** About how much memory a row takes. */
  bytesOf(this: void, row: Row): number;
}

/** Whether a deployment has a family: by its best call, by another, or not at all; `unknown` before the first answer. */
export type Offer = 'unknown' | 'offered' | 'limited' | 'not-offered';
