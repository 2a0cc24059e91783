/** How soon to look: `act` for what is probably wrong, `look` for what somebody has to judge, `note` for the rest. */
export type Urgency = 'act' | 'look' | 'note';

/** One line of a finding. Ordinals; a place is a tenant's, -1 for the whole project. */
export interface FindingRow {
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
