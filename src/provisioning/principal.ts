import type { Principal } from '../access/principal.ts';
import type { DescopeClient } from '../descope/client.ts';
import type { CallOptions } from '../descope/http/call.ts';
import type { WriteEndpoint } from '../descope/http/endpoint.ts';
import type { ConnectorError } from '../errors.ts';
import { printable } from '../printable.ts';
import type { Shown } from './shown.ts';
import type { HeldKind, Step } from './step.ts';

/** The calls by which principals of all types are loaded and written. */
export type PrincipalClient = Pick<
  DescopeClient,
  'loadForWrite' | 'writeUser' | 'loadKey' | 'updateKey' | 'findConsents' | 'deleteConsent'
>;

/** A principal as Descope showed it: what it holds, and what people call it. */
export interface PrincipalRecord extends Shown {
  readonly name: string;
  /** The first login id; '' where there is none. */
  readonly login: string;
  /** All login ids; left out for what has none, and for a user who is gone. */
  readonly loginIds?: readonly string[];
  /** The email address; left out for what has none. */
  readonly email?: string;
  /** The id of the user with whose roles it acts, its own being ignored; absent where it acts with its own. */
  readonly actsAs?: string;
  /** Why Descope would refuse whatever is written to it, after its name; absent where nothing says so. */
  readonly fixed?: string;
  /** Why it cannot use what it holds at present, in one word such as "expired"; absent where it can. */
  readonly idle?: string;
}

/** One step for one principal, whose record is the one that Descope showed before it. */
export interface StepWrite {
  readonly id: string;
  readonly step: Step;
  readonly record: PrincipalRecord;
}

/** The request that carries out one step. */
export interface StepRequest {
  readonly endpoint: WriteEndpoint;
  readonly json: Readonly<Record<string, unknown>>;
  /** The whole list in whose place the request puts another; absent for a request that changes one thing by itself. */
  readonly replaces?: Readonly<Record<string, unknown>>;
}

/**
 * How one write ended. `answered`: the record as Descope says it is now. `accepted`: Descope said yes and showed none.
 * `refused`: Descope said no. `uncertain`: it may have happened or not, and only a load can tell.
 */
export type StepOutcome =
  | { readonly kind: 'answered'; readonly record: PrincipalRecord }
  | { readonly kind: 'accepted' }
  | { readonly kind: 'refused' | 'uncertain'; readonly error: ConnectorError };

/** What provisioning must know of a type of principals; one file a type, listed in principal-types.ts. */
export interface PrincipalType {
  readonly typeId: Principal['typeId'];
  /** "user" and "a user", for messages. */
  readonly noun: string;
  readonly oneOf: string;
  /** What can be granted to it. */
  readonly canHold: readonly HeldKind[];
  /** The form of its ids, as a sentence says it. */
  readonly idForm: string;
  /** Whether a text can be such an id, also of a principal that was deleted. */
  canBeId(text: string): boolean;
  /**
   * A write replaces a whole list, so that it also undoes what somebody else changed since the list was read. Such
   * writes are sent and read back as whole-list-write.ts says.
   */
  readonly replacesLists?: true;
  /**
   * What the answer to a write shows is not believed: the principal is loaded, and planned for again until nothing is
   * due. For what others can change so meanwhile that more has to be done.
   */
  readonly readsBack?: true;
  /** The same for changes of what this resource gives, where a load depends on it. */
  about?(resourceId: string): PrincipalType;
  /** Why nothing may be changed for the principal of this record; undefined, or left out, where it may. */
  refusalOf?(operation: 'grant' | 'revoke', id: string, record: PrincipalRecord): ConnectorError | undefined;
  /** The principal that a write to this id would change; undefined when there is none. */
  load(client: PrincipalClient, id: string, call: CallOptions): Promise<PrincipalRecord | undefined>;
  toRequest(write: StepWrite): StepRequest;
  /** Sends the request of `toRequest` exactly once, and tells the call's `onRequest` when it leaves. */
  write(client: PrincipalClient, write: StepWrite, call: CallOptions): Promise<StepOutcome>;
}

/** A principal with its type: who a change is about. */
export interface Subject {
  readonly id: string;
  readonly type: PrincipalType;
}

/** How messages call the subject: "user U2abc". */
export function described({ type, id }: Subject): string {
  return `${type.noun} ${printable(id)}`;
}
