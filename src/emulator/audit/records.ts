/** One record of the audit log, as stored. */
export interface AuditRecord {
  readonly id: string;
  readonly action: string;
  /** Epoch milliseconds. */
  readonly occurred: number;
  /** Empty where nobody known is concerned. */
  readonly userId: string;
  /** Login ids. */
  readonly externalIds: readonly string[];
  readonly tenants: readonly string[];
  /** A user, a console administrator, an access key or a management key: nothing says which. */
  readonly actorId: string;
  readonly type: string;
  readonly device: string;
  readonly method: string;
  readonly geo: string;
  readonly remoteAddress: string;
  readonly data: Readonly<Record<string, unknown>>;
  /** Epoch milliseconds: searches do not find it before. */
  readonly shownAt: number;
  /** Laid over the wire form as it is, for tests of odd or future fields. */
  readonly extra: Readonly<Record<string, unknown>>;
}

/** What somebody states about a record; the rest is filled in: its id, the time and the actor of the request. */
export type AuditEntry = Partial<AuditRecord> & Pick<AuditRecord, 'action'>;

// Named by the vendor's page on audit events as warnings.
const warnings = new Set([
  'LoginFailed',
  'LoginExceedMaxAttempts',
  'LoginStartedFailed',
  'PermissionDeleted',
  'ProjectDeleted',
]);

/** What a project lists: records of the past, of users of the sample company or of anybody. */
export interface AuditSeed extends AuditEntry {
  /** The user of the sample company at this place, whom the record is about. */
  readonly sampleUser?: number;
  /** Instead of `occurred`. */
  readonly minutesAgo?: number;
}

/** Whom a record is about, as a user's own record has it. */
export interface AuditedUser {
  readonly userId: string;
  readonly loginIds: readonly string[];
  readonly tenants: readonly { readonly tenantId: string }[];
  readonly test: boolean;
}

export function ofUser({ userId, loginIds, tenants }: AuditedUser): Omit<AuditEntry, 'action'> {
  return { userId, externalIds: loginIds, tenants: tenants.map(({ tenantId }) => tenantId) };
}

export function toAuditRecord(
  entry: AuditEntry,
  usual: Pick<AuditRecord, 'id' | 'occurred' | 'actorId'>,
  lagSeconds: number,
): AuditRecord {
  return {
    userId: '',
    externalIds: [],
    tenants: [],
    type: warnings.has(entry.action) ? 'warn' : 'info',
    device: '',
    method: '',
    geo: '',
    remoteAddress: '',
    data: {},
    extra: {},
    ...usual,
    shownAt: (entry.occurred ?? usual.occurred) + lagSeconds * 1000,
    ...entry,
  };
}

/** What goes over the wire: 64-bit numbers as text, and the id in capitals. */
export function toWireAudit(
  { id, occurred, shownAt: _shownAt, extra, ...fields }: AuditRecord,
  projectId: string,
): object {
  return { ID: id, projectId, occurred: String(occurred), ...fields, ...extra };
}
