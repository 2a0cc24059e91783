/** How soon to look: `act` for what is probably wrong, `look` for what somebody has to judge, `note` for the rest. */
export type Urgency = 'act' | 'look' | 'note';

/** Something that is no person and has no place of its own in the lists of people, tenants and roles. */
export interface ThingRef {
  readonly kind: 'key' | 'management-key' | 'admin' | 'app';
  readonly name: string;
  readonly id: string;
  /** What stands beneath the name: its kind in words, and what tells it apart. */
  readonly marks: readonly string[];
  /** Where it is shown: parts of the address. */
  readonly route: readonly [page: string, id: string];
}

/** One line of a finding. Ordinals; a place is a tenant's, -1 for the whole project. */
export interface FindingRow {
  readonly what?: ThingRef | undefined;
  /** The status of `what`, in Descope's word. */
  readonly state?: string | undefined;
  readonly user?: number | undefined;
  readonly role?: number | undefined;
  readonly place?: number | undefined;
  readonly permission?: number | undefined;
  /** A name that is not in any table, or a remark. */
  readonly name?: string | undefined;
  readonly why?: string | undefined;
  readonly count?: number | undefined;
  readonly score?: number | undefined;
}

export type FindingColumn =
  | 'what'
  | 'state'
  | 'user'
  | 'status'
  | 'role'
  | 'place'
  | 'permission'
  | 'name'
  | 'why'
  | 'roles'
  | 'tenants'
  | 'privileged'
  | 'count'
  | 'heirs'
  | 'members'
  | 'usual'
  | 'score';

export interface Finding {
  readonly id: string;
  readonly urgency: Urgency;
  readonly title: string;
  /** The rule by which a row is here, and what it may mean, for the reader. */
  readonly rule: string;
  /** What is said when there are no rows. */
  readonly none: string;
  readonly columns: readonly FindingColumn[];
  readonly rows: readonly FindingRow[];
  /** How many there are, where the file names only the first of them. */
  readonly total?: number | undefined;
  /** The file tells nothing about this: no rows are no good news. */
  readonly isUntold?: boolean;
}
